// @ts-check
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { moveIntoPlace, partialName } from './paths.mjs';

/**
 * Reads a JSON file; undefined when it is absent or not whole, which both mean "do the work again".
 * @param {string} file
 * @returns {any} the caller knows the shape it wrote, and must treat each field as possibly missing
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a JSON file in one step: a reader sees the old one or the new one, never a part.
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const partial = partialName(file);
  fs.writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`);
  moveIntoPlace(partial, file);
}

/**
 * @param {...(string | Buffer)} parts
 * @returns {string} SHA-256 in hexadecimal; the parts' lengths count, so that moving a border changes the hash
 */
export function hashOf(...parts) {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/**
 * The SHA-256 of a file that may be too large for memory.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function hashOfFile(file) {
  const hash = crypto.createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Every file below a folder, relative to it, in one fixed order.
 * @param {string} folder
 * @param {(relativePath: string) => boolean} [skip]
 * @returns {string[]}
 */
export function filesBelow(folder, skip = () => false) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} relative */
  const visit = (relative) => {
    for (const entry of fs.readdirSync(path.join(folder, relative), { withFileTypes: true })) {
      const name = relative ? `${relative}/${entry.name}` : entry.name;
      if (skip(name)) continue;
      if (entry.isDirectory()) visit(name);
      else found.push(name);
    }
  };
  visit('');
  return found.sort();
}

/**
 * A hash over names, sizes and times of the files below a folder: quick, and enough where a needless rebuild costs little.
 * @param {string} folder
 * @param {(relativePath: string) => boolean} [skip]
 * @returns {string}
 */
export function quickHashOfFolder(folder, skip) {
  return hashOf(
    ...filesBelow(folder, skip).map((name) => {
      const { mtimeMs, size } = fs.statSync(path.join(folder, name));
      return `${name} ${mtimeMs} ${size}`;
    }),
  );
}

/**
 * A hash over names and contents of the files below a folder: the same in every checkout of the same sources.
 * @param {string} folder
 * @param {(relativePath: string) => boolean} [skip]
 * @returns {string}
 */
export function contentHashOfFolder(folder, skip) {
  return hashOf(
    ...filesBelow(folder, skip).flatMap((name) => [name, fs.readFileSync(path.join(folder, name))]),
  );
}
