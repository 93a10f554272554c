import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../../src/shared/errors.ts';
import { extractTar, readTar } from '../../../../src/engine/data/readers/tar.ts';
import { errorOf, noise, tempFolder } from '../helpers.ts';
import { tarOf, type TarEntry } from '../tar-of.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

const LIMITS = { name: 'toy.tar', maxBytes: 1024 * 1024 };

async function extractAll(
  bytes: Uint8Array,
  options: { chunk?: number; limits?: typeof LIMITS & { maxEntries?: number } } = {},
): Promise<{ seen: string[]; written: string[]; folder: string }> {
  const folder = tempFolder();
  const seen: string[] = [];
  const written = await extractTar(
    inChunks(bytes, options.chunk ?? 1000),
    (name) => {
      seen.push(name);
      return name.includes('want') ? join(folder, `file-${seen.length}`) : null;
    },
    options.limits ?? LIMITS,
  );
  return { seen, written, folder };
}

describe('extractTar', () => {
  it.each([1, 7, 512, 100_000])('writes the wanted files, whatever the chunks (%i bytes)', async (chunk) => {
    const content = noise(1300);
    const tar = tarOf([
      { name: 'package/other', content: noise(700) },
      { name: 'package/want', content },
      { name: 'package/want-empty', content: new Uint8Array(0) },
    ]);
    const { seen, written, folder } = await extractAll(tar, { chunk });
    expect(seen).toEqual(['package/other', 'package/want', 'package/want-empty']);
    expect(written).toEqual(['package/want', 'package/want-empty']);
    expect(readFileSync(join(folder, 'file-2')).equals(content)).toBe(true);
    expect(readFileSync(join(folder, 'file-3'))).toHaveLength(0);
  });

  it('takes names from ustar prefixes, pax headers and GNU long names', async () => {
    const long = `${'d/'.repeat(120)}want`;
    const pax = (record: string): Uint8Array => new TextEncoder().encode(record);
    const record = `path=${long}\n`;
    const length = record.length + 4;
    const { seen } = await extractAll(
      tarOf([
        { name: 'want', prefix: 'some/folder', content: noise(3) },
        { name: 'PaxHeader', type: 'x', content: pax(`${length} ${record}`) },
        { name: 'short', content: noise(3) },
        { name: '././@LongLink', type: 'L', content: pax(`${long}\0`) },
        { name: 'short', content: noise(3) },
        { name: 'after', content: noise(3) },
      ]),
    );
    expect(seen).toEqual(['some/folder/want', long, long, 'after']);
  });

  it('passes over links, folders and devices, and never uses a name as a path', async () => {
    const { seen, folder } = await extractAll(
      tarOf([
        { name: 'want-link', type: '2', content: new Uint8Array(0) },
        { name: 'want-folder/', type: '5', content: new Uint8Array(0) },
        { name: 'want-device', type: '3', content: new Uint8Array(0) },
        { name: '../../want', content: noise(10) },
      ]),
    );
    expect(seen).toEqual(['../../want']);
    expect(existsSync(join(folder, 'file-1'))).toBe(true);
  });

  it('refuses a damaged header, a cut archive and impossible lengths', async () => {
    const good = tarOf([{ name: 'want', content: noise(600) }]);
    const damaged = Uint8Array.from(good);
    damaged[0] = 0x58;
    expect((await errorOf(() => extractAll(damaged))).message).toMatch(
      /a header with checksum \d+, recorded/,
    );
    const cut = await errorOf(() => extractAll(good.subarray(0, 700)));
    expect(cut.code).toBe('data/tar');
    expect(cut.message).toContain('its end 412 bytes early');
    const pax = tarOf([{ name: 'p', type: 'x', content: new TextEncoder().encode('999 path=x\n') }]);
    expect((await errorOf(() => extractAll(pax))).message).toContain('impossible length');
    const long = tarOf([{ name: 'p', type: 'L', content: new Uint8Array(70_000) }]);
    expect((await errorOf(() => extractAll(long))).message).toContain('extended header of 70000 bytes');
  });

  it('stops at its limits of bytes and entries', async () => {
    const entries: TarEntry[] = Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, content: noise(100) }));
    const many = await errorOf(() => extractAll(tarOf(entries), { limits: { ...LIMITS, maxEntries: 10 } }));
    expect(many.code).toBe('data/too-large');
    const large = await errorOf(() => extractAll(tarOf(entries), { limits: { ...LIMITS, maxBytes: 5000 } }));
    expect(large.message).toContain('at most 5000 unpacked bytes');
  });

  it('throws nothing but LabError for damaged archives', async () => {
    const original = tarOf([
      { name: 'p', type: 'x', content: new TextEncoder().encode('11 path=abc\n') },
      { name: 'other', content: noise(100) },
      { name: 'want', content: noise(600) },
    ]);
    const edits = fc.array(fc.tuple(fc.nat({ max: original.length }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(edits, fc.nat({ max: original.length }), async (changes, keep) => {
        const bytes = Uint8Array.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          await extractTar(inChunks(bytes.subarray(0, keep), 512), () => null, LIMITS);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('readTar', () => {
  const readAll = async (bytes: Uint8Array, chunk = 1000) => {
    const found: Record<string, string> = {};
    await readTar(
      inChunks(bytes, chunk),
      (name, size) => name.endsWith('.txt') && size <= 20,
      (name, content) => (found[name] = Buffer.from(content).toString()),
      LIMITS,
    );
    return found;
  };
  const ENTRIES = [
    { name: 'a/1.txt', content: Buffer.from('one') },
    { name: 'a/link.txt', type: '2', content: new Uint8Array(0) },
    { name: 'a/large.txt', content: noise(600) },
    { name: 'a/2.txt', content: new Uint8Array(0) },
    { name: 'b/photo', content: noise(700) },
    { name: '../b/3.txt', content: Buffer.from('three, wherever its name points').subarray(0, 5) },
  ];

  it.each([1, 511, 100_000])('hands over what is wanted, whatever the chunks (%i bytes)', async (chunk) => {
    expect(await readAll(tarOf(ENTRIES), chunk)).toEqual({
      'a/1.txt': 'one',
      'a/2.txt': '',
      '../b/3.txt': 'three',
    });
  });

  it('gives a LabError for every archive that is cut short', async () => {
    const whole = tarOf(ENTRIES);
    for (const length of [1, 511, 600, 1024, 2000, 3000]) {
      expect((await errorOf(() => readAll(whole.subarray(0, length)))).code).toBe('data/tar');
    }
  });
});
