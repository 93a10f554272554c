/**
 * Turns points into what a plot of so many pixels can show of them.
 *
 * A column of pixels that holds many points is drawn by its first, greatest, least and last value (M4; Jugel and others 2014),
 * which gives the same pixels as drawing them all: a spike of one point in a million stays visible.
 */
import type { ColumnGrid } from './columns.ts';
import type { Pieces } from './pieces.ts';
import type { MinMaxPyramid } from './pyramid.ts';
import type { Scale } from './scale.ts';
import { upperBound } from './search.ts';
import type { Vertices } from './vertices.ts';
import { xAt, type XAccess } from './x-axis.ts';

/** One series in one frame. */
export interface Tracing {
  readonly access: XAccess;
  readonly length: number;
  readonly values: Float64Array;
  readonly extremes: MinMaxPyramid;
  readonly pieces: Pieces;
  readonly grid: ColumnGrid;
  /** From `columnBounds`. */
  readonly bounds: Int32Array;
  readonly x: Scale;
  readonly y: Scale;
}

/** Below this, values in one column are one dot on the screen. */
const HAIR = 0.4;

/** Points that are inside the plot. */
export function visibleCount({ grid, bounds }: Pick<Tracing, 'grid' | 'bounds'>): number {
  return (bounds[grid.count] as number) - (bounds[0] as number);
}

/** The line, with the first point beyond either edge, so that it leaves the plot where it should. */
export function traceLine(tracing: Tracing, out: Vertices): void {
  out.clear();
  const { grid, bounds, length } = tracing;
  const first = bounds[0] as number;
  const end = bounds[grid.count] as number;
  const pen = new Pen(tracing, out);
  pen.points(Math.max(0, first - 1), first);
  if (end - first <= grid.count * 2) pen.points(first, end);
  else for (let column = 0; column < grid.count; column++) pen.column(column);
  pen.points(end, Math.min(length, end + 1));
}

/** Draws from one finite value to the next, and lifts at breaks. */
class Pen {
  readonly #t: Tracing;
  readonly #out: Vertices;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  /** The piece that holds the next value, or the one after it. */
  #piece = -1;
  #before = -1;

  constructor(tracing: Tracing, out: Vertices) {
    this.#t = tracing;
    this.#out = out;
    this.#starts = tracing.pieces.starts;
    this.#ends = tracing.pieces.ends;
  }

