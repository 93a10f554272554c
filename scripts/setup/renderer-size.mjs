// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

/**
 * The bytes, packed with gzip, of the scripts and styles that the page names: what a window loads before it shows anything.
 * Parts that a page loads later on, and fonts, do not count.
 * @param {string} folder the built renderer
 * @returns {{ bytes: number, files: string[] }}
 */
export function mainBundleSize(folder) {
  const page = fs.readFileSync(path.join(folder, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map((match) => String(match[1]));
  const bytes = files.reduce(
    (sum, name) => sum + zlib.gzipSync(fs.readFileSync(path.join(folder, name))).byteLength,
    0,
  );
  return { bytes, files };
}
