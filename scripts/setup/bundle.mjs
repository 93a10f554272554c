// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './fail.mjs';
import { findPackage, moveIntoPlace, partialName } from './paths.mjs';
import { hashOf, quickHashOfFolder, readJson, writeJson } from './stamp.mjs';

/** The programs that are bundled: name below `out/` and source. Add a line for a new one. */
const ENTRIES = {
  cli: 'src/cli/main.ts',
  engine: 'src/engine/process/main.ts',
  desktop: 'src/main/desktop/main.ts',
};

/** What Electron loads into the window's page before the page itself: one file, and no module, as its sandbox demands. */
const PRELOAD = { source: 'src/preload/preload.ts', file: 'preload.cjs' };

/** Where all of them begin. */
export const PROGRAM_SOURCES = [...Object.values(ENTRIES), PRELOAD.source];

/** Chunks of the last builds stay for a day: a program that is still running may load one of them late. */
const OLD_CHUNK_MS = 24 * 60 * 60 * 1000;

/** @param {string} out */
const stampFile = (out) => path.join(out, 'bundle.json');

/** @param {string} root */
function stampOf(root) {
  const esbuild = findPackage(root, 'esbuild');
  return hashOf(
    quickHashOfFolder(path.join(root, 'src'), (name) => name === 'renderer'),
    JSON.stringify([ENTRIES, PRELOAD]),
    String(esbuild && readJson(path.join(esbuild, 'package.json'))?.version),
    fs.readFileSync(path.join(root, 'tsconfig.json')),
  );
}

/**
 * True when `out/` holds the bundle of the present sources. A package that was installed without its sources brings its bundle.
 * @param {import('./context.mjs').Context} context
 * @returns {true | undefined}
 */
export function checkBundle({ root, out }) {
  const names = [...Object.keys(ENTRIES).map((name) => `${name}.mjs`), PRELOAD.file];
  if (!names.every((name) => fs.existsSync(path.join(out, name)))) return undefined;
  if (!fs.existsSync(path.join(root, 'src'))) return true;
  return readJson(stampFile(out))?.stamp === stampOf(root) ? true : undefined;
}

/**
 * Bundles the programs, each for Node alone; packages stay where they are installed.
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<true>}
 */
export async function setupBundle({ root, out, progress }) {
  const stamp = stampOf(root);
  const task = progress.start('Bundling the programs');
  // Loaded here: it is installed by an earlier step, and costs time that a set-up with nothing to do should not take.
  const { build } = await import('esbuild');
  /** @satisfies {import('esbuild').BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    write: false,
    logLevel: 'silent',
  };
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: Object.entries(ENTRIES).map(([name, source]) => ({ in: `./${source}`, out: name })),
      outdir: out,
      outExtension: { '.js': '.mjs' },
      chunkNames: 'chunks/[name]-[hash]',
      format: 'esm',
      splitting: true,
    }),
    build({
      ...common,
      entryPoints: [`./${PRELOAD.source}`],
      outfile: path.join(out, PRELOAD.file),
      format: 'cjs',
    }),
  ]).catch((failure) => {
    task.done('failed');
    throw explainBundling(failure);
  });
  const outputFiles = results.flatMap((result) => result.outputFiles);
  // Entries last: whatever they import is there by then, however early the process is killed.
  const isEntry = (/** @type {string} */ file) => path.dirname(file) === out;
  outputFiles.sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
  for (const { path: file, contents } of outputFiles) {
    const partial = partialName(file);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(partial, contents);
    moveIntoPlace(partial, file);
  }
  removeOldChunks(path.join(out, 'chunks'), new Set(outputFiles.map((each) => each.path)));
  writeJson(stampFile(out), { stamp });
  task.done();
  return true;
}

/**
 * Mistakes in our own sources, with their places.
 * @param {unknown} failure
 */
function explainBundling(failure) {
  const errors = /** @type {Partial<import('esbuild').BuildFailure>} */ (failure).errors ?? [];
  const places = errors.map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column}: ${text}` : text,
  );
  return new SetupError(
    'bundle-failed',
    'The programs could not be bundled',
    'correct the sources at the places above, then run the same command again',
    places.join('\n') || String(failure),
  );
}

/** @param {string} folder @param {Set<string>} current */
function removeOldChunks(folder, current) {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (current.has(file)) continue;
    if (Date.now() - fs.statSync(file).mtimeMs > OLD_CHUNK_MS) fs.rmSync(file, { force: true });
  }
}
