import { describe, expect, it } from 'vitest';
import { makeScale } from '../../../src/renderer/charts/core/scale.ts';
import { FrameStore, type Frame } from '../../../src/renderer/charts/line/frame.ts';
import {
  nearestEntry,
  nextX,
  placeReadings,
  readingsAt,
  snap,
} from '../../../src/renderer/charts/line/readout.ts';
import { DEFAULT_SPEC, type Series } from '../../../src/renderer/charts/types.ts';
import { pointsOf, seriesOf } from './helpers.ts';

const plot = { left: 0, right: 100, top: 0, bottom: 100 };

/** Ten pixels a step, ten pixels a unit. */
function frameOf(series: readonly Series[], x: readonly [number, number] = [0, 10]): Frame {
  const entries = new FrameStore().entries(series, { ...DEFAULT_SPEC, smoothing: 0 }, () => true);
  return { plot, x: makeScale('linear', x, [0, 100]), y: makeScale('linear', [0, 10], [100, 0]), entries };
}

const flat = (id: string, value: number, step: number[]): Series =>
  seriesOf(
    pointsOf(
      step.map(() => value),
      { step },
    ),
    { id, label: id },
  );

describe('readingsAt', () => {
  const frame = frameOf([flat('short', 2, [1, 2, 3]), flat('long', 5, [1, 2, 3, 4, 5, 6, 7, 8])]);

  it('reads the nearest point of each line that is there', () => {
    expect(readingsAt(frame, 21).map(({ value, index }) => [value, index])).toEqual([
      [2, 1],
      [5, 1],
    ]);
  });

  it('has no value of a line that has ended', () => {
    expect(readingsAt(frame, 62).map(({ entry }) => entry.series.id)).toEqual(['long']);
  });

  it('reads a ring only where it is', () => {
    const rings = frameOf([{ ...flat('r', 3, [2, 8]), mark: 'rings' }]);
    expect(readingsAt(rings, 22)).toHaveLength(1);
    expect(readingsAt(rings, 50)).toHaveLength(0);
  });

  it('says NaN in a gap, at the height of what came before', () => {
    const [reading] = readingsAt(frameOf([seriesOf(pointsOf([4, 4, Number.NaN, Number.NaN]))]), 40);
    expect(reading?.value).toBeNaN();
    expect(reading?.y).toBe(60);
  });
});

describe('snap', () => {
  it('stands on the nearest point, and stays where none is near', () => {
    const frame = frameOf([flat('a', 1, [2, 5])]);
    expect(snap(frame, 24)).toBe(20);
    expect(snap(frame, 90)).toBe(90);
  });
});

describe('nextX', () => {
  const frame = frameOf([flat('a', 1, [2, 5]), flat('b', 1, [3, 9])]);

  it('goes from point to point of all lines, and no further than the last', () => {
    const steps: number[] = [];
    for (let x: number | null = 2; x !== null && steps.length < 9; x = nextX(frame, x, 1)) steps.push(x);
    expect(steps).toEqual([2, 3, 5, 9]);
    expect(nextX(frame, 9, -1)).toBe(5);
    expect(nextX(frame, 2, -1)).toBeNull();
    expect(nextX(frame, 2, 3)).toBe(9);
  });

  it('goes at least a pixel where points are closer', () => {
    const dense = frameOf([
      flat(
        'd',
        1,
        Array.from({ length: 1000 }, (_, i) => i / 100),
      ),
    ]);
    expect(nextX(dense, 5, 1)).toBeCloseTo(5.1, 6);
    expect(nextX(dense, 5, -1)).toBeCloseTo(4.9, 6);
  });
});

describe('nearestEntry', () => {
  const frame = frameOf([flat('low', 2, [1, 5, 9]), flat('high', 8, [1, 5, 9])]);

  it('is the line below the pointer, if any is near', () => {
    expect(nearestEntry(frame, 50, 77)?.series.id).toBe('low');
    expect(nearestEntry(frame, 50, 24)?.series.id).toBe('high');
    expect(nearestEntry(frame, 50, 50)).toBeNull();
  });
});

describe('placeReadings', () => {
  it('keeps the nearest to the pointer, and those that stand out, when there is no room for all', () => {
    const frame = frameOf(Array.from({ length: 30 }, (_, i) => flat(`s${i}`, i / 3, [1, 2])));
    const all = readingsAt(frame, 10);
    const placed = placeReadings(frame, all, 20, { strong: new Set(['s29']), py: 100 });
    expect(placed.map(({ entry }) => entry.group)).toEqual(['s29', 's0', 's1', 's2', 's3']);
    const heights = placed.map(({ textY }) => textY).sort((a, b) => a - b);
    heights.slice(1).forEach((y, i) => expect(y - (heights[i] as number)).toBeGreaterThanOrEqual(20 - 1e-9));
  });
});
