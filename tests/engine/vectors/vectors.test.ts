import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  findVectors,
  importVectors,
  keepVectors,
  listVectors,
  openVectors,
  removeVectors,
  takeVectors,
  type WordVector,
} from '../../../src/engine/vectors/index.ts';
import { LabError } from '../../../src/shared/errors.ts';
import { leftOutText } from '../../../src/shared/vectors.ts';
import { errorOf, tempFolder, tempHome } from '../data/helpers.ts';

const FILES = join(import.meta.dirname, 'gensim');
const known = JSON.parse(readFileSync(join(FILES, 'small.json'), 'utf8')) as {
  words: string[];
  vectors: number[][];
};

let home = '';
beforeEach(() => {
  home = join(tempHome(), '..');
});

const fileOf = (bytes: Uint8Array | string, name = 'own.txt'): string => {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
};

async function readAll(
  path: string,
): Promise<{ kind: string; words: (string | null)[]; vectors: number[][] }> {
  const { kind, rows } = await openVectors(path);
  const all: WordVector[] = [];
  for await (const row of rows) all.push(row);
  return { kind, words: all.map(({ word }) => word), vectors: all.map(({ vector }) => [...vector]) };
}

type Row = readonly [word: string, vector: readonly number[]];

/** Each form as its description has it: code.google.com/archive/p/word2vec, nlp.stanford.edu/projects/glove. */
const WRITERS: Record<string, (rows: readonly Row[], width: number) => Buffer> = {
  word2vec: (rows, width) =>
    Buffer.from(
      `${rows.length} ${width}\n${rows.map(([word, vector]) => `${word} ${vector.join(' ')}\n`).join('')}`,
    ),
  glove: (rows) => Buffer.from(rows.map(([word, vector]) => `${word} ${vector.join(' ')}`).join('\n')),
  // The first program ends each vector with a line's end, gensim does not.
  'word2vec-binary': (rows, width) => binary(rows, width, '\n'),
  'word2vec-binary of gensim': (rows, width) => binary(rows, width, ''),
};

function binary(rows: readonly Row[], width: number, end: string): Buffer {
  const parts = rows.flatMap(([word, vector]) => [
    Buffer.from(`${word} `),
    Buffer.from(Float32Array.from(vector).buffer),
    Buffer.from(end),
  ]);
  return Buffer.concat([Buffer.from(`${rows.length} ${width}\n`), ...parts]);
}

