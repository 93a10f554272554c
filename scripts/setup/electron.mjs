// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { findPackage, listFolder, partialName } from './paths.mjs';
import { megabytes } from './progress.mjs';
import { run } from './run.mjs';
import { filesBelow, readJson, writeJson } from './stamp.mjs';

/** Electron's runtime comes from its own server, not from npm's; where that cannot be reached, it is not asked again today. */
const RETRY_MS = 24 * 60 * 60 * 1000;
/** A download that grows by nothing for this long is given up. */
const STALL_MS = 20_000;
const LOOK_MS = 500;

/**
 * Whether this machine has a desktop in front of the person.
 * @param {{ platform: NodeJS.Platform, env: NodeJS.ProcessEnv }} system
 */
export function hasDisplay({ platform, env }) {
  if (platform === 'linux') return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  return platform === 'darwin' && env['SSH_CONNECTION'] === undefined;
}

/**
 * Electron's program, when its runtime is there and of the version that is installed.
 * @param {import('./context.mjs').Context} context
 * @returns {string | undefined}
 */
export function findElectron({ root, env }) {
  const folder = findPackage(root, 'electron');
  if (!folder) return undefined;
  try {
    const name = fs.readFileSync(path.join(folder, 'path.txt'), 'utf8');
    const dist = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(folder, 'dist');
    const version = fs.readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
    const program = path.join(dist, name);
    return version === versionOf(folder) && fs.existsSync(program) ? program : undefined;
  } catch {
    return undefined; // One of the files is not there: the runtime was never fetched, or not to its end.
  }
}

/**
 * True when fetching the runtime was tried within the last day, in vain.
 * @param {import('./context.mjs').Context} context
 */
export function triedElectron({ root, out }, now = Date.now()) {
  const folder = findPackage(root, 'electron');
  const { version, failedAt } = readJson(noteFile(out)) ?? {};
  return folder === undefined || (version === versionOf(folder) && now - failedAt < RETRY_MS);
}

/**
 * Fetches Electron's runtime with the package's own install script, which compares its hash. Gives up when nothing comes any
 * more, and never fails: without it the app opens in the browser.
 * @param {import('./context.mjs').Context} context
 * @param {{ stallMs?: number }} [options]
 * @returns {Promise<string | undefined>} the program, or undefined
 */
export async function setupElectron(context, { stallMs = STALL_MS } = {}) {
  const { root, out, env, progress } = context;
  const folder = findPackage(root, 'electron');
  if (!folder) return undefined;
  const task = progress.start(`Downloading Electron ${versionOf(folder)}`);
  const temporary = partialName(path.join(out, 'electron'));
  fs.mkdirSync(temporary, { recursive: true });
  const stalled = new AbortController();
  let bytes = 0;
  let grewAt = performance.now();
  const watch = setInterval(() => {
    // The download, then the unpacked runtime.
    const now = sizeOf(temporary) + sizeOf(path.join(folder, 'dist'));
    if (now !== bytes) grewAt = performance.now();
    bytes = now;
    if (bytes > 0) task.update(megabytes(bytes));
    if (performance.now() - grewAt > stallMs) stalled.abort();
  }, LOOK_MS);
  try {
    await run(process.execPath, [path.join(folder, 'install.js')], {
      env: { ...env, TMPDIR: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
      signal: stalled.signal,
    });
  } finally {
    clearInterval(watch);
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  const program = findElectron(context);
  if (program) {
    fs.rmSync(noteFile(out), { force: true });
    task.done();
    return program;
  }
  writeJson(noteFile(out), { version: versionOf(folder), failedAt: Date.now() });
  task.done('not reached; the app opens in the browser, and the next try is tomorrow');
  return undefined;
}

/** @param {string} out */
function noteFile(out) {
  return path.join(out, 'electron.json');
}

/** @param {string} folder @returns {string} */
function versionOf(folder) {
  return readJson(path.join(folder, 'package.json'))?.version ?? '';
}

/** The bytes below a folder that may change or vanish meanwhile. @param {string} folder */
function sizeOf(folder) {
  if (listFolder(folder).length === 0) return 0;
  try {
    return filesBelow(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
  } catch {
    return 0; // Something was moved between two looks; the next look counts again.
  }
}
