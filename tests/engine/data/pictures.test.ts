import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import {
  importDataSet,
  listDataSets,
  loadDataSet,
  numbersOf,
  verifyDataSet,
} from '../../../src/engine/data/index.ts';
import type { PictureOptions } from '../../../src/shared/data.ts';
import { errorOf, tempFolder, tempHome } from './helpers.ts';
import { pngOf } from './readers/png-of.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** A picture of one colour. */
function png(colour: Colour, width = 6, height = 4): Uint8Array {
  const samples = Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3] as number);
  return pngOf({ width, height, samples });
}

function jpeg(colour: Colour): Uint8Array {
  const data = Uint8Array.from({ length: 4 * 16 * 16 }, (_, i) => [...colour, 255][i % 4] as number);
  return encode({ width: 16, height: 16, data }, 95).data;
}

function write(folder: string, files: Readonly<Record<string, Uint8Array>>): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** Ten pictures of each of two classes, each of its own brightness. */
function twoClasses(): Record<string, Uint8Array> {
  const files = Array.from({ length: 10 }, (_, i): [string, Uint8Array][] => [
    [`cats/${i}.png`, png([200 + i, 10, 10])],
    [`dogs/${i}.PNG`, png([10, 10, 200 + i])],
  ]);
  return Object.fromEntries(files.flat());
}

const SMALL = { rows: 2, columns: 2 };

/** For each split: label and first pixel of each image. */
function contents(id: string): Record<string, string[]> {
  const { splits } = loadDataSet(id);
  return Object.fromEntries(
    Object.entries(splits).map(([name, split]) => {
      const { examples } = split;
      const [image, label] = [numbersOf(split, 'image'), numbersOf(split, 'label')];
      const size = image.length / examples;
      return [
        name,
        Array.from(
          { length: examples },
          (_, i) => `${label[i]}: ${image.slice(i * size, i * size + 3).join(' ')}`,
        ),
      ];
    }),
  );
}

