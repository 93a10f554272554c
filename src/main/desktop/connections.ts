/** The labs elsewhere that this app has shown, newest first. Their addresses hold tokens: the file is for this user alone. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseLabAddress } from './addresses.ts';

const MOST = 10;

/** Addresses with their tokens; none where nothing usable is kept. */
export function readConnections(file: string): readonly string[] {
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return []; // Absent or damaged: nothing is remembered.
  }
  return Array.isArray(kept) ? kept.filter(isAddress).slice(0, MOST) : [];
}

/** Puts `url` first; an older address of the same lab goes, since its token is no good any more. */
export function rememberConnection(file: string, url: string): void {
  const { origin } = parseLabAddress(url);
  const others = readConnections(file).filter((each) => parseLabAddress(each).origin !== origin);
  writeFileSync(`${file}.partial`, JSON.stringify([url, ...others].slice(0, MOST)), { mode: 0o600 });
  // A file that lay there before keeps its mode.
  chmodSync(`${file}.partial`, 0o600);
  renameSync(`${file}.partial`, file);
}

function isAddress(value: unknown): value is string {
  try {
    return typeof value === 'string' && parseLabAddress(value).url === value;
  } catch {
    return false; // An address of a version that wrote them in another form.
  }
}