  points(from: number, to: number): void {
    let next = from;
    while (next < to && this.#seek(next)) {
      const start = Math.max(next, this.#starts[this.#piece] as number);
      const stop = Math.min(to, this.#ends[this.#piece] as number);
      if (start >= to) return;
      this.#arrive(start);
      for (let i = start; i < stop; i++) this.#point(i);
      next = stop;
    }
  }

  column(column: number): void {
    const { grid, bounds, extremes, y } = this.#t;
    const from = bounds[column] as number;
    const to = bounds[column + 1] as number;
    if (to - from <= 2) return this.points(from, to);
    if (!this.#seek(from)) return;
    const first = Math.max(from, this.#starts[this.#piece] as number);
    if (first >= to) return;
    this.#arrive(first);
    // The last piece that begins in the column; gaps within one column are too narrow to be seen.
    while (this.#piece + 1 < this.#starts.length && (this.#starts[this.#piece + 1] as number) < to)
      this.#piece++;
    const last = Math.min(to, this.#ends[this.#piece] as number) - 1;
    extremes.range(from, to);
    const high = y.px(extremes.max);
    const low = y.px(extremes.min);
    const centre = grid.left + (column + 0.5) * grid.width;
    const atFirst = y.px(this.#t.values[first] as number);
    const atLast = y.px(this.#t.values[last] as number);
    if (low - high < HAIR) {
      this.#out.add(centre, (low + high) / 2);
    } else {
      this.#out.add(centre, atFirst);
      // The nearer end first, so that the pen goes up and down once.
      const rising = atLast < atFirst;
      const [near, far] = rising ? [low, high] : [high, low];
      if (Math.abs(near - atFirst) >= HAIR) this.#out.add(centre, near);
      if (Math.abs(far - atLast) >= HAIR) this.#out.add(centre, far);
      this.#out.add(centre, atLast);
    }
    this.#before = last;
  }

  /** Finds the piece that ends after `index`; false when there is none. */
  #seek(index: number): boolean {
    if (this.#piece < 0)
      this.#piece = Math.max(0, upperBound(this.#starts, index, 0, this.#starts.length) - 1);
    while (this.#piece < this.#starts.length && (this.#ends[this.#piece] as number) <= index) this.#piece++;
    return this.#piece < this.#starts.length;
  }

  /** Lifts the pen when the line is broken between where it is and a finite value. */
  #arrive(index: number): void {
    if (this.#before >= 0 && (this.#starts[this.#piece] as number) > this.#before) this.#out.lift();
    this.#before = index;
  }

  #point(index: number): void {
    const { access, values, x, y } = this.#t;
    this.#out.add(x.px(xAt(access, index)), y.px(values[index] as number));
    this.#before = index;
  }
}

/**
 * Whether columns hold so many and so different values that the line through them fills a band: that is then drawn as an area,
 * which looks the same and costs a tenth.
 */
export function isBand(tracing: Tracing): boolean {
  const { grid, bounds, extremes, y } = tracing;
  if (visibleCount(tracing) < grid.count * 3) return false;
  const looks = 32;
  let tall = 0;
  for (let look = 0; look < looks; look++) {
    const column = Math.floor(((look + 0.5) / looks) * grid.count);
    extremes.range(bounds[column] as number, bounds[column + 1] as number);
    if (extremes.max > extremes.min && y.px(extremes.min) - y.px(extremes.max) > 4) tall++;
  }
  return tall > looks / 3;
}

/** The area between the least and the greatest value of each column, `pad` pixels wider on both sides, as closed stretches. */
export function traceEnvelope(tracing: Tracing, out: Vertices, pad = 0): void {
  out.clear();
  const { grid, bounds, extremes, pieces, y } = tracing;
  const lows: number[] = [];
  let start = 0;
  let before = -1;
  const close = (): void => {
    for (let i = lows.length - 2; i >= 0; i -= 2) out.add(lows[i] as number, lows[i + 1] as number);
    lows.length = 0;
    out.lift();
    start = out.length;
  };
  for (let column = 0; column < grid.count; column++) {
    const from = bounds[column] as number;
    const to = bounds[column + 1] as number;
    if (from === to) continue;
    extremes.range(from, to);
    if (extremes.min > extremes.max) {
      // A gap as wide as a column.
      if (out.length > start) close();
      continue;
    }
    if (out.length > start && pieces.brokenBetween(before, from)) close();
    const at = grid.left + (column + 0.5) * grid.width;
    out.add(at, y.px(extremes.max) - pad);
    lows.push(at, y.px(extremes.min) + pad);
    before = to - 1;
  }
  close();
}

/** A column counts as a spike when it stands so far out of those beside it: pixels, and times their height. */
const SPIKE_PX = 12;
const SPIKE_TIMES = 1.5;

/**
 * Columns that stand out of their neighbours, as upright strokes: one column of a pale area would hardly be seen, and a spike
 * must be. A noisy curve has none, because its neighbours are as high.
 */
export function traceSpikes(tracing: Tracing, out: Vertices): void {
  out.clear();
  const { grid, bounds, extremes, y } = tracing;
  const reach = 6;
  for (let column = 0; column < grid.count; column++) {
    const from = bounds[column] as number;
    const to = bounds[column + 1] as number;
    if (from === to) continue;
    extremes.range(from, to);
    if (extremes.min > extremes.max) continue;
    const high = y.px(extremes.max);
    const low = y.px(extremes.min);
    if (low - high < SPIKE_PX) continue;
    const left = bounds[Math.max(0, column - reach)] as number;
    const right = bounds[Math.min(grid.count, column + 1 + reach)] as number;
    const beside = besides(tracing, left, from, to, right);
    const enough = Math.max(SPIKE_PX, (beside.low - beside.high) * SPIKE_TIMES);
    const at = grid.left + (column + 0.5) * grid.width;
    if (beside.high - high > enough) {
      out.add(at, high);
      out.add(at, beside.high);
      out.lift();
    }
    if (low - beside.low > enough) {
      out.add(at, beside.low);
      out.add(at, low);
      out.lift();
    }
  }
}

/** Pixels of the extremes of two stretches together. */
function besides(
  { extremes, y }: Tracing,
  left: number,
  from: number,
  to: number,
  right: number,
): { readonly high: number; readonly low: number } {
  extremes.range(left, from);
  let { min, max } = extremes;
  extremes.range(to, right);
  min = Math.min(min, extremes.min);
  max = Math.max(max, extremes.max);
  return max >= min ? { high: y.px(max), low: y.px(min) } : { high: Infinity, low: -Infinity };
}

/**
 * Single values as places for a mark of `size` pixels: all of them, or the least and the greatest of each `size` pixels where
 * they would lie on top of each other.
 */
export function traceMarks(tracing: Tracing, size: number, out: Vertices): void {
  out.clear();
  const { access, values, extremes, grid, bounds, x, y } = tracing;
  const first = bounds[0] as number;
  const end = bounds[grid.count] as number;
  if (end - first <= (grid.count * grid.width) / size) {
    for (let i = first; i < end; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value)) out.add(x.px(xAt(access, i)), y.px(value));
    }
    return;
  }
  const step = Math.max(1, Math.round(size / grid.width));
  for (let column = 0; column < grid.count; column += step) {
    const next = Math.min(grid.count, column + step);
    const from = bounds[column] as number;
    const to = bounds[next] as number;
    if (from === to) continue;
    extremes.range(from, to);
    if (extremes.min > extremes.max) continue;
    const at = grid.left + ((column + next) / 2) * grid.width;
    const high = y.px(extremes.max);
    const low = y.px(extremes.min);
    out.add(at, high);
    if (low - high >= size / 2) out.add(at, low);
  }
}

/** Columns in which a value is zero or less, which has no place on a log scale: marks at the foot, `size` pixels apart. */
export function traceFoot(tracing: Tracing, size: number, out: Vertices): void {
  out.clear();
  const { grid, bounds, extremes, y } = tracing;
  extremes.range(bounds[0] as number, bounds[grid.count] as number);
  if (extremes.min > 0) return;
  let last = -Infinity;
  for (let column = 0; column < grid.count; column++) {
    const from = bounds[column] as number;
    const to = bounds[column + 1] as number;
    const at = grid.left + (column + 0.5) * grid.width;
    if (from === to || at - last < size) continue;
    extremes.range(from, to);
    if (extremes.min > extremes.max || extremes.min > 0) continue;
    out.add(at, y.range[0]);
    last = at;
  }
}

/** Where values lie beyond the plot: one place at the edge for each stretch of columns. `edge` is the pixel of the y domain's high or low end. */
export function traceBeyond(tracing: Tracing, edge: 'high' | 'low', out: Vertices): void {
  out.clear();
  const { grid, bounds, extremes, y } = tracing;
  const [low, high] = y.domain;
  const px = edge === 'high' ? y.range[1] : y.range[0];
  const beyond = (): boolean =>
    edge === 'high' ? extremes.max > high : extremes.min < low && (y.kind === 'linear' || extremes.min > 0);
  extremes.range(bounds[0] as number, bounds[grid.count] as number);
  if (!beyond()) return;
  let since = -1;
  for (let column = 0; column <= grid.count; column++) {
    const from = bounds[column] as number;
    const to = column < grid.count ? (bounds[column + 1] as number) : from;
    if (from === to && column < grid.count) continue;
    extremes.range(from, to);
    const outside = from < to && beyond();
    if (outside && since < 0) since = column;
    if (!outside && since >= 0) {
      out.add(grid.left + ((since + column) / 2) * grid.width, px);
      since = -1;
    }
  }
}
