/** The smaller pieces of arithmetic behind charts. */
import { describe, expect, it } from 'vitest';
import { csvParts } from '../../../src/renderer/charts/core/csv.ts';
import { fileName } from '../../../src/renderer/charts/core/save-file.ts';
import { makeScale, shifted, within, zoomed } from '../../../src/renderer/charts/core/scale.ts';
import { lowerBound, nearestIndex, upperBound } from '../../../src/renderer/charts/core/search.ts';
import { rawIndexOf } from '../../../src/renderer/charts/core/series-index.ts';
import { sparkPath } from '../../../src/renderer/charts/core/spark-path.ts';
import { domainOf, sumOf } from '../../../src/renderer/charts/heatmap/matrix.ts';
import { commonRange, rebin, usualPeak } from '../../../src/renderer/charts/histogram/rebin.ts';
import { lineCsv, lineTable, unionOfSteps } from '../../../src/renderer/charts/line/files.ts';
import { isInside, nextEnd, withEnd } from '../../../src/renderer/charts/plot/brush.ts';
import { categoriesOf, makeAxis, type Variable } from '../../../src/renderer/charts/plot/variable.ts';
import type { TensorHistogram } from '../../../src/shared/runs.ts';
import { pointsOf, seriesOf } from './helpers.ts';

const { NaN: nan } = Number;

describe('search', () => {
  const sorted = [1, 3, 3, 7];
  it('finds bounds within a part of an array', () => {
    expect([lowerBound(sorted, 3, 0, 4), upperBound(sorted, 3, 0, 4)]).toEqual([1, 3]);
    expect([lowerBound(sorted, 9, 0, 4), lowerBound(sorted, 0, 2, 4)]).toEqual([4, 2]);
  });
  it('finds the nearest, the earlier of two, and none in nothing', () => {
    expect([
      nearestIndex(sorted, 5, 0, 4),
      nearestIndex(sorted, 6, 0, 4),
      nearestIndex(sorted, -9, 0, 4),
    ]).toEqual([2, 3, 0]);
    expect(nearestIndex(sorted, 5, 2, 2)).toBe(-1);
  });
});

describe('scales', () => {
  it('go there and back', () => {
    for (const kind of ['linear', 'log'] as const) {
      const scale = makeScale(kind, [2, 200], [10, 410]);
      expect([scale.px(2), scale.px(200)]).toEqual([10, 410]);
      expect(scale.value(scale.px(37))).toBeCloseTo(37, 9);
    }
  });
  it('zoom around a place that stays, and pan by pixels', () => {
    const scale = makeScale('log', [1, 10_000], [0, 400]);
    const near = makeScale('log', zoomed(scale, 0.5, 100), [0, 400]);
    expect(near.px(10)).toBeCloseTo(100, 9);
    expect(shifted(scale, 100)).toEqual([10, 100_000].map((value) => expect.closeTo(value, 6) as number));
  });
  it('keep a window within the data', () => {
    expect(within('linear', [-5, 15], [0, 100])).toEqual([0, 20]);
    expect(within('linear', [90, 110], [0, 100])).toEqual([80, 100]);
    expect(within('linear', [-50, 500], [0, 100])).toEqual([0, 100]);
  });
});

describe('rawIndexOf', () => {
  it('is shared by all who ask, and follows growth, cuts and changes', () => {
    const points = { ...pointsOf([1, 2, 3, 4]), length: 2, version: 1, generation: 1 };
    const index = rawIndexOf(points);
    const extremes = (): number[] => {
      rawIndexOf(points).extremes.range(0, points.length);
      return [index.extremes.min, index.extremes.max];
    };
    expect(extremes()).toEqual([1, 2]);
    Object.assign(points, { length: 4, version: 2 });
    expect(extremes()).toEqual([1, 4]);
    points.value[0] = 9;
    Object.assign(points, { length: 3, version: 3, generation: 2 });
    expect(extremes()).toEqual([2, 9]);
    expect(index.pieces.ends).toEqual([3]);
  });
});