describe('importing a folder of pictures', () => {
  it('makes a data set of one size, a class a folder, and a test split by the seed', async () => {
    const root = tempHome();
    const folder = write(tempFolder(), twoClasses());
    const { info, skipped } = await importDataSet(folder, { as: 'pets', pictures: SMALL });
    expect(skipped).toEqual([]);
    expect(info).toMatchObject({
      classes: ['cats', 'dogs'],
      splits: [
        { name: 'train', examples: 16 },
        { name: 'test', examples: 4 },
      ],
      features: [
        { name: 'image', dtype: 'uint8', shape: [2, 2, 3] },
        { name: 'label', shape: [] },
      ],
    });
    const { train = [], test = [] } = contents('pets');
    const all = Array.from({ length: 10 }, (_, i) => [`0: ${200 + i} 10 10`, `1: 10 10 ${200 + i}`]).flat();
    expect([...train, ...test].sort()).toEqual(all.sort());
    expect(test.filter((each) => each.startsWith('0'))).toHaveLength(2);
    await verifyDataSet('pets');
    expect(readdirSync(root)).toEqual(['pets']);
    expect((await listDataSets()).find((listing) => listing.info.id === 'pets')).toMatchObject({
      kind: 'personal',
      state: 'present',
    });

    await importDataSet(folder, { as: 'same', pictures: SMALL });
    expect(contents('same')).toEqual(contents('pets'));
    await importDataSet(folder, { as: 'other', pictures: { ...SMALL, seed: 1 } });
    expect(contents('other')['test']?.slice().sort()).not.toEqual(test.slice().sort());
  });

  it('moves at most one picture between the splits when one comes in', async () => {
    tempHome();
    const folder = write(tempFolder(), twoClasses());
    await importDataSet(folder, { as: 'before', pictures: SMALL });
    write(folder, { 'cats/more.png': png([99, 99, 99]) });
    await importDataSet(folder, { as: 'after', pictures: SMALL });
    const [before, after] = [contents('before')['test'] ?? [], contents('after')['test'] ?? []];
    expect(before.filter((each) => !after.includes(each)).length).toBeLessThanOrEqual(1);
  });

  it('takes the folders train and test as they are, grey or in colour', async () => {
    tempHome();
    const folder = write(tempFolder(), {
      'train/a/1.png': png([100, 200, 50]),
      'train/b/1.jpg': jpeg([80, 80, 80]),
      'train/b/2.jpeg': jpeg([0, 0, 0]),
      'Testing/b/3.png': png([255, 255, 255]),
      'valid/a/4.png': png([100, 200, 50]),
    });
    const { info } = await importDataSet(folder, { as: 'split', pictures: { ...SMALL, channels: 1 } });
    expect(info.features[0]?.shape).toEqual([2, 2]);
    const { train, validation, test } = contents('split');
    // 0.299 * 100 + 0.587 * 200 + 0.114 * 50 = 153
    expect(train?.slice().sort()).toEqual(['0: 153 153 153', '1: 0 0 0', '1: 80 80 80']);
    expect(validation).toEqual(['0: 153 153 153']);
    expect(test).toEqual(['1: 255 255 255']);
  });

  it('lists bad pictures and goes on with the others', async () => {
    tempHome();
    const folder = write(tempFolder(), {
      ...twoClasses(),
      'cats/empty.png': new Uint8Array(0),
      'cats/notes.txt': Buffer.from('not a picture'),
      'cats/short.png': png([1, 2, 3]).subarray(0, 60),
      'cats/bomb.png': pngOf({ width: 60_000, height: 60_000, data: new Uint8Array(9) }),
      'dogs/cut.jpg': jpeg([1, 2, 3]).subarray(0, 200),
      'dogs/.hidden.png': new Uint8Array(0),
    });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dogs/dangling.png'));
    const { info, skipped } = await importDataSet(folder, { as: 'pets', pictures: SMALL });
    expect(info.splits.reduce((sum, { examples }) => sum + examples, 0)).toBe(20);
    const problems = Object.fromEntries(skipped.map(({ name, problem }) => [name, problem]));
    expect(Object.keys(problems).sort()).toEqual([
      'cats/bomb.png',
      'cats/empty.png',
      'cats/notes.txt',
      'cats/short.png',
      'dogs/cut.jpg',
    ]);
    expect(problems['cats/bomb.png']).toContain('at most 50000000 pixels');
    expect(problems['cats/empty.png']).toContain('an empty file');
    expect(problems['cats/notes.txt']).toBe(
      'Expected a PNG or JPEG picture in "notes.txt", got something else.',
    );
    expect(problems['cats/short.png']).toContain('a sound PNG');
    expect(problems['dogs/cut.jpg']).toContain('a sound JPEG');
  });

  it.each<[string, Partial<PictureOptions>, string]>([
    ['a size of nothing', { rows: 0 }, 'images of 1 to 512 pixels a side, got 0 x 32'],
    ['a size that is no number', { columns: NaN }, 'got 32 x NaN'],
    ['too large a size', { rows: 513 }, 'got 513 x 32'],
    ['channels that there are not', { channels: 2 as 1 }, '1 channel or 3, got 2'],
    ['a fit that there is not', { fit: 'tile' as 'crop' }, 'got tile'],
    ['all of it for testing', { testShare: 1 }, 'a share for testing from 0 to 0.9, got 1'],
    ['a seed that is none', { seed: -1 }, 'got -1'],
    ['nothing for testing', { testShare: 0 }, 'Expected pictures for the test split'],
  ])('refuses %s', async (_, pictures, message) => {
    const root = tempHome();
    const error = await errorOf(() =>
      importDataSet(write(tempFolder(), twoClasses()), { as: 'pets', pictures }),
    );
    expect(error.code).toBe('data/pictures');
    expect(error.message).toContain(message);
    expect(readdirSync(root)).toEqual([]);
  });

  it('refuses folders without classes, one class alone, and a split in which nothing is good', async () => {
    const root = tempHome();
    const refused = async (files: Record<string, Uint8Array>) =>
      (await errorOf(() => importDataSet(write(tempFolder(), files), { as: 'pets' }))).message;
    expect(await refused({ 'a.png': png([1, 2, 3]) })).toContain('Missing "train-images-idx3-ubyte"');
    expect(await refused({ 'cats/a.png': png([1, 2, 3]) })).toContain(
      'Expected 2 to 256 folders of pictures with names of at most 100 characters, got 1',
    );
    expect(
      await refused({
        'train/a/1.png': png([1, 2, 3]),
        'train/b/1.png': png([1, 2, 3]),
        'test/a/1.png': Buffer.from('?'),
      }),
    ).toContain('got none that can be used (1 were left out; test/a/1.png: Expected a PNG or JPEG');
    expect(readdirSync(root)).toEqual([]);
  });

  it('stops when it is cancelled, and leaves nothing behind', async () => {
    const root = tempHome();
    const folder = write(tempFolder(), twoClasses());
    const abort = new AbortController();
    const importing = errorOf(() => importDataSet(folder, { as: 'pets', signal: abort.signal }));
    while (!existsSync(root)) await nextTurn();
    abort.abort();
    expect((await importing).code).toBe('data/aborted');
    expect(readdirSync(root)).toEqual([]);
  });

  it('copies: the data set stays when the folder goes', async () => {
    tempHome();
    const folder = write(tempFolder(), twoClasses());
    await importDataSet(folder, { as: 'pets', pictures: SMALL });
    const before = contents('pets');
    rmSync(folder, { recursive: true });
    expect(contents('pets')).toEqual(before);
  });
});
