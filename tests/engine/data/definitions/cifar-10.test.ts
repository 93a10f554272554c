import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cifar10 } from '../../../../src/engine/data/definitions/cifar-10.ts';
import {
  CIFAR_ARCHIVE,
  CIFAR_IMAGE_SHAPE,
  CIFAR_SHEET_LABELS,
  CIFAR_SHEETS,
  cifarLayouts,
} from '../../../../src/engine/data/definitions/cifar-layouts.ts';
import {
  fetchDataSet,
  idxDataSet,
  importDataSet,
  loadDataSet,
  numbersOf,
  registerDataSet,
  verifyDataSet,
  type Split,
} from '../../../../src/engine/data/index.ts';
import type { Source } from '../../../../src/engine/data/sources/source.ts';
import { after, errorOf, FAST, idxBytes, noise, serve, sha256, tempFolder, tempHome } from '../helpers.ts';
import { pngOf } from '../readers/png-of.ts';
import { tarOf } from '../tar-of.ts';

/** A small one of the same kind: two images in each of the six parts. */
const PART = 2;
const PIXELS = Array.from({ length: 6 }, (_, part) => noise(PART * 3072, part + 1));
const LABELS = Array.from({ length: 6 }, (_, part) => [part, 9 - part]);

const SHEETS: Record<string, Uint8Array> = {
  ...Object.fromEntries(
    CIFAR_SHEETS.map((name, part) => [
      name,
      pngOf({ width: 1024, height: PART, samples: PIXELS[part] as Uint8Array }),
    ]),
  ),
  [CIFAR_SHEET_LABELS[0]]: Buffer.from(JSON.stringify(LABELS.slice(0, 5).flat())),
  [CIFAR_SHEET_LABELS[1]]: Buffer.from(JSON.stringify(LABELS[5])),
};

/** The same as the authors publish it: a byte of label, then the red, green and blue planes. */
const BATCHES: Record<string, Uint8Array> = Object.fromEntries(
  CIFAR_SHEETS.map((name, part) => {
    const bytes = new Uint8Array(PART * 3073);
    for (let image = 0; image < PART; image++) {
      bytes[image * 3073] = LABELS[part]?.[image] as number;
      for (let i = 0; i < 3072; i++) {
        const planar = (i % 3) * 1024 + Math.floor(i / 3);
        bytes[image * 3073 + 1 + planar] = PIXELS[part]?.[image * 3072 + i] as number;
      }
    }
    return [name.replace('.png', '.bin'), bytes];
  }),
);
const ARCHIVE = new Uint8Array(
  gzipSync(
    tarOf([
      { name: 'cifar-10-batches-bin/batches.meta.txt', content: Buffer.from('airplane\n') },
      ...Object.entries(BATCHES).map(([name, content]) => ({
        name: `cifar-10-batches-bin/${name}`,
        content,
      })),
    ]),
  ),
);

const FILES = [
  ['train-images-idx4-ubyte', idxBytes([10, 32, 32, 3], Buffer.concat(PIXELS.slice(0, 5)))],
  ['train-labels-idx1-ubyte', idxBytes([10], Uint8Array.from(LABELS.slice(0, 5).flat()))],
  ['t10k-images-idx4-ubyte', idxBytes([2, 32, 32, 3], PIXELS[5] as Uint8Array)],
  ['t10k-labels-idx1-ubyte', idxBytes([2], Uint8Array.from(LABELS[5] as number[]))],
] as const;

function register(sources: readonly Source[] = []): void {
  const small = idxDataSet({
    kind: 'fetched',
    info: {
      ...cifar10.info,
      id: 'small-cifar',
      splits: [
        { name: 'train', examples: 10 },
        { name: 'test', examples: 2 },
      ],
    },
    imageShape: CIFAR_IMAGE_SHAPE,
    files: FILES.map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
    layouts: cifarLayouts(PART),
    sources,
  });
  after(registerDataSet(small));
}

