/** How values are spread, in equal bins from the smallest to the largest. */

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly counts: Int32Array;
  /** NaN and infinite values: in no bin. */
  readonly notFinite: number;
}

/** The same bins as those of histograms over training: equal ones, the last with its end. Without finite values min and max are NaN. */
export function histogramOf(values: ArrayLike<number>, bins: number): Histogram {
  const counts = new Int32Array(bins);
  let [min, max, notFinite] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) notFinite++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return { min: NaN, max: NaN, counts, notFinite };
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const bin = max === min ? 0 : Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { min, max, counts, notFinite };
}
