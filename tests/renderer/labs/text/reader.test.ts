import { describe, expect, it } from 'vitest';
import { readerOf, tokenAt } from '../../../../src/renderer/labs/text/reader.ts';
import type { TextReading } from '../../../../src/shared/text-inspect.ts';

/** "so not good" of which the first word is cut off. */
const READING: TextReading = {
  step: 1,
  classes: ['negative', 'positive'],
  encoding: { tokenizer: 'word', vocabularySize: 10, length: 2, keep: 'last' },
  tokenized: {
    text: 'so not good',
    starts: Int32Array.of(0, 3, 7),
    ends: Int32Array.of(2, 6, 11),
    pieces: ['so', 'not', 'good'],
    ids: Int32Array.of(4, 5, 1),
    keptFrom: 1,
    keptTo: 3,
  },
  probabilities: Float32Array.of(0.75, 0.25, 0.5, 0.5),
  layers: [],
};
const asked = { title: 'Run 1', colour: '--ink', label: 1, reading: READING };

describe('one run reading a text', () => {
  it('has the words that it reads, and what it says of the class after each', () => {
    const reader = readerOf({ ...asked, colouring: 'change', saliency: null, occlusion: null });
    expect(reader.words.map(({ piece, isUnknown }) => [piece, isUnknown])).toEqual([
      ['not', false],
      ['good', true],
    ]);
    expect([...reader.probabilities]).toEqual([0.25, 0.5]);
    expect([...reader.answer]).toEqual([0.5, 0.5]);
    expect([...(reader.values ?? [])]).toEqual([NaN, 0.25]);
    expect(reader.effects).toBeNull();
  });

  it('is coloured by what is asked for, of the class in question alone', () => {
    const occlusion = { probabilities: Float32Array.of(0.25, 0.75, 0.875, 0.125) };
    const saliency = { label: 1, product: Float32Array.of(-1, 2), length: Float32Array.of(3, 4) };
    const of = (colouring: 'without' | 'product' | 'gradient', label = 1) =>
      readerOf({ ...asked, label, colouring, saliency, occlusion }).values;
    expect([...(of('without') ?? [])]).toEqual([-0.25, 0.375]);
    expect([...(of('product') ?? [])]).toEqual([-1, 2]);
    expect([...(of('gradient') ?? [])]).toEqual([3, 4]);
    expect(of('product', 0)).toBeNull();
  });

  it('is not coloured by answers for a text of another length', () => {
    const saliency = { label: 1, product: Float32Array.of(1, 2, 3), length: Float32Array.of(1, 2, 3) };
    const occlusion = { probabilities: new Float32Array(6) };
    for (const colouring of ['without', 'product', 'gradient'] as const) {
      expect(readerOf({ ...asked, colouring, saliency, occlusion }).values).toBeNull();
    }
  });

  it('finds a word by its place in the text', () => {
    const { words } = readerOf({ ...asked, colouring: 'change', saliency: null, occlusion: null });
    expect([0, 3, 5, 6, 7, 10, 11, null].map((place) => tokenAt(words, place))).toEqual([
      null,
      0,
      0,
      null,
      1,
      1,
      null,
      null,
    ]);
  });
});