describe('a file of word vectors', () => {
  it.each([
    ['small.txt', 'word2vec'],
    ['small.txt.gz', 'word2vec'],
    ['small.bin', 'word2vec-binary'],
    ['small.bin.gz', 'word2vec-binary'],
    ['small.glove.txt', 'glove'],
  ])('that gensim has written is read as it was meant (%s)', async (file, kind) => {
    expect(await readAll(join(FILES, file))).toEqual({
      kind,
      words: known.words,
      vectors: known.vectors.map((row) => [...Float32Array.from(row)]),
    });
  });

  it('is read as it was written, whatever words and numbers it has', async () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => !/[\s\p{C}]/u.test(text) && Number.isNaN(Number(text)));
    // Fewer numbers than a handful of bytes may look like text, in any form.
    const table = fc.integer({ min: 4, max: 24 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        rows: fc.uniqueArray(
          fc.tuple(
            word,
            fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
              minLength: width,
              maxLength: width,
            }),
          ),
          { minLength: 1, maxLength: 30, selector: ([key]) => key },
        ),
      }),
    );
    const property = fc.asyncProperty(
      table,
      fc.constantFrom(...Object.keys(WRITERS)),
      fc.boolean(),
      async ({ rows, width }, form, packed) => {
        const bytes = (WRITERS[form] as (typeof WRITERS)[string])(rows, width);
        const read = await readAll(fileOf(packed ? gzipSync(bytes) : bytes));
        expect(read.words).toEqual(rows.map(([key]) => key));
        // Text has no sign of zero that is kept here.
        expect(read.vectors.flat().map((value) => value + 0)).toEqual(
          rows.flatMap(([, row]) => row.map((value) => value + 0)),
        );
        expect(form).toContain(read.kind);
      },
    );
    await fc.assert(property, { numRuns: 200, seed: 6 });
  });

  it.each([
    [
      'spaces in its words, as GloVe’s common crawl has',
      '. . . 0.5 1 2\nat name@domain.com 3 4 5\n',
      ['. . .', 'at name@domain.com'],
    ],
    ['lines of Windows, and blanks at their ends', 'a 0.5 1 2 \r\nb 3 4 5\r\n', ['a', 'b']],
    ['tabs', 'a\t0.5\t1\t2\nb\t3\t4\t5', ['a', 'b']],
    ['a mark of its byte order', '\ufeffa 0.5 1 2\nb 3 4 5\n', ['a', 'b']],
    ['an empty line at its end', '2 3\na 0.5 1 2\nb 3 4 5\n\n', ['a', 'b']],
    ['words that look like blanks elsewhere', '\u00a0 0.5 1 2\n\u0085 3 4 5\n', ['\u00a0', '\u0085']],
  ])('may have %s', async (_, text, words) => {
    const first = text.startsWith('. .') ? `x 9 9 9\n${text}` : text;
    const read = await readAll(fileOf(first));
    expect(read.words.slice(-2)).toEqual(words);
    expect(read.vectors.slice(-2)).toEqual([
      [0.5, 1, 2],
      [3, 4, 5],
    ]);
  });

  it.each<[string, string | Uint8Array, string, RegExp]>([
    ['nothing', '', 'vectors/kind', /got no bytes/],
    ['a zip archive', 'PK\x03\x04', 'vectors/kind', /zip archive/],
    ['a pickle', Buffer.from([0x80, 5, 0x95, 0, 0, 0, 0, 10]), 'vectors/kind', /no text/],
    ['a sentence', 'It is a truth universally acknowledged\n', 'vectors/unsound', /line 1.*got "is"/],
    ['words alone', 'the\nof\n', 'vectors/kind', /without numbers/],
    ['a line that is too short', 'a 1 2 3\nb 1 2\n', 'vectors/unsound', /3 numbers on line 2.*got 3 parts/],
    ['a word as a number', '2 2\na 1 2\nb 1 x\n', 'vectors/unsound', /line 3.*got "x"/],
    ['NaN', 'a 1 2\nb 1 nan\n', 'vectors/unsound', /line 2.*got "nan"/],
    ['an infinite number', 'a 1 2\nb 1 Infinity\n', 'vectors/not-finite', /"b" \(word 2.*got Infinity/],
    ['a number beyond 32 bits', 'a 1 2\nb 1 1e39\n', 'vectors/not-finite', /"b"/],
    ['NaN in binary', binary([['a', [1, 2, 3, NaN]]], 4, ''), 'vectors/not-finite', /"a".*got NaN/],
    ['fewer words than it says', '3 2\na 1 2\nb 3 4\n', 'vectors/unsound', /3 words.*got 2 whole/],
    ['more words than it says', '1 2\na 1 2\nb 3 4\n', 'vectors/unsound', /1 words.*got more/],
    ['a head alone', '3 2\n', 'vectors/unsound', /3 words.*got 0 whole/],
    ['no words', '0 2\n', 'vectors/kind', /0 words/],
    ['too many words', '5000001 2\na 1 2\n', 'vectors/too-large', /5,000,000.*5,000,001/],
    ['no width', '3 0\na\n', 'vectors/kind', /without numbers/],
    ['too great a width', '3 1025\na 1\n', 'vectors/kind', /1025 numbers/],
    ['an empty line', 'a 1 2\n\nb 3 4\n', 'vectors/unsound', /an empty line 2/],
    [
      'gzip cut off',
      gzipSync(readFileSync(join(FILES, 'small.txt'))).subarray(0, 90),
      'vectors/unsound',
      /sound gzip/,
    ],
    ['gzip of something else', gzipSync('hello there\n'), 'vectors/unsound', /line 1/],
    [
      'no word that can be read',
      Buffer.from('e9 1 2\n'.replace('e9', '\xe9'), 'latin1'),
      'vectors/none',
      /none that can be read/,
    ],
  ])('with %s is refused with the place, and nothing is kept', async (_, bytes, code, message) => {
    const error = await errorOf(() => importVectors(fileOf(bytes), { name: 'own' }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
    expect(existsSync(join(home, 'vectors')) ? readdirSync(join(home, 'vectors')) : []).toEqual([]);
  });

  it('that is none is refused: a path to nothing, a folder', async () => {
    expect((await errorOf(() => importVectors(join(home, 'none.txt')))).code).toBe('data/not-found');
    expect((await errorOf(() => importVectors(tempFolder()))).code).toBe('data/not-a-file');
  });

  it('of binary numbers is cut off anywhere, and refused', async () => {
    const whole = readFileSync(join(FILES, 'small.bin'));
    for (let length = 0; length < whole.length; length++) {
      const error = await errorOf(() => readAll(fileOf(whole.subarray(0, length))));
      expect(error.code).toMatch(/^vectors\/(kind|unsound)$/);
    }
    const more = await errorOf(() => readAll(fileOf(Buffer.concat([whole, Buffer.from('x')]))));
    expect(more.message).toMatch(/got more/);
  });

  it.each(['small.txt', 'small.bin', 'small.glove.txt', 'small.bin.gz'])(
    'is kept whole or refused, whatever byte of it is wrong (%s)',
    async (file) => {
      const whole = readFileSync(join(FILES, file));
      const spot = fc.nat(whole.length - 1);
      const change = fc.oneof(
        fc.record({ kind: fc.constant('cut' as const), at: spot }),
        fc.record({
          kind: fc.constant('bytes' as const),
          at: fc.array(fc.tuple(spot, fc.nat(255)), { minLength: 1, maxLength: 8 }),
        }),
        fc.record({ kind: fc.constant('copy' as const), at: spot, from: spot, to: spot }),
      );
      let refused = 0;
      const property = fc.asyncProperty(change, async (how) => {
        const bytes = Buffer.from(whole);
        if (how.kind === 'bytes') for (const [at, value] of how.at) bytes[at] = value;
        if (how.kind === 'copy') bytes.copyWithin(how.at, how.from, how.to);
        try {
          const info = await importVectors(fileOf(how.kind === 'cut' ? bytes.subarray(0, how.at) : bytes), {
            name: 'm',
          });
          const words = readFileSync(join(home, 'vectors/m/words.txt'), 'utf8').split('\n').slice(0, -1);
          const taken = await takeVectors('m', words);
          expect(taken.places).toHaveLength(info.words);
          expect(taken.vectors).toHaveLength(info.words * info.width);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          expect(error.code).toMatch(/^vectors\//);
          refused++;
        } finally {
          await removeVectors('m').catch(() => undefined);
        }
        expect(readdirSync(join(home, 'vectors'))).toEqual([]);
      });
      mkdirSync(join(home, 'vectors'), { recursive: true });
      await fc.assert(property, { numRuns: 150, seed: 7 });
      expect(refused).toBeGreaterThan(30);
    },
    60_000,
  );

  it('of one line of a gigabyte takes no memory, plain or packed', async () => {
    const folder = tempFolder();
    const plain = join(folder, 'line.txt');
    const file = openSync(plain, 'w');
    writeSync(file, '400000 300\nthe 0.1 ');
    writeSync(file, 'x', 1024 ** 3); // a hole of zeros before it
    closeSync(file);
    const packed = fileOf(gzipSync(Buffer.alloc(256 * 1024 * 1024, 'the 0.1 ')), 'line.txt.gz');
    const before = process.memoryUsage().rss;
    for (const path of [plain, packed]) {
      expect((await errorOf(() => importVectors(path))).code).toMatch(/^vectors\/(unsound|kind)$/);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

describe('the vectors that are kept', () => {
  it('are listed with what was left out, used by word, and removed', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a 1 2\nb 3 4\na 5 6\n'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' 7 8\nc d 9 10\n'),
    ]);
    const info = await importVectors(fileOf(bytes, 'My Vectors.50d.txt'));
    expect(info).toMatchObject({ id: 'my-vectors-50d', kind: 'glove', words: 3, width: 2 });
    expect(info).toMatchObject({ source: 'My Vectors.50d.txt', repeated: 1, unreadable: 1 });
    expect(leftOutText(info)).toBe('Left out: 1 repeated, 1 empty or not UTF-8.');
    expect(listVectors()).toEqual([info]);
    expect(findVectors(info.id)).toEqual(info);
    const { places, vectors } = await takeVectors(info.id, ['x', 'c d', 'A', 'a']);
    expect([...places]).toEqual([3, 1]);
    expect([...vectors]).toEqual([1, 2, 9, 10]); // of a word that comes again, the first
    await removeVectors(info.id);
    expect(listVectors()).toEqual([]);
    expect((await errorOf(() => takeVectors(info.id, ['a']))).code).toBe('vectors/unknown');
    expect((await errorOf(() => removeVectors(info.id))).hint).toContain('Import a file');
  });

  it('are the same set where the same file comes again without a name', async () => {
    const first = await importVectors(join(FILES, 'small.txt'));
    const again = await importVectors(join(FILES, 'small.bin.gz'));
    expect(again).toEqual(first);
    expect((await importVectors(join(FILES, 'small.txt'), { name: 'other' })).id).toBe('other');
    expect(listVectors().map(({ id }) => id)).toEqual(['other', 'small']);
  });

  it('are never written over, and have names that are no paths', async () => {
    const info = await importVectors(join(FILES, 'small.txt'), { name: 'mine' });
    const error = await errorOf(() => importVectors(fileOf('a 1 2\n'), { name: 'mine' }));
    expect([error.code, error.message]).toEqual([
      'vectors/exists',
      'Word vectors called "mine" are there already.',
    ]);
    for (const name of ['', '../x', 'A', 'a b', 'random', 'x'.repeat(41)]) {
      expect((await errorOf(() => importVectors(join(FILES, 'small.txt'), { name }))).code).toBe(
        'vectors/id',
      );
    }
    expect(listVectors()).toEqual([info]);
  });

  it('come from a lab as from a file', async () => {
    const rows = [{ word: 'a', vector: Float32Array.of(1, 2) }];
    const set = { id: 'own', kind: 'word2vec', source: 'run 3', width: 2 } as const;
    expect(await keepVectors(set, rows)).toMatchObject({ words: 1, repeated: 0, unreadable: 0 });
    const diverged = [{ word: 'a', vector: Float32Array.of(1, NaN) }];
    expect((await errorOf(() => keepVectors({ ...set, id: 'other' }, diverged))).code).toBe(
      'vectors/not-finite',
    );
    expect(listVectors().map(({ id }) => id)).toEqual(['own']);
  });

  it.each<[string, (folder: string) => void]>([
    ['vectors that are cut off', (folder) => writeFileSync(join(folder, 'vectors.f32'), 'x')],
    ['words that are cut off', (folder) => writeFileSync(join(folder, 'words.txt'), 'the\nfi')],
    ['a record that is no JSON', (folder) => writeFileSync(join(folder, 'vectors.json'), '{')],
    ['a record of others', (folder) => writeFileSync(join(folder, 'vectors.json'), '{"format":"x"}')],
  ])('with %s say so', async (_, damage) => {
    const { id } = await importVectors(join(FILES, 'small.txt'));
    damage(join(home, 'vectors', id));
    const error = await errorOf(() => takeVectors(id, known.words));
    expect([error.code, error.hint]).toEqual([
      'vectors/damaged',
      expect.stringContaining('import their file again'),
    ]);
  });

  it('are not there where an import was cancelled, and what a killed process left goes with the next', async () => {
    const abort = new AbortController();
    abort.abort();
    const cancelled = await errorOf(() => importVectors(join(FILES, 'small.txt'), { signal: abort.signal }));
    expect(cancelled.code).toBe('vectors/aborted');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(join(home, 'vectors', `.partial-${gone}-abc`), { recursive: true });
    await importVectors(join(FILES, 'small.txt'));
    expect(readdirSync(join(home, 'vectors'))).toEqual(['small']);
  });
});
