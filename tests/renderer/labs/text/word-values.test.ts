import { describe, expect, it } from 'vitest';
import {
  answerOf,
  changesOf,
  effectsOf,
  probabilityOf,
  reachOf,
  spansOfUnits,
} from '../../../../src/renderer/labs/text/word-values.ts';

/** Three tokens, two classes; exact in float32. */
const PROBABILITIES = new Float32Array([0.5, 0.5, 0.25, 0.75, 0.875, 0.125]);

describe('the numbers of words', () => {
  it('takes the probabilities of one class', () => {
    expect([...probabilityOf(PROBABILITIES, 2, 1)]).toEqual([0.5, 0.75, 0.125]);
    expect([...probabilityOf(new Float32Array(0), 2, 1)]).toEqual([]);
  });

  it('tells what each token changed, and nothing of the first', () => {
    expect([...changesOf(probabilityOf(PROBABILITIES, 2, 1))]).toEqual([NaN, 0.25, -0.625]);
  });

  it('is above 0 where the answer would be lower without the token', () => {
    expect([...effectsOf(0.75, [0.5, 0.875, NaN])]).toEqual([0.25, -0.125, NaN]);
  });

  it('finds the answer in the last row, the first of equal ones', () => {
    expect(answerOf(PROBABILITIES, 2)).toBe(0);
    expect(answerOf([0.9, 0.1, 0.5, 0.5], 2)).toBe(0);
    expect(answerOf([0.2, 0.3, 0.5], 3)).toBe(2);
  });

  it('reaches as far as the largest magnitude, what is no number left out', () => {
    expect(reachOf([NaN, -3, 2, Infinity])).toBe(3);
    expect(reachOf([NaN])).toBe(1);
    expect(reachOf([])).toBe(1);
  });

  it('measures how far units go', () => {
    // Tokens below each other, units beside each other.
    expect([...spansOfUnits([0, 1, -1, 1, 2, 1], 2)]).toEqual([3, 0]);
    expect([...spansOfUnits([], 2)]).toEqual([0, 0]);
  });
});
