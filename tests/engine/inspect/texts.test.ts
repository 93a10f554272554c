import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paddingOf } from '../../../src/engine/inspect/texts-padding.ts';
import { snippetOf } from '../../../src/engine/inspect/texts-snippet.ts';
import { textStatisticsOf } from '../../../src/engine/inspect/texts-statistics.ts';
import { TextViews } from '../../../src/engine/inspect/texts.ts';
import type { TextEncoding, TextQuery } from '../../../src/shared/texts.ts';
import { textsData } from '../../support/texts.ts';

const WORDS: TextEncoding = { tokenizer: 'word', vocabularySize: 9, length: 4, keep: 'first' };
const SIGNAL = new AbortController().signal;
const DATA = textsData({
  train: [
    [1, 'A good film, a very good film'],
    [0, 'A bad film'],
    [0, 'No film at all.<br /><br />None'],
    [1, 'A good film, a very good film'],
  ],
  test: [
    [0, 'A bad film'],
    [1, 'Good'],
    [0, 'A good film, a very good film'],
  ],
});

let home: string;
const before = process.env.GRADIENT_LAB_HOME;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-texts-'));
  process.env.GRADIENT_LAB_HOME = home;
});
afterAll(() => {
  if (before === undefined) delete process.env.GRADIENT_LAB_HOME;
  else process.env.GRADIENT_LAB_HOME = before;
  rmSync(home, { recursive: true, force: true });
});

function query(changes: Partial<TextQuery>): TextQuery {
  return {
    dataSet: 'small-texts',
    split: 'train',
    encoding: WORDS,
    label: null,
    search: '',
    minTokens: null,
    maxTokens: null,
    offset: 0,
    count: 10,
    ...changes,
  };
}

describe('pages of texts', () => {
  const views = new TextViews();
  const rowsOf = async (changes: Partial<TextQuery>): Promise<number[]> => [
    ...(await views.page(DATA, query(changes), SIGNAL)).indices,
  ];

  it('have labels, lengths before cutting, and what a text begins with', async () => {
    const page = await views.page(DATA, query({ offset: 1, count: 2 }), SIGNAL);
    expect(page).toEqual({
      total: 4,
      indices: Int32Array.of(1, 2),
      labels: Int32Array.of(0, 0),
      lengths: Int32Array.of(3, 5),
      snippets: ['A bad film', 'No film at all. None'],
    });
  });

  it('hold what fits class, length and search together', async () => {
    expect(await rowsOf({ label: 0 })).toEqual([1, 2]);
    expect(await rowsOf({ minTokens: 4, maxTokens: 6 })).toEqual([2]);
    expect(await rowsOf({ search: 'FILM' })).toEqual([0, 1, 2, 3]);
    expect(await rowsOf({ search: 'all. none' })).toEqual([2]);
    expect(await rowsOf({ search: 'br' })).toEqual([]);
    expect(await rowsOf({ search: 'good', label: 0 })).toEqual([]);
    expect(await rowsOf({ split: 'test', search: 'good', label: 0 })).toEqual([2]);
    expect(await rowsOf({ offset: 100 })).toEqual([]);
  });

  it('say what is wrong with a question', async () => {
    await expect(rowsOf({ label: 2 })).rejects.toThrow(
      'Expected a class from 0 to 1 of "small-texts", got 2.',
    );
    await expect(rowsOf({ count: 1001 })).rejects.toThrow(/Expected 1 to 1000 texts/);
    await expect(rowsOf({ split: 'validation' })).rejects.toThrow('has no validation split');
    await expect(rowsOf({ encoding: { ...WORDS, length: 0 } })).rejects.toThrow(/rows of 1 to 4,096 tokens/);
  });
});

describe('a snippet', () => {
  it('is a line of about 200 characters', () => {
    expect(snippetOf('one\n\ttwo<br /><br />three ', '')).toBe('one two three');
    expect(snippetOf('x'.repeat(300), '')).toBe(`${'x'.repeat(200)}…`);
  });

  it('surrounds what was searched for, whatever its case', () => {
    const snippet = snippetOf(`${'a '.repeat(200)}Needle${' b'.repeat(200)}`, 'nEEDle');
    expect(snippet).toMatch(/^….*Needle.*…$/);
    expect(snippet.indexOf('Needle')).toBe(61);
  });

  it('cuts no character in half', () => {
    expect(snippetOf('😀'.repeat(200), '')).toBe(`${'😀'.repeat(100)}…`);
    const odd = snippetOf(`a${'😀'.repeat(200)}`, '');
    expect(odd).toBe(`a${'😀'.repeat(99)}…`);
  });
});

describe('one text', () => {
  it('has its tokens at their places, what is cut off, and its twins', async () => {
    const detail = await new TextViews().detail(DATA, { split: 'train', index: 0 }, WORDS, SIGNAL);
    expect(detail.text).toBe('A good film, a very good film');
    expect([...detail.starts].map((start, k) => detail.text.slice(start, detail.ends[k]))).toEqual([
      'A',
      'good',
      'film',
      'a',
      'very',
      'good',
      'film',
    ]);
    expect(detail.pieces).toEqual(['a', 'good', 'film', 'a', 'very', 'good', 'film']);
    // film 6, a 5, good 4, very 2, then one of the many that occur once: all.
    expect([...detail.ids]).toEqual([5, 6, 4, 5, 7, 6, 4]);
    expect([detail.keptFrom, detail.keptTo, detail.index, detail.label]).toEqual([0, 4, 0, 1]);
    expect(detail.twins).toEqual([
      { split: 'train', index: 3, label: 1 },
      { split: 'test', index: 2, label: 0 },
    ]);
  });

  it('is refused where there is none', async () => {
    const ask = (index: number) => new TextViews().detail(DATA, { split: 'test', index }, WORDS, SIGNAL);
    await expect(ask(3)).rejects.toThrow(
      'Expected a text from 0 to 2 of the test split of "small-texts", got 3.',
    );
  });
});

