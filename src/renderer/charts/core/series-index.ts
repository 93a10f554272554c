/** What is computed from the points of a series once, and extended as they grow: pieces, extremes, smoothed values. */
import type { SeriesPoints } from '../types.ts';
import { Pieces } from './pieces.ts';
import { MinMaxPyramid } from './pyramid.ts';
import { Smoother } from './smoothing.ts';

/** Tells how much of the points is still as it was. */
class Follower {
  #version = Number.NaN;
  #generation = Number.NaN;
  #length = 0;

  /** The first index that is new; the length of the points when nothing is. */
  firstNew(points: SeriesPoints): number {
    if (points.version === this.#version) return points.length;
    const generation = points.generation ?? points.version;
    const kept = generation === this.#generation ? Math.min(this.#length, points.length) : 0;
    this.#version = points.version;
    this.#generation = generation;
    this.#length = points.length;
    return kept;
  }
}

/** Of the points as they are. */
export class RawIndex {
  readonly pieces = new Pieces();
  readonly extremes = new MinMaxPyramid();
  readonly #follower = new Follower();
  #resumes = 0;

  update(points: SeriesPoints): void {
    const from = this.#follower.firstNew(points);
    if (from === points.length && points.resumedAt.length === this.#resumes && from > 0) return;
    this.#resumes = points.resumedAt.length;
    this.pieces.update(points, from);
    this.extremes.update(points.value, points.length, from);
  }
}

/** Of the points smoothed over one decay length. */
export class SmoothIndex {
  readonly tau: number;
  readonly #smoother: Smoother;
  readonly #follower = new Follower();

  constructor(tau: number) {
    this.tau = tau;
    this.#smoother = new Smoother(tau);
  }

  get values(): Float64Array {
    return this.#smoother.values;
  }

  update(points: SeriesPoints, raw: RawIndex): void {
    const from = this.#follower.firstNew(points);
    if (from === points.length && from > 0) return;
    this.#smoother.update(points, raw.pieces, from);
  }
}

const known = new WeakMap<SeriesPoints, RawIndex>();

/** The index of these points, up to date; several charts of the same points share it. */
export function rawIndexOf(points: SeriesPoints): RawIndex {
  let index = known.get(points);
  if (index === undefined) {
    index = new RawIndex();
    known.set(points, index);
  }
  index.update(points);
  return index;
}
