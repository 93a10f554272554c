import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  importDataSet,
  listDataSets,
  loadDataSet,
  numbersOf,
  textsOf,
  verifyDataSet,
  type Split,
} from '../../../../src/engine/data/index.ts';
import type { TextOptions } from '../../../../src/shared/texts.ts';
import { errorOf, tempHome } from '../helpers.ts';
import { CSV, fileOf, folderOf, JSONL, ROWS } from './files.ts';

/** Imports as "mine"; returns its texts by split, each with its class in front. */
async function imported(path: string, texts: TextOptions = {}): Promise<Record<string, string[]>> {
  tempHome();
  await importDataSet(path, { as: 'mine', texts });
  const { info, splits } = loadDataSet('mine');
  return Object.fromEntries(
    Object.entries(splits).map(([name, split]) => [
      name,
      Array.from(
        numbersOf(split, 'label'),
        (label, i) => `${info.classes[label] ?? '?'}: ${textsOf(split).at(i)}`,
      ),
    ]),
  );
}

const EXPECTED = ROWS.map(({ review, sentiment }) => `${sentiment}: ${review}`).sort();

describe('texts of one’s own, from a table', () => {
  it.each([
    ['CSV', 'reviews.csv', CSV],
    ['CSV with a byte-order mark', 'reviews.csv', `\ufeff${CSV}`],
    [
      'CSV with semicolons',
      'reviews.csv',
      CSV.replaceAll('","', '";"').replace('id,review,sentiment', 'id;review;sentiment'),
    ],
    [
      'TSV',
      'reviews.tsv',
      CSV.replaceAll('","', '"\t"').replace('id,review,sentiment', 'id\treview\tsentiment'),
    ],
    ['JSONL', 'reviews.jsonl', JSONL],
    ['JSONL under another name', 'reviews.ndjson', `${JSONL}\n`],
    ['UTF-16 with a byte-order mark', 'reviews.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le')],
    ['UTF-16 without one', 'reviews.csv', Buffer.from(CSV, 'utf16le')],
    ['UTF-16, the other way round', 'reviews.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le').swap16()],
  ])('are read from %s', async (_, name, content) => {
    const { train = [], test = [] } = await imported(fileOf(name, content));
    expect([...train, ...test].sort()).toEqual(EXPECTED);
    expect(test).toHaveLength(2);
    expect(test.map((text) => text.split(':')[0]).sort()).toEqual(['bad', 'good']);
    await verifyDataSet('mine');
    const listing = (await listDataSets()).find(({ info }) => info.id === 'mine');
    expect(listing).toMatchObject({ kind: 'personal', state: 'present' });
    expect(listing?.info.description).toMatch(/^Your own texts, imported on /);
    expect(listing?.info.features).toEqual([
      { name: 'text', dtype: 'text', shape: [] },
      { name: 'label', dtype: 'uint8', shape: [] },
    ]);
  });

  it('are read from windows-1252, which is found out', async () => {
    const csv = Buffer.from('text,label\ncaf\xe9,a\nna\xefve,b\nth\xe9,a\n\xfcber,b\n', 'latin1');
    const { train = [], test = [] } = await imported(fileOf('old.csv', csv), { testShare: 0.5 });
    expect([...train, ...test].sort()).toEqual(['a: café', 'a: thé', 'b: naïve', 'b: über']);
  });

  it('are drawn for testing by seed and text, the same ones every time, and the same text never lies in both', async () => {
    const path = fileOf('reviews.csv', CSV);
    const first = await imported(path, { seed: 1 });
    expect(await imported(path, { seed: 1 })).toEqual(first);
    expect((await imported(path, { seed: 2 }))['test']).not.toEqual(first['test']);

    const twice = ['text,label', ...Array.from({ length: 60 }, (_, i) => `the same ${i % 6},${i % 2}`)].join(
      '\n',
    );
    const { train = [], test = [] } = await imported(fileOf('twice.csv', twice), { testShare: 0.4 });
    expect(train.length + test.length).toBe(60);
    expect(test.filter((text) => train.includes(text))).toEqual([]);
  });

  it('take the columns that are chosen, and no header where there is none', async () => {
    const rows = 'good,1,first words of all\nbad,0,second words here\ngood,1,third one\nbad,0,fourth one\n';
    const path = fileOf('plain.csv', rows);
    const chosen = { textColumn: '3', labelColumn: '1', header: false, testShare: 0.5 };
    const { train = [], test = [] } = await imported(path, chosen);
    expect([...train, ...test].sort()).toEqual([
      'bad: fourth one',
      'bad: second words here',
      'good: first words of all',
      'good: third one',
    ]);
  });

  it('have their classes in the order of numbers', async () => {
    const rows = [
      'stars,text',
      ...Array.from({ length: 24 }, (_, i) => `${[10, 9, 2][i % 3] ?? 0},text ${i}`),
    ];
    await imported(fileOf('stars.csv', rows.join('\n')));
    expect(loadDataSet('mine').info.classes).toEqual(['2', '9', '10']);
  });

  it('list rows that cannot be used, and go on with the others', async () => {
    tempHome();
    const bad = [
      '"r3","again","good"',
      '"r20","",good',
      '"r21","no label",',
      '"r22","one cell too many",good,5',
    ];
    const lines = [
      ...CSV.split('\r\n'),
      ...Array.from({ length: 10 }, (_, i) => `s${i},more words ${i},good`),
      ...bad,
    ];
    const { skipped, skippedCount, info } = await importDataSet(fileOf('reviews.csv', lines.join('\r\n')), {
      as: 'mine',
      texts: { idColumn: 'id' },
    });
    expect(skippedCount).toBe(4);
    expect(skipped).toEqual([
      { name: 'line 32', problem: 'Expected another value of "id" in each row, got "r3" as in line 8.' },
      { name: 'line 33', problem: 'Expected a text in "review", got none.' },
      { name: 'line 34', problem: 'Expected a label in "sentiment", got none.' },
      { name: 'line 35', problem: 'Expected 3 cells, got 4.' },
    ]);
    expect(info.splits.reduce((sum, { examples }) => sum + examples, 0)).toBe(20);

    // Who says that no column names the rows gets the row back that repeats a name.
    const unnamed = await importDataSet(fileOf('again.csv', lines.join('\r\n')), {
      as: 'unnamed',
      texts: { idColumn: '' },
    });
    expect(unnamed.skipped.map(({ name }) => name)).toEqual(['line 33', 'line 34', 'line 35']);
  });

  it('are left out of JSON lines where a field is null, missing, or no text', async () => {
    tempHome();
    const odd = [
      { review: null, sentiment: 'good' },
      { sentiment: 'bad' },
      { review: ['a list'], sentiment: 'bad' },
      { review: 'a', sentiment: null },
    ];
    const path = fileOf(
      'reviews.jsonl',
      [JSONL, JSONL.replace(/"r(\d)/g, '"s$1'), ...odd.map((row) => JSON.stringify(row))].join('\n'),
    );
    const { skipped } = await importDataSet(path, { as: 'mine', texts: {} });
    expect(skipped).toEqual([
      { name: 'line 21', problem: 'Expected a text in "review", got none.' },
      { name: 'line 22', problem: 'Expected a text in "review", got none.' },
      { name: 'line 23', problem: 'Expected a text in "review", got none.' },
      { name: 'line 24', problem: 'Expected a label in "sentiment", got none.' },
    ]);
  });

  it.each<[string, string, string | Uint8Array, TextOptions, string, RegExp]>([
    ['an empty file', 'a.csv', '', {}, 'data/rows', /got none/],
    ['a header alone', 'a.csv', 'text,label\n', {}, 'data/rows', /a\.csv", got none/],
    [
      'one class',
      'a.csv',
      'text,label\na,x\nb,x\n',
      {},
      'data/classes',
      /at least two classes in "label", got one, "x"/,
    ],
    [
      'too many classes',
      'a.csv',
      manyClasses(),
      {},
      'data/classes',
      /at most 256 classes in "label", got more/,
    ],
    [
      'a column that is not there',
      'a.csv',
      CSV,
      { textColumn: 'body' },
      'data/column',
      /"body" in .*, got "id", "review", "sentiment"/,
    ],
    ['one column', 'a.csv', 'text\na\nb\n', {}, 'data/column', /found none that looks like labels/],
    [
      'the same column twice',
      'a.csv',
      CSV,
      { textColumn: 'review', labelColumn: 'review' },
      'data/column',
      /one column of texts and another of labels/,
    ],
    [
      'a delimiter of two characters',
      'a.csv',
      CSV,
      { delimiter: ',,' },
      'data/delimiter',
      /one character between columns/,
    ],
    [
      'rows most of which are bad',
      'a.csv',
      'text,label\na,x\nb,y\nc\nd\n',
      {},
      'data/rows',
      /2 of 4 that cannot be used \(line 4: Expected 2 cells, got 1\.\)/,
    ],
    [
      'an archive under a wrong name',
      'a.csv',
      Buffer.from('PK\x03\x04\0\0\0\0text,label', 'latin1'),
      {},
      'data/binary',
      /zero bytes/,
    ],
    [
      'a wrong encoding',
      'a.csv',
      Buffer.from('text,label\ncaf\xe9,a\n', 'latin1'),
      { charset: 'utf-8' },
      'data/charset',
      /Expected text in utf-8/,
    ],
    [
      'JSON lines that are none',
      'a.jsonl',
      '{"text":\n[]\n',
      {},
      'data/rows',
      /none that can be read \(line 1: Expected a JSON record/,
    ],
    ['nothing for testing', 'a.csv', CSV, { testShare: 0 }, 'data/texts', /texts for the test split/],
    [
      'a share beyond its bounds',
      'a.csv',
      CSV,
      { testShare: 0.95 },
      'data/texts',
      /from 0 to 0\.9, got 0\.95/,
    ],
    [
      'a line of 3 MB without an end',
      'a.csv',
      `text,label\n${'x'.repeat(3e6)}`,
      {},
      'data/rows',
      /at most 1,000,000 characters, got a longer one/,
    ],
  ])('refuse %s, and leave nothing behind', async (_, name, content, texts, code, message) => {
    const root = tempHome();
    const error = await errorOf(() => importDataSet(fileOf(name, content), { as: 'mine', texts }));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
    expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
  });
});

describe('texts of one’s own, once they are here', () => {
  const stateOf = async () => (await listDataSets()).find(({ info }) => info.id === 'mine');
  const FILE = 'train-texts-utf8';

  async function change(name: string, edit: (bytes: Buffer) => Uint8Array): Promise<void> {
    const root = tempHome();
    await importDataSet(fileOf('reviews.csv', CSV), { as: 'mine' });
    const path = join(root, 'mine', name);
    writeFileSync(path, edit(readFileSync(path)));
  }

  it('are damaged where a file was cut short', async () => {
    await change(FILE, (bytes) => bytes.subarray(0, -3));
    expect(await stateOf()).toMatchObject({ state: 'damaged' });
    expect((await errorOf(() => loadDataSet('mine'))).code).toBe('data/damaged');
  });

  it('are another content where a byte was changed, which verifying tells', async () => {
    await change(FILE, (bytes) => Buffer.from(bytes.toString('latin1').replace('Text', 'Next'), 'latin1'));
    const { code, message } = await errorOf(() => verifyDataSet('mine'));
    expect([code, message]).toEqual(['data/damaged', expect.stringContaining(`of "${FILE}", got `)]);
  });

  it.each([
    ['another format', '"texts"', '"sounds"'],
    ['images', '"format": "texts"', '"format": "idx"'],
    ['no classes', '"classes"', '"kinds"'],
    ['an unknown split', '"name": "train"', '"name": "trial"'],
  ])('are damaged where their record says %s', async (_, before, after) => {
    await change('manifest.json', (bytes) => Buffer.from(bytes.toString().replace(before, after)));
    const listing = await stateOf();
    expect(listing?.state).toBe('damaged');
    expect(listing?.problem).toMatch(/sound manifest/);
  });
});

describe('texts of one’s own, from folders', () => {
  it('have a class for each folder, and what is no text is listed', async () => {
    tempHome();
    const folder = folderOf({
      'ham/1.txt': 'See you at noon',
      'ham/2.txt': 'caf\u00e9',
      'ham/3.txt': Buffer.from('caf\xe9 old', 'latin1'),
      'spam/1.txt': 'Win a prize',
      'spam/2.txt': Buffer.from('\ufeffWin more', 'utf16le'),
      'spam/3.txt': ' \n',
      'spam/4.txt': Buffer.from([0, 1, 2, 3, 0, 0, 9]),
      'spam/photo.jpg': 'no text',
      'spam/5.txt': 'x'.repeat(1_000_001),
    });
    const { info, skipped } = await importDataSet(folder, { as: 'mine' });
    expect(info.classes).toEqual(['ham', 'spam']);
    expect(skipped.map(({ name, problem }) => `${name}: ${problem}`).sort()).toEqual([
      'spam/3.txt: Expected a text, got an empty file.',
      'spam/4.txt: Expected text, got zero bytes, as no text has them.',
      'spam/5.txt: Expected at most 1,000,000 characters, got 1000001.',
      'spam/photo.jpg: Expected a file whose name ends in .txt.',
    ]);
    const all = Object.values(loadDataSet('mine').splits).flatMap((split: Split) =>
      Array.from({ length: split.examples }, (_, i) => textsOf(split).at(i)),
    );
    expect(all.sort()).toEqual(['See you at noon', 'Win a prize', 'Win more', 'café', 'café old']);
  });

  it('keep the splits that folders say', async () => {
    const { train, validation, test } = await imported(
      folderOf({
        'train/pos/1.txt': 'a',
        'train/neg/1.txt': 'b',
        'val/pos/1.txt': 'c',
        'test/neg/1.txt': 'd',
      }),
    );
    expect([train?.sort(), validation, test]).toEqual([['neg: b', 'pos: a'], ['pos: c'], ['neg: d']]);
  });
});

function manyClasses(): string {
  return ['text,label', ...Array.from({ length: 300 }, (_, i) => `text ${i},c${i}`)].join('\n');
}
