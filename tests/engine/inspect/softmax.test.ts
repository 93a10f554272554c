import { describe, expect, it } from 'vitest';
import { argMax, crossEntropy, softmax } from '../../../src/engine/inspect/softmax.ts';

describe('probabilities from logits', () => {
  it('are e^z over their sum', () => {
    const sum = Math.exp(1) + Math.exp(2) + Math.exp(-1);
    const probabilities = softmax([1, 2, -1]);
    expect(probabilities[0]).toBeCloseTo(Math.exp(1) / sum, 14);
    expect(probabilities[2]).toBeCloseTo(Math.exp(-1) / sum, 14);
    expect(crossEntropy([1, 2, -1], 0)).toBeCloseTo(Math.log(sum) - 1, 14);
  });

  it('do not overflow', () => {
    expect([...softmax([1e30, 0, -1e30])]).toEqual([1, 0, 0]);
    expect(crossEntropy([1e30, 0], 1)).toBe(1e30);
    expect(crossEntropy([-1000, -1000], 0)).toBeCloseTo(Math.log(2), 12);
  });

  it('give the first of equal logits, and an infinite loss to a class that is not there', () => {
    expect(argMax([0, 3, 3])).toBe(1);
    expect(argMax([2])).toBe(0);
    expect(crossEntropy([1, 2], 2)).toBe(Infinity);
  });
});
