/** Files of texts for import and preview. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from '../helpers.ts';

/** Ten rows of two classes. */
export const ROWS = Array.from({ length: 10 }, (_, i) => ({
  id: `r${i}`,
  review: `Text number ${i}, with "quotes", a comma\nand a line end`,
  sentiment: i % 2 === 0 ? 'good' : 'bad',
}));
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
export const CSV = [
  'id,review,sentiment',
  ...ROWS.map((row) => Object.values(row).map(quoted).join(',')),
].join('\r\n');
export const JSONL = ROWS.map((row) => JSON.stringify(row)).join('\n');

/** A file of that name in a folder of its own; its path. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** A folder with these files. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
