import { describe, expect, it } from 'vitest';
import { Pieces } from '../../../src/renderer/charts/core/pieces.ts';
import { decayLength, Smoother, steadyExtent } from '../../../src/renderer/charts/core/smoothing.ts';
import type { SeriesPoints } from '../../../src/renderer/charts/types.ts';
import { pointsOf, random } from './helpers.ts';

function smooth(points: SeriesPoints, tau: number): number[] {
  const pieces = new Pieces();
  pieces.update(points, 0);
  const smoother = new Smoother(tau);
  smoother.update(points, pieces, 0);
  return [...smoother.values.subarray(0, points.length)];
}

/** The definition, summed up in thin slices: the weighted mean of the drawn line before x. */
function byHand(step: readonly number[], value: readonly number[], at: number, tau: number): number {
  const slices = 40_000;
  const [from, to] = [step[0] as number, step[at] as number];
  let sum = 0;
  let weights = 0;
  let i = 0;
  for (let slice = 0; slice < slices; slice++) {
    const x = from + ((slice + 0.5) / slices) * (to - from);
    while ((step[i + 1] as number) < x) i++;
    const share = (x - (step[i] as number)) / ((step[i + 1] as number) - (step[i] as number));
    const y = (value[i] as number) * (1 - share) + (value[i + 1] as number) * share;
    const weight = Math.exp(-(to - x) / tau);
    sum += weight * y;
    weights += weight;
  }
  return sum / weights;
}

describe('Smoother', () => {
  it('is the exponentially weighted mean of the line that is drawn', () => {
    const step = [1, 2, 5, 6, 9, 20, 21, 30];
    const value = [4, 1, 3, 2, 8, 2, 5, 1];
    const smoothed = smooth(pointsOf(value, { step }), 6);
    expect(smoothed[0]).toBe(4);
    for (let at = 1; at < step.length; at++) {
      expect(smoothed[at]).toBeCloseTo(byHand(step, value, at, 6), 6);
    }
  });

  it('does not change when points on the same line are left out', () => {
    // A line with three bends, sampled 1,000 times, and only at its bends and at every 37th point.
    const bend = (x: number): number =>
      x < 300 ? 8 - x / 50 : x < 700 ? 2 + (x - 300) / 400 : 3 - (x - 700) / 300;
    const all = Array.from({ length: 1001 }, (_, x) => x);
    const few = all.filter((x) => x % 37 === 0 || [300, 700, 1000].includes(x));
    const dense = smooth(pointsOf(all.map(bend), { step: all }), 25);
    const sparse = smooth(pointsOf(few.map(bend), { step: few }), 25);
    few.forEach((x, i) => expect(sparse[i]).toBeCloseTo(dense[x] as number, 10));
  });

  it('stays close when a smooth curve is sampled a hundred times less', () => {
    const curve = (x: number): number => 2 * Math.exp(-x / 3000) + 0.1 * Math.sin(x / 900);
    const all = Array.from({ length: 20_001 }, (_, x) => x);
    const few = all.filter((x) => x % 100 === 0);
    const dense = smooth(pointsOf(all.map(curve), { step: all }), 400);
    const sparse = smooth(pointsOf(few.map(curve), { step: few }), 400);
    const worst = Math.max(...few.map((x, i) => Math.abs((sparse[i] as number) - (dense[x] as number))));
    expect(worst).toBeLessThan(2e-4);
  });

  it('leaves a constant as it is from the first point on', () => {
    for (const value of smooth(pointsOf([3, 3, 3, 3]), 100)) expect(value).toBeCloseTo(3, 12);
  });

  it('carries nothing over NaN, infinity or a resume', () => {
    const tail = [5, 6, 7, 9];
    const alone = smooth(pointsOf(tail), 10);
    for (const gap of [Number.NaN, Infinity]) {
      const smoothed = smooth(pointsOf([100, 100, gap, ...tail]), 10);
      expect(smoothed[2]).toBeNaN();
      smoothed.slice(3).forEach((value, i) => expect(value).toBeCloseTo(alone[i] as number, 12));
    }
    const resumed = smooth(pointsOf([100, 100, ...tail], { resumedAt: [2] }), 10);
    resumed.slice(2).forEach((value, i) => expect(value).toBeCloseTo(alone[i] as number, 12));
  });

  it('goes on with new points as if they had always been there', () => {
    const next = random(7);
    const value = Array.from({ length: 500 }, () => (next() < 0.03 ? Number.NaN : next()));
    const options = { resumedAt: [120, 121, 300] };
    const whole = smooth(pointsOf(value, options), 30);
    const pieces = new Pieces();
    const smoother = new Smoother(30);
    for (let length = 0; length < 500;) {
      const before = length;
      length = Math.min(500, length + Math.floor(next() * 40) + 1);
      const points = pointsOf(value.slice(0, length), options);
      pieces.update(points, before);
      smoother.update(points, pieces, before);
    }
    expect([...smoother.values.subarray(0, 500)]).toEqual(whole);
  });

  it('is exact for steps that are tiny beside the decay', () => {
    const step = Array.from({ length: 1000 }, (_, i) => i * 1e-6);
    const value = step.map((x) => 5 + x);
    const smoothed = smooth(pointsOf(value, { step }), 1e4);
    // So short a way has nearly even weights: the middle of a straight line, and the second term of the series.
    const way = step[999] as number;
    expect(smoothed[999]).toBeCloseTo(5 + way / 2 + way ** 2 / 12 / 1e4, 13);
  });
});

describe('decayLength', () => {
  it('lets a weight fall to `smoothing` over a hundredth of the extent', () => {
    const tau = decayLength(0.6, 7000);
    expect(Math.exp(-70 / tau)).toBeCloseTo(0.6, 12);
  });

  it('is 0 for no smoothing and for no extent', () => {
    expect(decayLength(0, 100)).toBe(0);
    expect(decayLength(0.6, 0)).toBe(0);
  });
});

describe('steadyExtent', () => {
  it('takes few values, none below the extent and none a tenth above it', () => {
    const sizes = new Set<number>();
    for (let extent = 1000; extent < 2000; extent++) {
      const steady = steadyExtent(extent);
      expect(steady).toBeGreaterThanOrEqual(extent * (1 - 1e-9));
      expect(steady).toBeLessThan(extent * 1.1);
      sizes.add(steady);
    }
    expect(sizes.size).toBeLessThanOrEqual(9);
    expect(steadyExtent(1024)).toBeCloseTo(1024, 9);
  });
});
