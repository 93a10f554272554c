/** Values that no line leads to have a mark of their own: they would not be seen at all. */
import { describe, expect, it } from 'vitest';
import { makeScale } from '../../../src/renderer/charts/core/scale.ts';
import { FrameStore, lonesOf, marksOf, type Frame } from '../../../src/renderer/charts/line/frame.ts';
import { DEFAULT_SPEC } from '../../../src/renderer/charts/types.ts';
import { pointsOf, seriesOf } from './helpers.ts';

/** Ten pixels a step, ten pixels a unit. */
function frameOf(store: FrameStore, values: readonly number[], smoothing = 0): Frame {
  const series = [seriesOf(pointsOf(values))];
  return {
    plot: { left: 0, right: 100, top: 0, bottom: 100 },
    x: makeScale('linear', [0, 10], [0, 100]),
    y: makeScale('linear', [0, 10], [100, 0]),
    entries: store.entries(series, { ...DEFAULT_SPEC, smoothing }, () => true),
  };
}
const dotsOf = (values: readonly number[]): { x: number; y: number }[] => {
  const store = new FrameStore();
  const marks = marksOf(frameOf(store, values), store, {
    strong: new Set(),
    envelopeAlpha: 0.1,
    rawAlpha: 0.2,
  });
  return marks.flatMap((mark) =>
    mark.kind !== 'dots'
      ? []
      : Array.from({ length: mark.vertices.length / 2 }, (_, i) => ({
          x: mark.vertices.xy[2 * i] as number,
          y: mark.vertices.xy[2 * i + 1] as number,
        })),
  );
};

describe('a value without a neighbour', () => {
  it('is a dot when it is the only one', () => {
    expect(dotsOf([4])).toEqual([{ x: 10, y: 60 }]);
  });

  it('is a dot between two gaps, and at the end behind one', () => {
    expect(dotsOf([1, 2, Number.NaN, 3, Number.POSITIVE_INFINITY, 5, 5, Number.NaN, 6])).toEqual([
      { x: 40, y: 70 },
      { x: 90, y: 40 },
    ]);
  });

  it('is no dot where a line leads to it, nor outside of the plot', () => {
    expect(dotsOf([1, 2, 3])).toEqual([]);
    expect(dotsOf([40])).toEqual([]);
  });

  it('lies on the smoothed line where there is one', () => {
    const frame = frameOf(new FrameStore(), [2, Number.NaN, 8], 0.9);
    const [entry] = frame.entries;
    if (entry?.smooth == null) throw new Error('Expected a smoothed line.');
    expect(lonesOf(entry, frame)[1]?.y).toBeCloseTo(100 - 10 * (entry.smooth.values[2] as number), 5);
  });
});
