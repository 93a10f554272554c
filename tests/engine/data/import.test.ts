import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  importDataSet,
  loadDataSet,
  numbersOf,
  registerDataSet,
  removeDataSet,
  verifyDataSet,
} from '../../../src/engine/data/index.ts';
import { LabError } from '../../../src/shared/errors.ts';
import {
  after,
  errorOf,
  FAST,
  idxBytes,
  noise,
  sha256,
  tempFolder,
  tempHome,
  toyDataSet,
  toyFiles,
  urlFiles,
} from './helpers.ts';
import { tarOf } from './tar-of.ts';

const FILES = toyFiles();

/** A folder with these files, by default the four of the toy set. */
function folderWith(files: Readonly<Record<string, Uint8Array>> = plain()): string {
  const folder = tempFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

const plain = (): Record<string, Uint8Array> =>
  Object.fromEntries(FILES.map(({ name, bytes }) => [name, bytes]));
const packed = (): Record<string, Uint8Array> =>
  Object.fromEntries(FILES.map((file) => [`${file.name}.gz`, file.packed]));

/** Imports and expects a LabError that leaves nothing behind. */
async function refused(path: string, as = 'mine', classes?: string[]): Promise<LabError> {
  const root = join(String(process.env['GRADIENT_LAB_HOME']), 'data');
  const error = await errorOf(() => importDataSet(path, { as, ...(classes ? { classes } : {}) }));
  expect(existing(root)).toEqual([]);
  return error;
}

function existing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The label bytes and first image of each split of a loaded data set. */
function contents(id: string): Record<string, { labels: number[]; first: number[] }> {
  const { splits } = loadDataSet(id);
  return Object.fromEntries(
    Object.entries(splits).map(([name, split]) => [
      name,
      {
        labels: [...numbersOf(split, 'label')],
        first: [...numbersOf(split, 'image').subarray(0, 35)],
      },
    ]),
  );
}

const TOY_CONTENTS = {
  train: { labels: [0, 1, 2, 0, 1, 2], first: [...(FILES[0]?.bytes.subarray(16, 51) ?? [])] },
  test: { labels: [0, 1, 2, 0], first: [...(FILES[2]?.bytes.subarray(16, 51) ?? [])] },
};

describe('importing images and labels as a data set of one’s own', () => {
  it.each<[string, () => string]>([
    ['a folder of plain files', () => folderWith()],
    ['a folder of gzipped files', () => folderWith(packed())],
    ['the folder `data` in a folder', () => within(folderWith(), 'data')],
    ['one of the files, with its neighbours', () => join(folderWith(), 'train-labels-idx1-ubyte')],
    ['a tar archive', () => archive(tarOf(entries()), 'digits.tar')],
    ['a gzipped tar archive of gzipped files', () => archive(gzipSync(tarOf(entries('.gz'))), 'digits.tgz')],
  ])('takes %s', async (_, make) => {
    const root = tempHome();
    const path = make();
    const before = snapshotOf(path);
    const { info } = await importDataSet(path, { as: 'mine' });
    expect(info).toMatchObject({ id: 'mine', classes: ['0', '1', '2'] });
    expect(info.splits).toEqual([
      { name: 'train', examples: 6 },
      { name: 'test', examples: 4 },
    ]);
    expect(info.features.map(({ name, shape }) => [name, ...shape])).toEqual([['image', 5, 7], ['label']]);
    expect(contents('mine')).toEqual(TOY_CONTENTS);
    await verifyDataSet('mine');
    expect(readdirSync(root)).toEqual(['mine']);
    expect(snapshotOf(path)).toEqual(before);
    expect(readFileSync(join(root, 'mine', 'manifest.json'), 'utf8')).not.toContain(path.slice(0, 12));
  });

  it('takes other spellings of the names, a third split, and names of classes', async () => {
    tempHome();
    const [trainImages, trainLabels, testImages, testLabels] = FILES.map(({ bytes }) => bytes) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const folder = folderWith({
      'train-images.idx3-ubyte': trainImages,
      'train-labels.idx1-ubyte': trainLabels,
      Test_Images: testImages,
      'test_labels.gz': gzipSync(testLabels),
      'valid-images-idx3-ubyte': testImages,
      'valid-labels-idx1-ubyte': testLabels,
      'notes.txt': Buffer.from('nothing of it'),
    });
    const { info } = await importDataSet(folder, { as: 'spelt', classes: ['ant', 'bee', 'cat', 'dog'] });
    expect(info.classes).toEqual(['ant', 'bee', 'cat', 'dog']);
    expect(Object.keys(contents('spelt'))).toEqual(['train', 'validation', 'test']);
  });

  it('prefers the gzipped one of two', async () => {
    tempHome();
    const files = { ...plain(), ...packed(), 'train-labels-idx1-ubyte': Uint8Array.of(1, 2, 3) };
    await importDataSet(folderWith(files), { as: 'both' });
    expect(contents('both')).toEqual(TOY_CONTENTS);
  });

  it('does not touch a data set of that name, until it is removed', async () => {
    tempHome();
    await importDataSet(folderWith(), { as: 'mine' });
    const hash = loadDataSet('mine').sha256;
    const error = await errorOf(() => importDataSet(folderWith(), { as: 'mine' }));
    expect(error.code).toBe('data/exists');
    expect(error.hint).toContain('gradient-lab data remove mine');
    expect(loadDataSet('mine').sha256).toBe(hash);
    await removeDataSet('mine');
    await importDataSet(folderWith(), { as: 'mine' });
  });

  it.each<[string, () => string, string, RegExp]>([
    ['a path where nothing is', () => join(tempFolder(), 'nothing'), 'data/not-found', /nothing/],
    [
      'a file that is no IDX file',
      () => join(folderWith({ 'cat.png': noise(9) }), 'cat.png'),
      'data/import-missing',
      /cat\.png/,
    ],
    ['an empty folder', () => tempFolder(), 'data/import-missing', /train-images-idx3-ubyte/],
    [
      'a folder without labels',
      () => folderWith(without('train-labels-idx1-ubyte')),
      'data/import-missing',
      /train-labels-idx1-ubyte/,
    ],
    [
      'a folder without training images',
      () => folderWith(without('train-images-idx3-ubyte')),
      'data/import-missing',
      /train-images-idx3-ubyte/,
    ],
    [
      'an archive without images',
      () => archive(tarOf([{ name: 'readme', content: noise(9) }]), 'a.tar'),
      'data/import-missing',
      /train-images/,
    ],
    [
      'an archive that is cut off',
      () => archive(tarOf(entries()).subarray(0, 900), 'a.tar'),
      'data/tar',
      /a\.tar/,
    ],
    ['an archive that is none', () => archive(noise(2000), 'a.tar'), 'data/tar', /a\.tar/],
    [
      'a gzipped archive that is cut off',
      () => archive(gzipSync(tarOf(entries())).subarray(0, 200), 'a.tgz'),
      'data/gzip',
      /a\.tgz/,
    ],
    ['an empty archive', () => archive(new Uint8Array(0), 'a.tar'), 'data/tar', /a\.tar/],
    ['images and labels swapped', () => folderWith(swapped()), 'data/idx-dims', /\[any, any, any\].*\[6\]/],
    [
      'more labels than images',
      () => folderWith({ ...plain(), 'train-labels-idx1-ubyte': labelsFile(7) }),
      'data/count-mismatch',
      /6 images.*7 labels/,
    ],
    [
      'splits with images of different sizes',
      () => folderWith({ ...plain(), 't10k-images-idx3-ubyte': idxBytes([4, 5, 5], noise(100)) }),
      'data/idx-dims',
      /5 x 7.*5 x 5/,
    ],
    [
      'no examples',
      () => folderWith({ ...plain(), 'train-images-idx3-ubyte': idxBytes([0, 5, 7], new Uint8Array(0)) }),
      'data/idx-empty',
      /\[0, 5, 7\]/,
    ],
    [
      'an empty file',
      () => folderWith({ ...plain(), 'train-images-idx3-ubyte': new Uint8Array(0) }),
      'data/idx-empty',
      /empty file/,
    ],
    [
      'a file that is cut off',
      () => folderWith({ ...plain(), 'train-images-idx3-ubyte': cut(-1) }),
      'data/idx-truncated',
      /226 bytes.*225/,
    ],
    [
      'a file with bytes left over',
      () => folderWith({ ...plain(), 'train-images-idx3-ubyte': cut(1) }),
      'data/idx-trailing',
      /226 bytes.*227/,
    ],
    [
      'a gzipped file that is cut off',
      () =>
        folderWith({
          ...without('train-images-idx3-ubyte'),
          'train-images.gz': (FILES[0]?.packed ?? noise(1)).subarray(0, -9),
        }),
      'data/gzip',
      /train-images\.gz/,
    ],
    [
      'a file that claims to be huge',
      () => folderWith({ ...plain(), 'train-images-idx3-ubyte': idxBytes([60000, 4000, 4000], noise(8)) }),
      'data/too-large',
      /\[60000, 4000, 4000\]/,
    ],
    [
      'dimensions beyond all numbers',
      () =>
        folderWith({
          ...plain(),
          'train-images-idx3-ubyte': idxBytes([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], noise(8)),
        }),
      'data/idx-overflow',
      /4294967295/,
    ],
    [
      'a folder in place of a file',
      () => within(folderWith(without('train-images-idx3-ubyte')), '.', 'train-images-idx3-ubyte'),
      'data/not-a-file',
      /a folder/,
    ],
  ])('refuses %s, and leaves nothing behind', async (_, make, code, message) => {
    tempHome();
    const error = await refused(make());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/\S/);
  });

  it('refuses a gzip bomb before it takes memory or room', async () => {
    tempHome();
    // 200 MB of zeros in 200 kB, behind a header that claims 6 images.
    const bomb = gzipSync(Buffer.concat([idxBytes([6, 5, 7], noise(210)), Buffer.alloc(200e6)]));
    const folder = folderWith({ ...without('train-images-idx3-ubyte'), 'train-images.gz': bomb });
    const before = process.memoryUsage().rss;
    const error = await refused(folder);
    expect(error.code).toBe('data/idx-trailing');
    // And one whose header tells the truth about a size that its bytes can hold, but that is more than is taken.
    const large = gzipSync(Buffer.concat([idxBytes([3000, 700, 700], new Uint8Array(0)), Buffer.alloc(5e6)]));
    writeFileSync(join(folder, 'train-images.gz'), large);
    expect((await refused(folder)).code).toBe('data/too-large');
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each<[string, string[] | undefined, string]>([
    ['fewer names of classes than labels', ['a', 'b'], 'data/classes'],
    [
      'more names of classes than a label can tell',
      Array.from({ length: 257 }, (_, i) => `c${i}`),
      'data/classes',
    ],
    ['a name of a class that is empty', ['a', '', 'c'], 'data/classes'],
    ['the same name twice', ['a', 'b', 'a'], 'data/classes'],
    ['no name at all', [], 'data/classes'],
  ])('refuses %s', async (_, classes, code) => {
    tempHome();
    expect((await refused(folderWith(), 'mine', classes)).code).toBe(code);
  });

  it.each([
    ['../mine', 'data/id'],
    ['Mine', 'data/id'],
    ['con', 'data/id'],
    ['', 'data/id'],
    ['drawn-digits', 'data/built-in'],
  ])('refuses the name "%s"', async (id, code) => {
    tempHome();
    expect((await refused(folderWith(), id)).code).toBe(code);
  });

  it('can be cancelled', async () => {
    const root = tempHome();
    const abort = new AbortController();
    abort.abort();
    const error = await errorOf(() => importDataSet(folderWith(), { as: 'mine', signal: abort.signal }));
    expect(error.code).toBe('data/aborted');
    expect(existing(root)).toEqual([]);
  });

  it('takes changed files or refuses them in words, and never anything between', async () => {
    const root = tempHome();
    const names = Object.keys(packed());
    const change = fc.record({
      name: fc.constantFrom(...names, ...Object.keys(plain())),
      at: fc.nat({ max: 400 }),
      byte: fc.nat({ max: 255 }),
      cut: fc.option(fc.nat({ max: 300 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const files = names.some((name) => changes.some((one) => one.name === name)) ? packed() : plain();
        for (const { name, at, byte, cut: length } of changes) {
          const bytes = Uint8Array.from(files[name] ?? []);
          if (files[name] === undefined) continue;
          bytes[at % bytes.length] = byte;
          files[name] = length === undefined ? bytes : bytes.subarray(0, length);
        }
        try {
          await importDataSet(folderWith(files), { as: 'changed' });
          await verifyDataSet('changed');
          loadDataSet('changed');
          await removeDataSet('changed');
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
          expect((error as LabError).code).toMatch(/^data\/(idx|gzip|count|import|too-large|label)/);
        }
        expect(existing(root)).toEqual([]);
      }),
      { numRuns: 150, seed: 20251125 },
    );
  });
});

describe('importing a known data set', () => {
  const register = (hashed = true): void => {
    const source = {
      kind: 'url',
      name: 'toy',
      files: urlFiles(FILES, ['http://127.0.0.1:9/']),
      timing: FAST,
    } as const;
    after(registerDataSet(toyDataSet('toy', FILES, [source], hashed)));
  };

  it('takes just those files, plain or gzipped, over damaged ones too', async () => {
    const root = tempHome();
    register();
    for (const folder of [folderWith(), folderWith(packed())]) {
      const { info } = await importDataSet(folder, { as: 'toy' });
      expect(info.classes).toEqual(['a', 'b', 'c']);
      expect(contents('toy')).toEqual(TOY_CONTENTS);
      expect(JSON.parse(readFileSync(join(root, 'toy', 'manifest.json'), 'utf8'))).toMatchObject({
        source: `Imported from ${basename(folder)}`,
      });
      truncateSync(join(root, 'toy', 'train-images-idx3-ubyte'), 5);
      expect((await errorOf(() => loadDataSet('toy'))).code).toBe('data/damaged');
    }
    expect(readdirSync(root)).toEqual(['toy']);
  });

  it('says how to keep other images, and leaves what is there alone', async () => {
    const root = tempHome();
    register();
    await importDataSet(folderWith(), { as: 'toy' });
    const hash = loadDataSet('toy').sha256;
    const other = toyFiles(2);
    const otherFolder = folderWith(Object.fromEntries(other.map(({ name, bytes }) => [name, bytes])));
    const error = await errorOf(() => importDataSet(otherFolder, { as: 'toy' }));
    expect(error.code).toBe('data/hash');
    expect(error.message).toContain(sha256(FILES[0]?.bytes ?? noise(1)));
    expect(error.hint).toContain(`gradient-lab data import "${otherFolder}" --as NAME`);

    const longer = folderWith({ ...plain(), 'train-images-idx3-ubyte': cut(1) });
    expect((await errorOf(() => importDataSet(longer, { as: 'toy' }))).code).toBe('data/wrong-size');
    const missing = folderWith(without('t10k-labels-idx1-ubyte'));
    expect((await errorOf(() => importDataSet(missing, { as: 'toy' }))).code).toBe('data/import-missing');
    expect(loadDataSet('toy').sha256).toBe(hash);
    expect(readdirSync(root)).toEqual(['toy']);
  });

  it('asks for the packed files where only their checksum is published', async () => {
    tempHome();
    register(false);
    const error = await errorOf(() => importDataSet(folderWith(), { as: 'toy' }));
    expect(error.code).toBe('data/checksum');
    expect(error.message).toContain('"train-images-idx3-ubyte.gz" as its authors publish it');
    const repacked = { ...packed(), 'train-images-idx3-ubyte.gz': gzipSync(cut(0), { level: 1 }) };
    expect((await errorOf(() => importDataSet(folderWith(repacked), { as: 'toy' }))).code).toBe(
      'data/checksum',
    );
    await importDataSet(folderWith(packed()), { as: 'toy' });
    expect(contents('toy')).toEqual(TOY_CONTENTS);
  });
});

// ---- files that are wrong in one way

function without(name: string): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(plain()).filter(([other]) => other !== name));
}

function swapped(): Record<string, Uint8Array> {
  const files = plain();
  return {
    ...files,
    'train-images-idx3-ubyte': files['train-labels-idx1-ubyte'] as Uint8Array,
    'train-labels-idx1-ubyte': files['train-images-idx3-ubyte'] as Uint8Array,
  };
}

const labelsFile = (count: number): Uint8Array => idxBytes([count], new Uint8Array(count));

/** The training images, longer by `by` bytes, or shorter. */
function cut(by: number): Uint8Array {
  const bytes = FILES[0]?.bytes ?? new Uint8Array(0);
  const other = new Uint8Array(bytes.length + by);
  other.set(bytes.subarray(0, other.length));
  return other;
}

function entries(suffix: '' | '.gz' = ''): { name: string; content: Uint8Array }[] {
  const files = suffix === '' ? plain() : packed();
  return Object.entries(files).map(([name, content]) => ({ name: `package/deep/${name}`, content }));
}

function archive(bytes: Uint8Array, name: string): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** Moves the files of `folder` into a folder inside it; with `empty`, makes one more folder of that name beside them. */
function within(folder: string, inner: string, empty?: string): string {
  const target = join(folder, inner);
  const names = readdirSync(folder);
  mkdirSync(target, { recursive: true });
  if (empty !== undefined) {
    mkdirSync(join(folder, empty));
    return folder;
  }
  const outer = tempFolder();
  mkdirSync(join(outer, inner));
  for (const name of names) copyFileSync(join(folder, name), join(outer, inner, name));
  return outer;
}

/** Names and hashes of the files at `path`: an import must not change them. */
function snapshotOf(path: string): string[] {
  const folder = path.endsWith('ubyte') || /\.t(ar|gz)$/.test(path) ? join(path, '..') : path;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${sha256(readFileSync(join(entry.parentPath, entry.name)))}`)
    .sort();
}
