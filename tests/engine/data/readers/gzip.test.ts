import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackGzip } from '../../../../src/engine/data/readers/gzip.ts';
import { errorOf, noise, tempFolder } from '../helpers.ts';

const CONTENT = noise(100_000);

/** Unpacks `packed` and expects `bytes` bytes; returns the path of the result. */
async function unpack(packed: Uint8Array, bytes: number, signal?: AbortSignal): Promise<string> {
  const folder = tempFolder();
  const from = join(folder, 'file.gz');
  const to = join(folder, 'file');
  writeFileSync(from, packed);
  await unpackGzip(from, to, bytes, 'the file', signal);
  return to;
}

describe('unpackGzip', () => {
  it('writes what was packed, also when it was packed in two parts', async () => {
    const whole = await unpack(gzipSync(CONTENT), CONTENT.length);
    expect(new Uint8Array(readFileSync(whole))).toEqual(CONTENT);
    const parts = [CONTENT.subarray(0, 40_000), CONTENT.subarray(40_000)].map((part) => gzipSync(part));
    const joined = await unpack(Buffer.concat(parts), CONTENT.length);
    expect(new Uint8Array(readFileSync(joined))).toEqual(CONTENT);
  });

  it.each<[string, Uint8Array, number, string, RegExp]>([
    ['one byte less than expected', gzipSync(CONTENT), 100_001, 'data/wrong-size', /100001 .* got 100000/],
    ['one byte more than expected', gzipSync(CONTENT), 99_999, 'data/wrong-size', /99999 .* got more/],
    ['an end that is missing', gzipSync(CONTENT).subarray(0, -100), 100_000, 'data/gzip', /unexpected end/],
    ['a checksum that differs', changed(gzipSync(CONTENT), -6), 100_000, 'data/gzip', /incorrect data check/],
    ['another kind of file', CONTENT, 100_000, 'data/gzip', /incorrect header/],
    ['nothing at all', new Uint8Array(0), 100_000, 'data/gzip', /unexpected end/],
  ])('refuses %s', async (_, packed, bytes, code, message) => {
    const error = await errorOf(() => unpack(packed, bytes));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('"the file"');
  });

  it('writes no more of a bomb than was expected', async () => {
    const folder = tempFolder();
    const [from, to] = [join(folder, 'bomb.gz'), join(folder, 'bomb')];
    writeFileSync(from, gzipSync(Buffer.alloc(200e6)));
    expect(statSync(from).size).toBeLessThan(1e6);
    const error = await errorOf(() => unpackGzip(from, to, 1_000_000, 'bomb'));
    expect(error.code).toBe('data/wrong-size');
    expect(existsSync(to) ? statSync(to).size : 0).toBeLessThanOrEqual(1_000_000);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await errorOf(() => unpack(gzipSync(CONTENT), 100_000, abort.signal))).code).toBe('data/aborted');
  });
});

/** With the byte at `at` (from the end, when negative) changed. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const place = (at + copy.length) % copy.length;
  copy[place] = (copy[place] as number) ^ 0xff;
  return copy;
}