function folderWith(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = tempFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** The archive's server, which may send something else. */
async function serverOf(sent: Uint8Array): Promise<Source> {
  const base = await serve((_, response) => response.end(sent));
  const checksum = { algorithm: 'sha256', hex: sha256(ARCHIVE) } as const;
  const bytes = ARCHIVE.length;
  const file = { name: CIFAR_ARCHIVE, urls: [`${base}${CIFAR_ARCHIVE}`], downloadBytes: bytes };
  return { kind: 'url', name: 'here', timing: FAST, files: [{ ...file, checksum, packing: 'none', bytes }] };
}

async function expectWhole(root: string): Promise<void> {
  const { splits, info } = loadDataSet('small-cifar');
  expect(splits['train']?.features['image']?.shape).toEqual([10, 32, 32, 3]);
  expect([...numbersOf(splits['test'] as Split, 'label')]).toEqual(LABELS[5]);
  expect(splits['test']?.features['image']?.data).toEqual(PIXELS[5]);
  expect(info.classes).toContain('airplane');
  await verifyDataSet('small-cifar');
  expect(readdirSync(root)).toEqual(['small-cifar']);
  expect(readdirSync(join(root, 'small-cifar')).sort()).toEqual(
    ['manifest.json', ...FILES.map(([name]) => name)].sort(),
  );
}

describe('CIFAR-10', () => {
  it('is what its authors say', () => {
    const { splits, features, classes, bytes } = cifar10.info;
    expect(splits.map(({ examples }) => examples)).toEqual([50_000, 10_000]);
    expect(features[0]).toEqual({ name: 'image', dtype: 'uint8', shape: [32, 32, 3] });
    expect(classes).toHaveLength(10);
    expect(bytes).toBe(60_000 * 3073 + 2 * 20 + 2 * 8);
  });

  it('is fetched as an archive from a server, and becomes four files', async () => {
    const root = tempHome();
    register([await serverOf(ARCHIVE)]);
    expect((await fetchDataSet('small-cifar')).state).toBe('present');
    await expectWhole(root);
  });

  it.each([
    ['a part', ARCHIVE.subarray(0, 5000), 'content-length of 5000'],
    ['more', Buffer.concat([ARCHIVE, ARCHIVE]), `content-length of ${2 * ARCHIVE.length}`],
    ['something else', noise(ARCHIVE.length), `Expected sha256 ${sha256(ARCHIVE)}`],
  ])('is not taken from a server that sends %s', async (_, sent, message) => {
    const root = tempHome();
    register([await serverOf(sent)]);
    const error = await errorOf(() => fetchDataSet('small-cifar'));
    expect(error.code).toBe('data/fetch-failed');
    expect(error.message).toContain(message);
    expect(existsSync(join(root, 'small-cifar'))).toBe(false);
  });

  it.each([
    ['sheets', () => folderWith(SHEETS)],
    ['binary batches', () => folderWith(BATCHES)],
    ['one file of these', () => join(folderWith(BATCHES), 'test_batch.bin')],
    ['the archive', () => join(folderWith({ [CIFAR_ARCHIVE]: ARCHIVE }), CIFAR_ARCHIVE)],
    ['the archive under another name', () => join(folderWith({ 'mine.tgz': ARCHIVE }), 'mine.tgz')],
    [
      'a package of sheets',
      () => {
        const entries = Object.entries(SHEETS).map(([name, content]) => ({
          name: `package/${name}`,
          content,
        }));
        return join(folderWith({ 'p.tgz': new Uint8Array(gzipSync(tarOf(entries))) }), 'p.tgz');
      },
    ],
    ['the lab’s own files', () => folderWith(Object.fromEntries(FILES))],
  ])('is imported from %s', async (_, make) => {
    const root = tempHome();
    register();
    const { info, skipped } = await importDataSet(make(), { as: 'small-cifar' });
    expect([info.id, skipped]).toEqual(['small-cifar', []]);
    await expectWhole(root);
  });

  it('refuses other images, and leaves nothing behind', async () => {
    const root = tempHome();
    register();
    const changed = { ...BATCHES, 'data_batch_3.bin': new Uint8Array(PART * 3073) };
    expect((await errorOf(() => importDataSet(folderWith(changed), { as: 'small-cifar' }))).code).toBe(
      'data/hash',
    );
    const short = { ...BATCHES, 'data_batch_3.bin': new Uint8Array(100) };
    expect((await errorOf(() => importDataSet(folderWith(short), { as: 'small-cifar' }))).code).toBe(
      'data/wrong-size',
    );
    const damaged = folderWith({ [CIFAR_ARCHIVE]: ARCHIVE.subarray(0, 2000) });
    expect((await errorOf(() => importDataSet(damaged, { as: 'small-cifar' }))).code).toBe('data/gzip');
    expect(readdirSync(root)).toEqual([]);
  });

  it('keeps coloured images that are nobody’s as a personal data set', async () => {
    tempHome();
    const folder = folderWith(Object.fromEntries(FILES));
    await importDataSet(folder, { as: 'mine' });
    expect(loadDataSet('mine').splits['test']?.features['image']?.data).toEqual(PIXELS[5]);
    expect(readFileSync(join(folder, FILES[0][0]))).toHaveLength(FILES[0][1].length);
  });

  it('leaves a folder alone in which something is missing', async () => {
    tempHome();
    register();
    const folder = folderWith({ 'data_batch_1.bin': BATCHES['data_batch_1.bin'] as Uint8Array });
    mkdirSync(join(folder, 'data'));
    expect((await errorOf(() => importDataSet(folder, { as: 'small-cifar' }))).code).toBe(
      'data/import-missing',
    );
  });
});
