/**
 * One series in one frame, for turning its points into what a plot of so many pixels can show of them.
 *
 * A column of pixels that holds many points is drawn by its first, greatest, least and last value (M4; Jugel and others 2014),
 * which gives the same pixels as drawing them all: a spike of one point in a million stays visible.
 */
import type { ColumnGrid } from './columns.ts';
import type { Pieces } from './pieces.ts';
import type { Scale } from './scale.ts';
import type { Spans } from './spans.ts';
import type { XAccess } from './x-axis.ts';

export interface Tracing {
  readonly access: XAccess;
  readonly length: number;
  readonly values: Float64Array;
  readonly pieces: Pieces;
  readonly grid: ColumnGrid;
  /** From `columnBounds`. */
  readonly bounds: Int32Array;
  /** Extremes of the values by columns. */
  readonly spans: Spans;
  readonly x: Scale;
  readonly y: Scale;
}

/** Points that are inside the plot. */
export function visibleCount({ grid, bounds }: Pick<Tracing, 'grid' | 'bounds'>): number {
  return (bounds[grid.count] as number) - (bounds[0] as number);
}
