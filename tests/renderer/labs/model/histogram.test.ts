import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../../../src/renderer/labs/model/histogram.ts';

describe('a histogram of values', () => {
  it('counts each value once, in equal bins, the largest in the last', () => {
    const { min, max, counts, notFinite } = histogramOf([-1, -0.5, 0, 0.25, 0.5, 1, NaN, Infinity], 4);
    expect([min, max, notFinite]).toEqual([-1, 1, 2]);
    // Bins begin at -1, -0.5, 0 and 0.5.
    expect([...counts]).toEqual([1, 1, 2, 2]);
  });

  it('of equal values is one bin, and of none has no bounds', () => {
    expect(histogramOf([3, 3], 4)).toEqual({
      min: 3,
      max: 3,
      counts: Int32Array.of(2, 0, 0, 0),
      notFinite: 0,
    });
    expect(histogramOf([NaN], 2)).toEqual({
      min: NaN,
      max: NaN,
      counts: new Int32Array(2),
      notFinite: 1,
    });
  });
});
