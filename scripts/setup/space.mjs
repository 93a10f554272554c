// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './fail.mjs';
import { megabytes } from './progress.mjs';

/**
 * Refuses to begin what the disk cannot hold, instead of failing at nine tenths of a long download.
 * @param {string} folder need not exist yet
 * @param {number} bytes
 * @param {string} purpose e.g. "TensorFlow"
 * @param {(folder: string) => { bavail: number, bsize: number }} [statfs]
 */
export function requireSpace(folder, bytes, purpose, statfs = fs.statfsSync) {
  let existing = path.resolve(folder);
  while (!fs.existsSync(existing) && existing !== path.dirname(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = statfs(existing);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new SetupError(
    'no-space',
    `${purpose} needs ${megabytes(bytes)} below "${folder}", and only ${megabytes(free)} are free`,
    'make room there, or name a folder on another disk with GRADIENT_LAB_CACHE',
  );
}
