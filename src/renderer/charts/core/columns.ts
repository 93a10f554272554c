/** The pixel columns of a plot, and which points of a series fall into each: one search for all that is drawn of them. */
import { lowerBound } from './search.ts';
import type { Scale } from './scale.ts';
import { rawAt, type XAccess } from './x-axis.ts';

export interface ColumnGrid {
  readonly count: number;
  /** Pixel of the first column's left edge, and pixels of a column. */
  readonly left: number;
  readonly width: number;
  /** Values of x at the edges: [count + 1]. */
  readonly edges: Float64Array;
}

/** Columns of about `width` pixels over the whole range of an x scale. */
export function columnGrid(x: Scale, width = 1): ColumnGrid {
  const [from, to] = x.range;
  const count = Math.max(1, Math.round((to - from) / width));
  const exact = (to - from) / count;
  const edges = new Float64Array(count + 1);
  for (let column = 0; column <= count; column++) edges[column] = x.value(from + column * exact);
  // The last point of the domain belongs to the last column.
  edges[count] = after(x.domain[1]);
  edges[0] = x.domain[0];
  return { count, left: from, width: exact, edges };
}

/** The next larger number, nearly: enough that a point at the very end of the domain is before it. */
function after(value: number): number {
  return value + Math.abs(value) * 1e-12 + 1e-300;
}

/** Fills `bounds[0 .. count]`: the points of column c are bounds[c] up to, not including, bounds[c + 1]. */
export function columnBounds(grid: ColumnGrid, access: XAccess, length: number, bounds: Int32Array): void {
  const { sorted } = access;
  let at = lowerBound(sorted, rawAt(access, grid.edges[0] as number), 0, length);
  bounds[0] = at;
  let stride = 1;
  for (let column = 1; column <= grid.count; column++) {
    const edge = rawAt(access, grid.edges[column] as number);
    const begin = at;
    // Columns hold about as many points as their neighbours: start looking that far away.
    let high = at + stride;
    while (high < length && (sorted[high] as number) < edge) {
      at = high + 1;
      stride *= 2;
      high = at + stride;
    }
    at = lowerBound(sorted, edge, at, Math.min(high, length));
    bounds[column] = at;
    stride = Math.max(1, at - begin);
  }
}
