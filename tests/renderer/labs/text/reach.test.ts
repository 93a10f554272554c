import { describe, expect, it } from 'vitest';
import { distancesOf, reachDomain, tenthOf } from '../../../../src/renderer/labs/text/reach.ts';

const reach = (...median: number[]) => ({
  counts: new Int32Array(median.length).fill(9),
  median: Float32Array.from(median),
  low: Float32Array.from(median, (value) => value / 2),
  high: Float32Array.from(median, (value) => value * 2),
});

describe('how far back gradients reach', () => {
  it('counts tokens before the end', () => {
    expect(distancesOf(reach(1, 1, 1))).toEqual([0, 1, 2]);
  });

  it('has a scale between powers of ten, which zeros do not stretch', () => {
    expect(reachDomain([reach(0.4, 0.03, 0)])).toEqual([0.01, 1]);
    expect(reachDomain([reach(1), reach(30)])).toEqual([0.1, 100]);
    expect(reachDomain([reach(0, Number.NaN)])).toEqual([0.1, 1]);
    expect(reachDomain([])).toEqual([0.1, 1]);
  });

  it('does not go deeper than single precision', () => {
    expect(reachDomain([reach(0.4, 1e-30)])).toEqual([1e-12, 1]);
  });

  it('says when a tenth is left', () => {
    expect(tenthOf(reach(1, 0.5, 0.11, 0.09, 0.05))).toBe(3);
    expect(tenthOf(reach(1, 2, 3))).toBeNull();
  });
});
