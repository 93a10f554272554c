import { describe, expect, it } from 'vitest';
import { rawIndexOf } from '../../../src/renderer/charts/core/series-index.ts';
import { xAccess } from '../../../src/renderer/charts/core/x-axis.ts';
import { xDomain, yDomain, type Window } from '../../../src/renderer/charts/line/domains.ts';
import type { ScaleKind, XAxis } from '../../../src/renderer/charts/types.ts';
import { pointsOf, random, seriesOf } from './helpers.ts';

function domainOfX(axis: XAxis, kind: ScaleKind, ...steps: number[][]): readonly [number, number] | null {
  const extents = steps.map((step) => {
    const points = pointsOf(
      step.map(() => 1),
      { step },
    );
    const access = xAccess(seriesOf(points), axis);
    if (access === null) throw new Error('Expected a place on the axis.');
    return { access, length: points.length };
  });
  return xDomain(extents, axis, kind);
}

function windowOf(value: readonly number[]): Window {
  const points = pointsOf(value);
  return { values: points.value, raw: rawIndexOf(points), from: 0, to: points.length };
}

describe('xDomain', () => {
  it('begins at 0 for what is counted, and ends with the longest series', () => {
    expect(domainOfX('step', 'linear', [1, 2, 3], [1, 900])).toEqual([0, 900]);
    expect(domainOfX('epoch', 'linear', [10, 25])).toEqual([0, 2.5]);
    expect(domainOfX('relative', 'linear', [5, 60])).toEqual([0, 60]);
  });

  it('spans the times of the day from the first to the last', () => {
    expect(domainOfX('time', 'linear', [5, 60], [2])).toEqual([1_002_000, 1_060_000]);
  });

  it('begins with the first x above 0 on a log axis', () => {
    expect(domainOfX('step', 'log', [0, 4, 400])).toEqual([4, 400]);
  });

  it('has some width for one point, and is null for none', () => {
    expect(domainOfX('step', 'linear', [0])).toEqual([0, 1]);
    expect(domainOfX('step', 'log', [7])).toEqual([3.5, 14]);
    expect(domainOfX('step', 'linear', [])).toBeNull();
  });
});

describe('xAccess', () => {
  it('has no epochs where nobody knows how long one is, and no start where none is known', () => {
    const points = pointsOf([1, 2]);
    expect(xAccess(seriesOf(points, { stepsPerEpoch: 0 }), 'epoch')).toBeNull();
    expect(xAccess(seriesOf(points, { startedAt: 0 }), 'relative')).toBeNull();
  });
});

describe('yDomain', () => {
  it('holds all values, and touches 0 when it is near', () => {
    const { domain, beyond } = yDomain([windowOf([0.5, 2]), windowOf([3, Number.NaN, 10])], 'linear');
    expect(domain[0]).toBe(0);
    expect(domain[1]).toBeGreaterThan(10);
    expect(beyond).toBe(false);
    expect(yDomain([windowOf([100, 101])], 'linear').domain[0]).toBeGreaterThan(99);
  });

  it('never shows more than 100 % of a share', () => {
    expect(yDomain([windowOf([0.4, 1])], 'linear', { share: true }).domain[1]).toBeLessThan(1.001);
  });

  it('takes the least value above 0 on a log scale', () => {
    const { domain } = yDomain([windowOf([0, -5, 0.01, 10])], 'log');
    expect(domain[0]).toBeGreaterThan(0.005);
    expect(domain[0]).toBeLessThanOrEqual(0.01);
  });

  it('leaves out the end of a run that diverges, unless it is asked for all', () => {
    const next = random(6);
    const calm = Array.from({ length: 2000 }, (_, i) => 0.1 + 2 * Math.exp(-i / 300) + next() * 0.05);
    const wild = Array.from({ length: 60 }, (_, i) => 2 * Math.exp(i));
    const windows = [windowOf(calm), windowOf(wild)];
    for (const kind of ['linear', 'log'] as const) {
      const { domain, beyond } = yDomain(windows, kind);
      expect(beyond).toBe(true);
      expect(domain[1]).toBeLessThan(1000);
      expect(domain[1]).toBeGreaterThan(2);
      expect(yDomain(windows, kind, { whole: true }).domain[1]).toBeGreaterThan(2 * Math.exp(59));
    }
  });

  it('keeps a single spike in, as long as the rest can still be seen', () => {
    const value = Array.from({ length: 1000 }, (_, i) => (i === 500 ? 9 : 0.3 + 0.4 * Math.exp(-i / 100)));
    for (const kind of ['linear', 'log'] as const) {
      expect(yDomain([windowOf(value)], kind).domain[1]).toBeGreaterThan(9);
    }
  });

  it('is something for nothing', () => {
    expect(yDomain([], 'linear').domain).toEqual([0, 1]);
    expect(yDomain([windowOf([Number.NaN])], 'log').domain).toEqual([0.1, 10]);
    expect(yDomain([windowOf([-1, 0])], 'log').domain).toEqual([0.1, 10]);
  });
});