describe('csvParts', () => {
  it('quotes what needs it, keeps every digit, and disarms formulas', () => {
    const text = csvParts(
      ['a', 'b,c'],
      [
        [0.1 + 0.2, 'say "no"'],
        [nan, '=1+1'],
        [Infinity, '-'],
      ],
    ).join('');
    expect(text).toBe('a,"b,c"\r\n0.30000000000000004,"say ""no"""\r\nNaN,\'=1+1\r\nInfinity,\'-\r\n');
  });
});

describe('fileName', () => {
  it('has letters, digits and dashes', () => {
    expect([fileName('Validation accuracy, %'), fileName('»«')]).toEqual(['validation-accuracy', 'figure']);
  });
});

describe('files of a line chart', () => {
  const a = seriesOf(pointsOf([1, nan], { step: [1, 2] }), { label: 'Run 1' });
  const b = seriesOf(pointsOf([5], { step: [2] }), { label: 'Run 2', mark: 'rings', stepsPerEpoch: 0 });
  it('have every point', () => {
    expect(lineCsv([a, b]).join('').split('\r\n')).toEqual([
      'series,kind,step,epoch,seconds,time,value',
      'Run 1,line,1,0.1,1,1970-01-01T00:16:41.000Z,1',
      'Run 1,line,2,0.2,2,1970-01-01T00:16:42.000Z,NaN',
      'Run 2,validation,2,,2,1970-01-01T00:16:42.000Z,5',
      '',
    ]);
  });
  it('have a row for each step of any series', () => {
    const table = lineTable([a, b], String);
    expect([...unionOfSteps([a, b])]).toEqual([1, 2]);
    expect(table.columns.map(({ name }) => name)).toEqual(['Step', 'Run 1', 'Run 2, validation']);
    expect([0, 1].map((row) => [0, 1, 2].map((column) => table.cell(row, column)))).toEqual([
      ['1', '1', ''],
      ['2', 'NaN', '5'],
    ]);
  });
});

describe('sparkPath', () => {
  it('goes through all points, and keeps a spike among thousands', () => {
    expect(sparkPath([0, 1, 2], [0, 2, 1], 3, 24, 14)).toEqual({
      path: 'M2 12L12 2L22 7',
      end: { x: 22, y: 7 },
    });
    const value = Array.from({ length: 5000 }, (_, i) => (i === 2500 ? 10 : 0));
    const { path } = sparkPath(Array.from(value.keys()), value, 5000, 76, 22);
    expect(path).toContain(' 2L');
  });
  it('is nothing for nothing, and ends with the last finite value', () => {
    expect(sparkPath([], [], 0, 76, 22)).toEqual({ path: '', end: null });
    expect(sparkPath([1, 2, 3], [5, 5, nan], 3, 24, 14).end).toEqual({ x: 12, y: 7 });
  });
});

