/** The line through a series' points. */
import { upperBound } from './search.ts';
import { visibleCount, type Tracing } from './tracing.ts';
import type { Vertices } from './vertices.ts';
import { xAt } from './x-axis.ts';

/** Below this, values in one column are one dot on the screen. */
const HAIR = 0.4;

/** A line that bends over several columns, such as a smoothed one, needs no extremes: one point of each column draws it. */
export type LineTracing = Omit<Tracing, 'spans'> & { readonly spans: Tracing['spans'] | null };

/**
 * With the first point beyond either edge, so that it leaves the plot where it should. `stride`: columns that are taken together,
 * for a line that bends over many more.
 */
export function traceLine(tracing: LineTracing, out: Vertices, stride = 1): void {
  out.clear();
  const { grid, bounds, length } = tracing;
  const first = bounds[0] as number;
  const end = bounds[grid.count] as number;
  const pen = new Pen(tracing, out);
  pen.points(Math.max(0, first - 1), first);
  if (visibleCount(tracing) <= grid.count * 2) pen.points(first, end);
  else for (let column = 0; column < grid.count; column += stride) pen.columns(column, column + stride);
  pen.points(end, Math.min(length, end + 1));
}

/** Draws from one finite value to the next, and lifts at breaks. */
class Pen {
  readonly #t: LineTracing;
  readonly #out: Vertices;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  /** The piece that holds the next value, or the one after it. */
  #piece = -1;
  #before = -1;

  constructor(tracing: LineTracing, out: Vertices) {
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

  columns(column: number, end: number): void {
    const { grid, bounds, spans, values, y } = this.#t;
    const next = Math.min(end, grid.count);
    const from = bounds[column] as number;
    const to = bounds[next] as number;
    if (to - from <= 2) return this.points(from, to);
    if (!this.#seek(from)) return;
    const first = Math.max(from, this.#starts[this.#piece] as number);
    if (first >= to) return;
    const isNew = this.#arrive(first);
    // The last piece that begins in the column; gaps within one column are too narrow to be seen.
    while (this.#piece + 1 < this.#starts.length && (this.#starts[this.#piece + 1] as number) < to) {
      this.#piece++;
    }
    const last = Math.min(to, this.#ends[this.#piece] as number) - 1;
    if (spans === null) {
      if (isNew) this.#point(first);
      this.#point(last);
      return;
    }
    const centre = grid.left + ((column + next) / 2) * grid.width;
    const atFirst = y.px(values[first] as number);
    const atLast = y.px(values[last] as number);
    const high = spans.top[column] as number;
    const low = spans.foot[column] as number;
    if (low - high < HAIR) {
      this.#out.add(centre, (low + high) / 2);
    } else {
      this.#out.add(centre, atFirst);
      // The nearer end first, so that the pen goes up and down once.
      const [near, far] = atLast < atFirst ? [low, high] : [high, low];
      if (Math.abs(near - atFirst) >= HAIR) this.#out.add(centre, near);
      if (Math.abs(far - atLast) >= HAIR) this.#out.add(centre, far);
      this.#out.add(centre, atLast);
    }
    this.#before = last;
  }

  /** Finds the piece that ends after `index`; false when there is none. */
  #seek(index: number): boolean {
    if (this.#piece < 0) {
      this.#piece = Math.max(0, upperBound(this.#starts, index, 0, this.#starts.length) - 1);
    }
    while (this.#piece < this.#starts.length && (this.#ends[this.#piece] as number) <= index) this.#piece++;
    return this.#piece < this.#starts.length;
  }

  /** Lifts the pen when the line is broken between where it is and a finite value; whether a stretch begins there. */
  #arrive(index: number): boolean {
    const isBroken = this.#before >= 0 && (this.#starts[this.#piece] as number) > this.#before;
    const isNew = isBroken || this.#before < 0;
    if (isBroken) this.#out.lift();
    this.#before = index;
    return isNew;
  }

  #point(index: number): void {
    const { access, values, x, y } = this.#t;
    this.#out.add(x.px(xAt(access, index)), y.px(values[index] as number));
    this.#before = index;
  }
}
