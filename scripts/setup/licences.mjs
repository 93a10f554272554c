// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { listFolder } from './paths.mjs';
import { readJson } from './stamp.mjs';

/** @typedef {{ name: string, version: string, licence: string, texts: string[] }} Part something that we pass on, with its terms */

const LICENCE_FILE = /^(licen[cs]e|copying|notice|ofl)/i;

/**
 * The licences of everything that a window or a program of ours consists of, as one text: our own, TensorFlow's, every package
 * that runs, and those that `bundled` names because the renderer's bundle contains them.
 * @param {{ root: string, tensorflow: { dir: string, version: string }, bundled: Iterable<string> }} sources
 * @returns {string}
 */
export function collectLicences({ root, tensorflow, bundled }) {
  const own = readJson(path.join(root, 'package.json')) ?? {};
  const parts = [
    { name: 'Gradient Lab', version: own.version ?? '', licence: own.license ?? '', texts: textsIn(root) },
    {
      name: 'TensorFlow',
      version: tensorflow.version,
      licence: 'Apache-2.0',
      texts: textsIn(path.join(tensorflow.dir, 'licenses'), /./),
    },
    ...packageParts(root, new Set([...bundled, 'electron'])),
  ];
  const list = parts.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`);
  const texts = parts.map(
    (part) =>
      `${'='.repeat(80)}\n${part.name} ${part.version}\n${'='.repeat(80)}\n\n` +
      (part.texts.length > 0
        ? part.texts.join('\n\n')
        : `Licensed under ${part.licence}; the package brings no licence text along.`),
  );
  return [
    'Gradient Lab consists of the following parts. Their licences are below, in the same order.',
    'A desktop window also shows Chromium, whose licences lie beside Electron in LICENSES.chromium.html.',
    '',
    ...list,
    '',
    ...texts,
    '',
  ].join('\n');
}

/**
 * The installed packages that run, by the lock file, and those that `also` names.
 * @param {string} root
 * @param {ReadonlySet<string>} also
 * @returns {Part[]}
 */
function packageParts(root, also) {
  /** @type {Record<string, { dev?: boolean, version?: string, license?: string }>} */
  const packages = readJson(path.join(root, 'package-lock.json'))?.packages ?? {};
  /** @type {Map<string, Part>} */
  const parts = new Map();
  for (const [place, { dev, version = '', license = 'see its text' }] of Object.entries(packages)) {
    const at = place.lastIndexOf('node_modules/');
    if (at === -1) continue;
    const name = place.slice(at + 'node_modules/'.length);
    const folder = path.join(root, place);
    if ((dev && !also.has(name)) || !fs.existsSync(folder)) continue;
    parts.set(`${name}@${version}`, { name, version, licence: license, texts: textsIn(folder) });
  }
  return [...parts.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** @param {string} folder @param {RegExp} [pattern] @returns {string[]} */
function textsIn(folder, pattern = LICENCE_FILE) {
  return listFolder(folder)
    .filter((name) => pattern.test(name) && fs.statSync(path.join(folder, name)).isFile())
    .sort()
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').trim());
}
