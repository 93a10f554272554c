/** The extremes of each pixel column, in pixels: looked up once a frame, and drawn from by all that is drawn of a series. */
import type { ColumnGrid } from './columns.ts';
import type { MinMaxPyramid } from './pyramid.ts';
import type { Scale } from './scale.ts';

export interface Spans {
  /** Pixel of the greatest value of column c; NaN where no value is finite. */
  readonly top: Float64Array;
  /** Pixel of the least. On a log scale all that is 0 or below is exactly at the foot of the scale. */
  readonly foot: Float64Array;
}

export function makeSpans(columns: number): Spans {
  return { top: new Float64Array(columns), foot: new Float64Array(columns) };
}

/** Fills `spans` from the values in `bounds`, as `columnBounds` has left them. */
export function fillSpans(
  spans: Spans,
  grid: ColumnGrid,
  bounds: Int32Array,
  extremes: MinMaxPyramid,
  y: Scale,
): void {
  for (let column = 0; column < grid.count; column++) {
    const from = bounds[column] as number;
    const to = bounds[column + 1] as number;
    if (from < to) extremes.range(from, to);
    if (from === to || extremes.min > extremes.max) {
      spans.top[column] = Number.NaN;
      spans.foot[column] = Number.NaN;
    } else {
      spans.top[column] = y.px(extremes.max);
      spans.foot[column] = y.px(extremes.min);
    }
  }
}
