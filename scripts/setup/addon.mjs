// @ts-check
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError, isNetworkFailure } from './fail.mjs';
import { findPackage, moveIntoPlace, partialName, removePartials } from './paths.mjs';
import { requirePython } from './python.mjs';
import { findProgram, lastLines, run } from './run.mjs';
import { requireSpace } from './space.mjs';

/** A build folder with its objects: about. */
const BUILD_BYTES = 300e6;

/**
 * The folder of a package that must be installed.
 * @param {string} root
 * @param {string} name
 */
export function requirePackage(root, name) {
  const folder = findPackage(root, name);
  if (folder) return folder;
  throw new SetupError(
    'no-dependency',
    `The package "${name}" is not installed`,
    'run `npm ci` in the project’s folder',
  );
}

/**
 * Builds a Node addon with node-gyp in a private copy of its sources, so that checkouts may be read-only and several may build
 * at once, and moves the product into place.
 * @param {{ context: import('./context.mjs').Context, title: string, source: string, product: string, target: string,
 *   gypArguments?: readonly string[], skip?: (relativePath: string) => boolean, verify: string }} options
 *   `product` is the addon's file name; `verify` is a program for Node that runs in the copy, gets the product's path in
 *   process.argv[1], and must end well before the product counts as built
 */
export async function buildAddon({
  context,
  title,
  source,
  product,
  target,
  gypArguments = [],
  skip,
  verify,
}) {
  const { root, cache, env, progress } = context;
  requireCompiler(env, context.platform);
  const python = await requirePython(env);
  requireSpace(cache, BUILD_BYTES, title);

  const builds = path.join(cache, 'build');
  removePartials(builds);
  const partial = partialName(path.join(builds, path.basename(target, '.node')));
  const task = progress.start(title);
  fs.cpSync(source, partial, {
    recursive: true,
    filter: (file) => !skip?.(path.relative(source, file)),
  });
  // Beside the copy, not far away: gyp mirrors relative paths into its build folder, and "../../.." would leave it.
  const api = path.join(partial, 'node_modules', 'node-addon-api');
  fs.cpSync(requirePackage(root, 'node-addon-api'), api, { recursive: true });

  const buildEnv = {
    ...env,
    NODE_PATH: path.join(requirePackage(root, 'node-addon-api'), '..'),
    PYTHON: python.command,
  };
  const nodedir = await findHeaders(env);
  const result = await run(
    process.execPath,
    [
      path.join(requirePackage(root, 'node-gyp'), 'bin', 'node-gyp.js'),
      ...['rebuild', '--release', `--jobs=${os.cpus().length || 1}`, `--directory=${partial}`],
      ...(nodedir ? [`--nodedir=${nodedir}`] : []),
      ...gypArguments,
    ],
    { cwd: partial, env: buildEnv },
  );
  if (result.code !== 0) {
    task.done('failed');
    throw explainBuild(title, result.output);
  }
  const built = path.join(partial, 'build', 'Release', product);
  const tried = await run(process.execPath, ['-e', verify, built], { cwd: partial, env: buildEnv });
  if (tried.code !== 0) {
    task.done('failed');
    throw new SetupError(
      'addon-broken',
      `${title} gave an addon that does not load`,
      'read the words above, and remove the cache folder to build everything again',
      lastLines(tried.output),
    );
  }
  moveIntoPlace(built, target);
  fs.rmSync(partial, { recursive: true, force: true });
  task.done();
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} platform
 */
export function requireCompiler(env, platform) {
  const compilers = env['CXX'] ? [env['CXX'].split(' ')[0] ?? ''] : ['g++', 'c++', 'clang++'];
  const compiler = compilers.some((name) =>
    path.isAbsolute(name) ? fs.existsSync(name) : findProgram(name, env),
  );
  const make = findProgram('make', env) ?? findProgram('gmake', env);
  if (compiler && make) return;
  const missing = [...(compiler ? [] : ['A C++ compiler']), ...(make ? [] : ['make'])].join(' and ');
  const hint =
    platform === 'darwin'
      ? 'install the command line tools with `xcode-select --install`'
      : 'install it with your package manager (Debian and Ubuntu: `apt-get install build-essential`; Fedora: `dnf install gcc-c++ make`)';
  throw new SetupError('no-compiler', `${missing} is missing`, hint);
}

/**
 * A folder with Node's headers on this computer; undefined lets node-gyp download them.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | undefined>}
 */
async function findHeaders(env) {
  /** @param {string} folder */
  const has = (folder) => fs.existsSync(path.join(folder, 'include', 'node', 'node_api.h'));
  const beside = path.resolve(path.dirname(fs.realpathSync(process.execPath)), '..');
  if (has(beside)) return beside;
  const named = env['npm_config_nodedir'];
  if (named && has(named)) return named;
  const npm = findProgram('npm', env);
  if (!npm) return undefined;
  const { code, output } = await run(npm, ['config', 'get', 'nodedir', '--loglevel=silent'], { env });
  const configured = output.trim();
  return code === 0 && path.isAbsolute(configured) && has(configured) ? configured : undefined;
}

/** @param {string} title @param {string} output */
function explainBuild(title, output) {
  const detail = lastLines(output, 40);
  if (/No space left/i.test(output)) {
    return new SetupError(
      'no-space',
      'The disk became full',
      'make room, then run the same command again',
      detail,
    );
  }
  if (isNetworkFailure(output)) {
    return new SetupError(
      'no-network',
      'The headers of this Node could not be downloaded',
      'connect to the network, or name a folder that has them with `npm_config_nodedir`',
      detail,
    );
  }
  return new SetupError(
    'build-failed',
    `${title} failed`,
    'read the compiler’s words above, and check that it understands C++17 (GCC 9 or newer, Clang 10 or newer)',
    detail,
  );
}
