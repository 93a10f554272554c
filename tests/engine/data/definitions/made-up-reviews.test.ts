import { describe, expect, it } from 'vitest';
import { makeSplits } from '../../../../resources/made-up-reviews/make.mjs';
import {
  loadDataSet,
  numbersOf,
  textsOf,
  verifyDataSet,
  type Split,
} from '../../../../src/engine/data/index.ts';
import { tempHome } from '../helpers.ts';

const SPLITS = makeSplits();
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];

describe('the made-up reviews', () => {
  it('are what their program makes, and whole', async () => {
    tempHome();
    const { splits } = loadDataSet('made-up-reviews');
    for (const { name, texts, labels } of SPLITS) {
      const split = splits[name] as Split;
      expect(split.examples).toBe(texts.length);
      expect(texts.every((text, i) => textsOf(split).at(i) === text)).toBe(true);
      expect([...numbersOf(split, 'label')]).toEqual(labels);
    }
    await verifyDataSet('made-up-reviews');
  });

  it('are all different, in their words too, and of both classes alike', () => {
    const all = SPLITS.flatMap(({ texts }) => texts);
    expect(new Set(all).size).toBe(all.length);
    for (const { labels } of SPLITS) expect(labels.reduce((a, b) => a + b, 0)).toBe(labels.length / 2);
  });

  it('are not solved by a bag of words: it gets three of five right', () => {
    const [train, test] = SPLITS as [(typeof SPLITS)[number], (typeof SPLITS)[number]];
    const weights = new Map<string, number>();
    const scoreOf = (words: readonly string[]): number =>
      words.reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
    for (let epoch = 0; epoch < 10; epoch++) {
      train.texts.forEach((text, i) => {
        const words = wordsOf(text);
        const error = 1 / (1 + Math.exp(-scoreOf(words))) - (train.labels[i] as number);
        const rate = 0.05 / (1 + epoch);
        for (const word of words) weights.set(word, (weights.get(word) ?? 0) - rate * error);
      });
    }
    const right = test.texts.filter(
      (text, i) => scoreOf(wordsOf(text)) > 0 === (test.labels[i] === 1),
    ).length;
    expect(right / test.texts.length).toBeGreaterThan(0.55);
    expect(right / test.texts.length).toBeLessThan(0.68);
  });
});
