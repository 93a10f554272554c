// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './fail.mjs';
import { collectLicences } from './licences.mjs';
import { moveIntoPlace, partialName, removePartials } from './paths.mjs';
import { mainBundleSize } from './renderer-size.mjs';
import { filesBelow, hashOf, quickHashOfFolder, readJson, writeJson } from './stamp.mjs';

/** Folders that the windows' bundle is made from. */
const SOURCES = ['src/renderer', 'src/shared', 'src/engine/labs', 'resources/labs'];

/** Files of earlier builds stay for a day: a window that is open may load one of them late. */
const OLD_FILE_MS = 24 * 60 * 60 * 1000;

/** @param {string} out */
const stampFile = (out) => path.join(out, 'renderer.json');

/** @param {string} root */
function stampOf(root) {
  const folders = SOURCES.map((name) => path.join(root, name)).filter((folder) => fs.existsSync(folder));
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.renderer.json'];
  return hashOf(
    ...folders.map((folder) => quickHashOfFolder(folder)),
    ...files.map((name) => fs.readFileSync(path.join(root, name))),
  );
}

/**
 * True when `out/renderer` holds the bundle of the present sources. A package that was installed without its sources brings it.
 * @param {import('./context.mjs').Context} context
 * @returns {true | undefined}
 */
export function checkRenderer({ root, out }) {
  if (!fs.existsSync(path.join(out, 'renderer', 'index.html'))) return undefined;
  if (!fs.existsSync(path.join(root, 'src', 'renderer'))) return true;
  return readJson(stampFile(out))?.stamp === stampOf(root) ? true : undefined;
}

/**
 * Builds what the windows show, with Vite, and collects the licences of all parts.
 * @param {import('./context.mjs').Context} context
 * @param {import('./tensorflow.mjs').Tensorflow} tensorflow
 * @returns {Promise<true>}
 */
export async function setupRenderer({ root, out, progress }, tensorflow) {
  const stamp = stampOf(root);
  const task = progress.start('Building the windows');
  const folder = path.join(out, 'renderer');
  removePartials(out);
  const partial = partialName(folder);
  try {
    const bundled = await bundle(root, partial);
    const licences = collectLicences({ root, tensorflow, bundled });
    fs.writeFileSync(path.join(partial, 'licences.txt'), licences);
  } catch (failure) {
    task.done('failed');
    fs.rmSync(partial, { recursive: true, force: true });
    throw explainBuild(failure, root);
  }
  replaceFiles(partial, folder);
  writeJson(stampFile(out), { stamp });
  task.done(`done, ${Math.round(mainBundleSize(folder).bytes / 1000)} kB of scripts and styles (gzip)`);
  return true;
}

/**
 * @param {string} root
 * @param {string} outDir
 * @returns {Promise<Set<string>>} the packages that the bundle contains
 */
async function bundle(root, outDir) {
  // Vite sets it for good where it is unset, and whatever this process does next would take itself for a production build.
  const before = process.env['NODE_ENV'];
  try {
    // Loaded here: it is installed by an earlier step, and costs time that a set-up with nothing to do should not take.
    const { build } = await import('vite');
    const result = await build({
      configFile: path.join(root, 'src', 'renderer', 'vite.config.ts'),
      logLevel: 'silent',
      build: { outDir, emptyOutDir: true },
    });
    const outputs = /** @type {import('vite').Rolldown.RolldownOutput[]} */ ([result].flat());
    const chunks = outputs.flatMap(({ output }) => output).filter((each) => each.type === 'chunk');
    const packages = chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .map((id) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1]?.replace('\\', '/'));
    return new Set(packages.filter((name) => name !== undefined));
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/**
 * Puts the new files among those of earlier builds; the page comes last, when all it names is there.
 * @param {string} partial
 * @param {string} folder
 */
function replaceFiles(partial, folder) {
  const files = filesBelow(partial);
  const isPage = (/** @type {string} */ name) => name === 'index.html';
  files.sort((a, b) => Number(isPage(a)) - Number(isPage(b)));
  for (const name of files) moveIntoPlace(path.join(partial, name), path.join(folder, name));
  fs.rmSync(partial, { recursive: true, force: true });
  for (const name of filesBelow(folder)) {
    const file = path.join(folder, name);
    const isOld = Date.now() - fs.statSync(file).mtimeMs > OLD_FILE_MS;
    if (isOld && !files.includes(name)) fs.rmSync(file);
  }
}

/**
 * Mistakes in our own sources, with their places.
 * @param {unknown} failure
 * @param {string} root
 */
function explainBuild(failure, root) {
  const { message, id, loc, errors } =
    /** @type {Error & { id?: string, loc?: { line: number, column: number }, errors?: { message: string }[] }} */ (
      failure
    );
  const place = id && loc ? `${path.relative(root, id)}:${loc.line}:${loc.column}: ` : '';
  const words = errors?.map((each) => each.message).join('\n') ?? message;
  return new SetupError(
    'bundle-failed',
    'The windows could not be built',
    'correct the sources at the places above, then run the same command again',
    `${place}${words}`,
  );
}
