/** Figures about values, for captions and small histograms. */

export interface Extent {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Smallest, largest and mean of the finite values; all NaN when there are none. */
export function extentOf(values: ArrayLike<number>): Extent {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  return count === 0 ? { min: NaN, max: NaN, mean: NaN } : { min, max, mean: sum / count };
}

/** The largest distance from zero among the finite values: the domain of a diverging scale is from minus this to this. */
export function largestMagnitude(values: ArrayLike<number>): number {
  const { min, max } = extentOf(values);
  return Number.isNaN(min) ? 0 : Math.max(Math.abs(min), Math.abs(max));
}

/** Adds up neighbouring counts, so that `bins` bars are left; the length has to be a multiple of `bins`. */
export function rebin(counts: ArrayLike<number>, bins: number): number[] {
  const width = counts.length / bins;
  if (!Number.isInteger(width)) {
    throw new RangeError(`Expected a number of bins that divides ${counts.length}, got ${bins}.`);
  }
  return Array.from({ length: bins }, (_, bin) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += counts[bin * width + i] as number;
    return sum;
  });
}

/** Rows and columns for `count` units as a block about twice as wide as high: 512 as 16 x 32. */
export function arrangeUnits(count: number): readonly [rows: number, columns: number] {
  for (let rows = Math.floor(Math.sqrt(count / 2)); rows >= 1; rows--) {
    // A whole block where one of a sensible shape exists.
    if (count % rows === 0 && count / rows <= rows * 8) return [rows, count / rows];
  }
  const columns = Math.ceil(Math.sqrt(count * 2));
  return [Math.ceil(count / columns), Math.min(count, columns)];
}