describe('histograms over steps', () => {
  const histogram = (min: number, max: number, counts: number[], deviation = 1): TensorHistogram => ({
    step: 1,
    min,
    max,
    counts: Int32Array.from(counts),
    mean: (min + max) / 2,
    deviation,
    zeros: 0,
    notFinite: 0,
  });
  it('give each common bin what overlaps', () => {
    expect([...rebin(histogram(0, 4, [4, 4]), [0, 4], 4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...rebin(histogram(1, 3, [2]), [0, 4], 2)]).toEqual([0.5, 0.5]);
    expect([...rebin(histogram(0, 8, [1, 1]), [0, 4], 1)]).toEqual([0.5]);
  });
  it('put values that are all equal into one bin, and nothing nowhere', () => {
    expect([...rebin(histogram(1, 1, [7, 0]), [0, 4], 4)]).toEqual([0, 1, 0, 0]);
    expect([...rebin(histogram(0, 1, [0, 0]), [0, 4], 2)]).toEqual([0, 0]);
  });
  it('share a range without far outliers', () => {
    expect(commonRange([histogram(-1, 1, [1]), histogram(-2, 1, [1])])).toEqual([-2, 1]);
    expect(commonRange([histogram(-1000, 1000, [1], 1)])).toEqual([-6, 6]);
    expect(commonRange([histogram(0, 0, [1], 0)])).toEqual([-0.5, 0.5]);
    expect(commonRange([])).toEqual([-1, 1]);
  });
});

describe('usualPeak', () => {
  it('is the highest, unless that stands far above the others', () => {
    const rows = (...peaks: number[]): Float64Array[] => peaks.map((peak) => Float64Array.of(0, peak));
    expect(usualPeak(rows(0.2, 0.3, 0.25))).toBe(0.3);
    expect(usualPeak(rows(1, 0.1, 0.12, 0.1, 0.11))).toBeCloseTo(0.33, 12);
    expect(usualPeak([])).toBeGreaterThan(0);
  });
});

describe('brushes', () => {
  it('let an item through that is in all of them', () => {
    expect(isInside([10, 20], [null, [15, 25]])).toBe(true);
    expect(isInside([10, 30], [null, [15, 25]])).toBe(false);
    expect(isInside([10, null], [null, [15, 25]])).toBe(false);
    expect(isInside([null, null], [null, null])).toBe(true);
  });
  it('have ends that do not pass each other, and are gone when they are whole', () => {
    expect(withEnd(null, 0, 40, [0, 100])).toEqual([40, 100]);
    expect(withEnd([40, 60], 0, 90, [0, 100])).toEqual([60, 60]);
    expect(withEnd([40, 100], 0, -5, [0, 100])).toBeNull();
  });
  it('go past one value with each key', () => {
    const stops = [20, 40, 80];
    expect(nextEnd(0, 1, stops, [0, 100])).toBe(30);
    expect(nextEnd(30, 1, stops, [0, 100])).toBe(60);
    expect(nextEnd(30, -1, stops, [0, 100])).toBe(0);
    expect(nextEnd(100, 1, stops, [0, 100])).toBe(100);
  });
});

describe('makeAxis', () => {
  const variable = (values: Variable['values'], log = false): Variable => ({
    name: 'v',
    label: 'V',
    values,
    unit: 'number',
    log,
    better: 'neither',
  });
  it('lays categories out evenly, numbers in them by size', () => {
    expect(categoriesOf(['b10', 'b2', null, 'a'])).toEqual(['a', 'b2', 'b10']);
    const axis = makeAxis(variable(['sgd', 'adam', null]), [0, 100], 5);
    expect([axis.px('adam'), axis.px('sgd'), axis.px(null), axis.px('lion')]).toEqual([25, 75, null, null]);
  });
  it('has no label for a share that cannot be', () => {
    const shares: Variable = { ...variable([0.985]), unit: 'share' };
    expect(makeAxis(shares, [0, 100], 5).ticks.map(({ label }) => label)).toEqual(['90', '95', '100']);
  });
  it('lays rates out by factors when asked, and only when all are above 0', () => {
    const log = makeAxis(variable([0.001, 0.01, 0.1], true), [0, 100], 5);
    expect(log.px(0.01)).toBeCloseTo(50, 9);
    const linear = makeAxis(variable([0, 5, 10], true), [0, 100], 5);
    expect(linear.px(5)).toBeCloseTo(50, 9);
    expect(linear.px(nan)).toBeNull();
  });
});

describe('a heatmap', () => {
  it('has a scale from 0, or the same to both sides of it', () => {
    expect(domainOf({ values: [2, 8, nan] }, 'sequential')).toEqual([0, 8]);
    expect(domainOf({ values: [-3, 1] }, 'sequential')).toEqual([-3, 1]);
    expect(domainOf({ values: [-3, 1] }, 'diverging')).toEqual([-3, 3]);
    expect(domainOf({ values: [nan] }, 'sequential')).toEqual([0, 1]);
  });
  it('has sums at its margins', () => {
    const matrix = { rows: 2, columns: 3, values: [1, 2, 3, 4, nan, 6] };
    expect([sumOf(matrix, 'row', 1), sumOf(matrix, 'column', 1)]).toEqual([10, 2]);
  });
});
