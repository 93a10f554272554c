// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError, isNetworkFailure } from './fail.mjs';
import { isInstalledPackage, moveIntoPlace, partialName, removePartials } from './paths.mjs';
import { findProgram, lastLines, run } from './run.mjs';
import { requireSpace } from './space.mjs';
import { hashOf, readJson, writeJson } from './stamp.mjs';

/** The packages unpacked, with some air; measured 450 MB. */
const DEPENDENCIES_BYTES = 700e6;

/**
 * True when node_modules holds what package-lock.json says.
 * @param {import('./context.mjs').Context} context
 * @returns {true | undefined}
 */
export function checkDependencies({ root }) {
  if (isInstalledPackage(root)) return true; // Whoever installed us installed them.
  return readJson(stampFile(root))?.lock === lockHash(root) ? true : undefined;
}

/**
 * Installs from the lock file. No package's own install script is run: the two that matter are built by later steps.
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<true>}
 */
export async function setupDependencies(context) {
  const { root, out, env, progress } = context;
  const lock = lockHash(root);
  removePartials(out);
  if (!matchesLock(root)) {
    requireSpace(root, DEPENDENCIES_BYTES, 'Installing the dependencies');
    const task = progress.start('Installing the dependencies');
    // npm works on a folder in place; done elsewhere and renamed, a killed one leaves no mixture of old and new.
    const partial = partialName(path.join(out, 'dependencies'));
    fs.mkdirSync(partial, { recursive: true });
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      if (fs.existsSync(path.join(root, name)))
        fs.copyFileSync(path.join(root, name), path.join(partial, name));
    }
    const [command, ...first] = npmCommand(env);
    const args = [
      ...first,
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
    ];
    const result = await run(command, [...args, '--loglevel=error'], { cwd: partial, env });
    if (result.code !== 0) {
      task.done('failed');
      throw explainNpm(result.output);
    }
    replaceModules(path.join(partial, 'node_modules'), root, out);
    fs.rmSync(partial, { recursive: true, force: true });
    removePartials(out);
    task.done();
  }
  writeJson(stampFile(root), { lock });
  return true;
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'node_modules', '.gradient-lab');
}

/** @param {string} root */
function lockHash(root) {
  return hashOf(fs.readFileSync(path.join(root, 'package-lock.json')));
}

/**
 * True when npm itself has just installed what the lock file says, after `npm install PACKAGE` for example: then there is
 * nothing to do again. npm notes what it installed in a second lock file, written last.
 * @param {string} root
 */
export function matchesLock(root) {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages;
  const installed = readJson(path.join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '') continue;
    const found = installed[name];
    // Optional packages for other systems are rightly absent.
    if (!found && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return false;
    if (!fs.existsSync(path.join(root, name))) return false;
  }
  return Object.keys(installed).every((name) => name in wanted);
}

/**
 * @param {string} fresh
 * @param {string} root
 * @param {string} out
 */
function replaceModules(fresh, root, out) {
  const target = path.join(root, 'node_modules');
  if (fs.existsSync(target)) fs.renameSync(target, partialName(path.join(out, 'old-dependencies')));
  moveIntoPlace(fresh, target);
}

/**
 * The npm that runs us, else the one beside this Node, else the one on the search path.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
function npmCommand(env) {
  const running = env['npm_execpath'];
  if (running && /npm-cli\.c?js$/.test(running) && fs.existsSync(running)) return [process.execPath, running];
  const beside = path.join(path.dirname(process.execPath), 'npm');
  if (fs.existsSync(beside)) return [beside];
  const found = findProgram('npm', env);
  if (found) return [found];
  throw new SetupError(
    'no-npm',
    'npm is missing',
    'install it together with Node (Debian and Ubuntu: `apt-get install npm`)',
  );
}

/** @param {string} output */
function explainNpm(output) {
  const detail = lastLines(output);
  if (/ENOSPC/.test(output)) {
    return new SetupError(
      'no-space',
      'The disk became full',
      'make room, then run the same command again',
      detail,
    );
  }
  if (/EINTEGRITY/.test(output)) {
    return new SetupError(
      'hash-mismatch',
      'A package that npm downloaded is not the one in package-lock.json, its hash differs',
      'run `npm cache verify`, then the same command again',
      detail,
    );
  }
  if (isNetworkFailure(output)) {
    return new SetupError(
      'no-network',
      'npm could not reach the network for the dependencies',
      'connect to it (or set a proxy as for any use of npm), then run the same command again',
      detail,
    );
  }
  return new SetupError(
    'dependencies-failed',
    'npm could not install the dependencies',
    'read its words above, then run the same command again',
    detail,
  );
}
