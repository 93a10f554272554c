/**
 * Smoothing that does not depend on how densely a curve is sampled.
 *
 * The smoothed value at x is the mean of all that came before, each moment weighted by exp(-(distance in x) / tau). The curve
 * between two points is taken as the straight line that is drawn there, so its share is an exact integral: leaving out points
 * of a line changes nothing. At the start, where little came before, the weights are scaled to sum to 1 (bias correction).
 * A piece of a line starts anew: nothing is carried over NaN or over an interruption.
 */
import type { SeriesPoints } from '../types.ts';
import type { Pieces } from './pieces.ts';
import { grown } from './pyramid.ts';
import { upperBound } from './search.ts';

/** Steps over which a weight falls to 1/e, for `smoothing` a hundredth of `extent`; 0: no smoothing. */
export function decayLength(smoothing: number, extent: number): number {
  if (!(smoothing > 0) || !(extent > 0)) return 0;
  return extent / 100 / -Math.log(Math.min(smoothing, 0.999));
}

/**
 * An extent rounded up to one of eight sizes between two powers of 2: while a run grows, its older part is smoothed anew at
 * these sizes alone, not with each point.
 */
export function steadyExtent(extent: number): number {
  if (!(extent > 0)) return 0;
  return 2 ** (Math.ceil(Math.log2(extent) * 8 - 1e-9) / 8);
}

/** The smoothed values of one series, extended as it grows. */
export class Smoother {
  /** As long as the points, NaN where they are not finite. */
  values: Float64Array = new Float64Array(0);
  readonly tau: number;
  #length = 0;
  #numerator = 0;
  #denominator = 0;

  constructor(tau: number) {
    this.tau = tau;
  }

  /** Takes over points of which those before `from` are as they were at the last call. */
  update(points: SeriesPoints, pieces: Pieces, from: number): void {
    if (from < this.#length) this.#length = 0;
    if (this.values.length < points.length) this.values = grown(this.values, points.length);
    const begin = this.#length;
    let piece = Math.max(0, upperBound(pieces.starts, begin, 0, pieces.starts.length) - 1);
    let done = begin;
    for (; piece < pieces.starts.length; piece++) {
      const start = pieces.starts[piece] as number;
      const end = pieces.ends[piece] as number;
      if (end <= begin) continue;
      if (start > done) this.values.fill(Number.NaN, done, start);
      this.#smooth(points, Math.max(start, begin), end, start >= begin);
      done = end;
    }
    this.values.fill(Number.NaN, done, points.length);
    this.#length = points.length;
  }

  #smooth(points: SeriesPoints, from: number, to: number, starts: boolean): void {
    const { step, value } = points;
    const out = this.values;
    let numerator = this.#numerator;
    let denominator = this.#denominator;
    let i = from;
    if (starts) {
      out[i] = value[i] as number;
      numerator = 0;
      denominator = 0;
      i++;
    }
    let distance = Number.NaN;
    let kept = 0;
    let olderShare = 0;
    let newerShare = 0;
    for (; i < to; i++) {
      const dx = (step[i] as number) - (step[i - 1] as number);
      if (dx !== distance) {
        // Weights of a straight line over this distance: `kept` of what was, and a share for each of its two ends.
        distance = dx;
        const a = dx / this.tau;
        kept = Math.exp(-a);
        newerShare = a < 1e-3 ? a / 2 - (a * a) / 6 + (a * a * a) / 24 : 1 + Math.expm1(-a) / a;
        olderShare = -Math.expm1(-a) - newerShare;
      }
      const older = value[i - 1] as number;
      const newer = value[i] as number;
      numerator = kept * numerator + olderShare * older + newerShare * newer;
      denominator = kept * denominator + olderShare + newerShare;
      out[i] = denominator > 0 ? numerator / denominator : newer;
    }
    this.#numerator = numerator;
    this.#denominator = denominator;
  }
}
