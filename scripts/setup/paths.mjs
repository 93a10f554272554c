// @ts-check
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder. */
export const PACKAGE_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * The folder for what is large and the same for every checkout: libraries and built addons.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @param {string} home
 */
export function cacheFolder(env = process.env, platform = process.platform, home = os.homedir()) {
  if (env['GRADIENT_LAB_CACHE']) return path.resolve(env['GRADIENT_LAB_CACHE']);
  // A relative XDG_CACHE_HOME is to be ignored, says the XDG base directory specification.
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'gradient-lab');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'gradient-lab');
  return path.join(home, '.cache', 'gradient-lab');
}

/**
 * The folder of an installed package, looked for as Node does, upwards from `root`: a package manager may have put it beside us.
 * @param {string} root
 * @param {string} name
 * @returns {string | undefined}
 */
export function findPackage(root, name) {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/**
 * True when this package was itself installed into a `node_modules` folder, where the package manager keeps the dependencies.
 * @param {string} root
 */
export function isInstalledPackage(root) {
  return path.dirname(root).split(path.sep).includes('node_modules');
}

/**
 * A name beside `target` to build under, so that a killed set-up never leaves something half-made under the final name.
 * @param {string} target
 */
export function partialName(target) {
  return `${target}.partial-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * Removes what killed set-ups left in `folder`. Only for the holder of the lock: whoever else builds here holds it as well.
 * @param {string} folder
 */
export function removePartials(folder) {
  for (const name of listFolder(folder)) {
    if (/\.partial-\d+-/.test(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/**
 * The names in a folder; none when it does not exist.
 * @param {string} folder
 * @returns {string[]}
 */
export function listFolder(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // Absent, or not a folder: nothing in it either way.
  }
}

/**
 * Puts a finished file or folder in place of an older one.
 * @param {string} partial
 * @param {string} target
 */
export function moveIntoPlace(partial, target) {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  // rename() replaces a file in one step, but refuses a folder that is not empty.
  if (fs.statSync(partial).isDirectory()) fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(partial, target);
}