describe('statistics of texts', () => {
  it('count classes, lengths, words and duplicates', async () => {
    const statistics = await textStatisticsOf(new TextViews(), DATA, WORDS, SIGNAL);
    expect(statistics.classCounts).toEqual({ train: Int32Array.of(2, 2), test: Int32Array.of(2, 1) });
    expect(statistics.lengths.train).toEqual({
      shortest: 3,
      longest: 7,
      mean: (7 + 3 + 5 + 7) / 4,
      median: 6,
      p90: 7,
      binWidth: 1,
      bins: Int32Array.of(0, 0, 0, 1, 0, 1, 0, 2),
    });
    expect([statistics.distinct, statistics.vocabulary]).toEqual([9, 9]);
    expect(statistics.frequent.slice(0, 3)).toEqual([
      { piece: 'film', count: 6, byClass: Int32Array.of(2, 4) },
      { piece: 'a', count: 5, byClass: Int32Array.of(1, 4) },
      { piece: 'good', count: 4, byClass: Int32Array.of(0, 4) },
    ]);
    // Of 22 tokens, "at", "bad", "no" and "none" have no entry; of the test split's 11, "bad".
    expect(statistics.unknownShare).toEqual({ train: 4 / 22, test: 1 / 11 });
    expect(statistics.truncatedShare).toEqual({ train: 3 / 4, test: 1 / 3 });
    expect(statistics.coverage[0]).toEqual({ entries: 1, train: 6 / 22, test: 3 / 11 });
    expect(statistics.coverage.at(-1)).toEqual({ entries: 9, train: 1, test: 1 });
    expect(statistics.duplicates).toEqual({
      within: { train: 1, test: 0 },
      across: { test: 2 },
      contradictory: 3,
    });
  });

  it('count pieces that were learnt as well', async () => {
    const bpe: TextEncoding = { ...WORDS, tokenizer: 'bpe', vocabularySize: 60 };
    const { frequent, distinct } = await textStatisticsOf(new TextViews(), DATA, bpe, SIGNAL);
    // "a" as a word five times, and as the beginning of "all" and "at".
    expect(frequent.slice(0, 2)).toEqual([
      { piece: '▁a', count: 7, byClass: Int32Array.of(3, 4) },
      { piece: '▁film', count: 6, byClass: Int32Array.of(2, 4) },
    ]);
    expect(distinct).toBe(frequent.length);
  });
});

describe('the padding of an epoch', () => {
  it('is what its batches say, and the less the more alike their lengths are', async () => {
    const lengths = Array.from({ length: 300 }, (_, i) => 1 + ((i * 7) % 40));
    const data = textsData({
      train: lengths.map((n) => [n % 2, 'word '.repeat(n)] as const),
      test: [[0, 'x']],
    });
    const encoding = { ...WORDS, length: 32 };
    const ask = (batching: 'fixed' | 'longest' | 'bucketed') =>
      paddingOf(new TextViews(), data, { encoding, batching, batchSize: 10, seed: 3 }, SIGNAL);
    const kept = lengths.map((n) => Math.min(n, 32));
    const { waste, widths, batches } = await ask('bucketed');
    expect(waste.fixed).toBeCloseTo(1 - kept.reduce((a, b) => a + b, 0) / (300 * 32), 12);
    expect(waste.fixed).toBeGreaterThan(waste.longest);
    expect(waste.longest).toBeGreaterThan(2 * waste.bucketed);
    expect(widths.fixed).toEqual([32]);
    expect(widths.bucketed.length).toBeLessThanOrEqual(8);
    for (const { indices, lengths: inBatch, width } of batches) {
      expect([...inBatch]).toEqual([...indices].map((row) => kept[row]));
      expect(Math.max(...inBatch)).toBeLessThanOrEqual(width);
    }
    expect((await ask('fixed')).batches.every(({ width }) => width === 32)).toBe(true);
    await expect(
      paddingOf(new TextViews(), data, { encoding, batching: 'fixed', batchSize: 0, seed: 0 }, SIGNAL),
    ).rejects.toThrow(/batches of 1 to 4,096 texts, got 0/);
  });
});

describe('a vocabulary that was made once', () => {
  it('is kept on the disk, and made again where its file is damaged', async () => {
    const folder = join(home, 'cache', 'vocabularies');
    const data = textsData({ train: [[0, 'these words are kept']], test: [[0, 'kept']] });
    const ids = async () => (await new TextViews().encoder(data, WORDS, SIGNAL)).tokenize('kept words').ids;
    const filesBefore = new Set(readdirSync(folder));
    const first = await ids();
    const made = readdirSync(folder).filter((name) => !filesBefore.has(name));
    expect(made).toHaveLength(1);
    expect(await ids()).toEqual(first);
    writeFileSync(join(folder, made[0] as string), '{"kind": "something else"}');
    expect(await ids()).toEqual(first);
    expect(readdirSync(folder).filter((name) => !filesBefore.has(name))).toEqual(made);
  });
});
