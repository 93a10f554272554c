import { describe, expect, it } from 'vitest';
import { histogramEdges } from '../../../../src/renderer/data/text/histogram.ts';
import { byLopsidedness, leadOf } from '../../../../src/renderer/data/text/lead.ts';
import { paddingShare } from '../../../../src/renderer/data/text/padding.ts';
import { keptWordsOf, shown, tokenWords, wordsOf } from '../../../../src/renderer/data/text/words.ts';

describe('the class that has a token most often', () => {
  it('is told with its share', () => {
    expect(leadOf([10, 30])).toEqual({ label: 1, share: 0.75 });
    expect(leadOf([6, 1, 3])).toEqual({ label: 0, share: 0.6 });
  });
  it('is none where the first place is shared, or nothing was counted', () => {
    expect(leadOf([5, 5])).toBeNull();
    expect(leadOf([1, 5, 5])).toBeNull();
    expect(leadOf([0, 0])).toBeNull();
    expect(leadOf([7, 7, 9])).toEqual({ label: 2, share: 9 / 23 });
  });
  it('orders tokens, the most telling first', () => {
    const tokens = [
      { piece: 'the', count: 100, byClass: [50, 50] },
      { piece: 'awful', count: 10, byClass: [9, 1] },
      { piece: 'dull', count: 20, byClass: [18, 2] },
      { piece: 'great', count: 8, byClass: [0, 8] },
    ];
    expect(byLopsidedness(tokens).map(({ piece }) => piece)).toEqual(['great', 'dull', 'awful', 'the']);
  });
});

it('lays bins out from 0 on', () => {
  const { from, to, middle } = histogramEdges(new Int32Array([3, 0, 1]), 10);
  expect([from, to, middle]).toEqual([
    [0, 10, 20],
    [10, 20, 30],
    [5, 15, 25],
  ]);
});

it('counts the padding of a batch', () => {
  expect(paddingShare({ lengths: new Int32Array([10, 5]), width: 10 })).toBe(0.25);
  expect(paddingShare({ lengths: new Int32Array(0), width: 10 })).toBe(0);
});

describe('tokens of a text', () => {
  const text = {
    text: 'so zany, so',
    starts: new Int32Array([0, 3, 9]),
    ends: new Int32Array([2, 7, 11]),
    pieces: ['so', 'zany', 'so'],
    ids: new Int32Array([4, 1, 4]),
    keptFrom: 1,
    keptTo: 3,
  };
  it('tells which are unknown and which are cut off', () => {
    expect(wordsOf(text).map(({ isUnknown, isCut }) => [isUnknown, isCut])).toEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
    expect(keptWordsOf(text).map(({ start, piece }) => [start, piece])).toEqual([
      [3, 'zany'],
      [9, 'so'],
    ]);
  });
  it('says it in words', () => {
    const [first, second] = wordsOf(text);
    expect(first && tokenWords(first, 1000)).toBe('so: id 4 of at most 1,000; cut off');
    expect(second && tokenWords(second, 1000)).toContain('zany: not in the vocabulary');
  });
  it('shows what cannot be seen', () => {
    expect(shown(' a\n')).toBe('␣a⏎');
  });
});
