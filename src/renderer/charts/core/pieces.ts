/** Where a line is whole: it breaks at values that are not finite, and where the run went on after an interruption. */
import type { SeriesPoints } from '../types.ts';
import { upperBound } from './search.ts';

/** Consecutive values that are not finite. */
export interface Gap {
  /** Index of the first of them, and of the one after the last. */
  readonly from: number;
  to: number;
  readonly kind: 'NaN' | 'infinite';
}

/** Index ranges [starts[i], ends[i]) of finite values without a break, and the gaps between. */
export class Pieces {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly gaps: Gap[] = [];
  /** Values of each kind, for "NaN at 412 points". */
  notANumber = 0;
  infinite = 0;
  #length = 0;
  #resumes = '';

  /** Takes over points of which those before `from` are as they were at the last call. */
  update(points: SeriesPoints, from: number): void {
    const resumes = points.resumedAt.join();
    if (from < this.#length || resumes !== this.#resumes) this.#clear();
    this.#resumes = resumes;
    const breaks = points.resumedAt
      .map((step) => upperBound(points.step, step, 0, points.length))
      .filter((index) => index > 0 && index >= this.#length && index < points.length);
    let start = this.#length;
    // Before its first new point a run that went on has a break, too.
    let joins = !breaks.includes(start);
    for (const end of [...new Set(breaks)].sort((a, b) => a - b)) {
      this.#scan(points.value, start, end, joins);
      start = end;
      joins = false;
    }
    this.#scan(points.value, start, points.length, joins);
    this.#length = points.length;
  }

  /** Whether a line is broken anywhere between the finite values at two indices. */
  brokenBetween(before: number, after: number): boolean {
    const next = upperBound(this.starts, before, 0, this.starts.length);
    return next < this.starts.length && (this.starts[next] as number) <= after;
  }

  #clear(): void {
    this.starts.length = 0;
    this.ends.length = 0;
    this.gaps.length = 0;
    this.notANumber = 0;
    this.infinite = 0;
    this.#length = 0;
  }

  /** Adds the values of one stretch; `joins` says whether it goes on from the value before it. */
  #scan(values: Float64Array, from: number, to: number, joins: boolean): void {
    let open = joins && from > 0 && this.ends[this.ends.length - 1] === from;
    let i = from;
    while (i < to) {
      const start = i;
      // x - x is 0 for what is finite, and NaN for all else.
      while (i < to && (values[i] as number) - (values[i] as number) === 0) i++;
      if (i > start) {
        if (open) this.ends[this.ends.length - 1] = i;
        else {
          this.starts.push(start);
          this.ends.push(i);
        }
      }
      open = false;
      const gap = i;
      while (i < to && !Number.isFinite(values[i])) i++;
      this.#addGaps(values, gap, i, joins || gap > from);
    }
  }

  /** Consecutive values of one kind are one gap; `joins`: they may go on from a gap before them. */
  #addGaps(values: Float64Array, from: number, to: number, joins: boolean): void {
    let gap = joins ? this.#gapUpTo(from) : null;
    for (let i = from; i < to; i++) {
      const kind = Number.isNaN(values[i]) ? 'NaN' : 'infinite';
      if (kind === 'NaN') this.notANumber++;
      else this.infinite++;
      if (gap !== null && gap.kind === kind) {
        gap.to = i + 1;
      } else {
        gap = { from: i, to: i + 1, kind };
        this.gaps.push(gap);
      }
    }
  }

  #gapUpTo(index: number): Gap | null {
    const last = this.gaps[this.gaps.length - 1];
    return last !== undefined && last.to === index ? last : null;
  }
}
