/** Bins as bars. Pure. */

/** The edges and middles of bins of equal width from 0 on, and their heights. */
export function histogramEdges(
  bins: Int32Array,
  width: number,
): {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly middle: readonly number[];
  readonly height: Int32Array;
} {
  const from = Array.from(bins, (_, bin) => bin * width);
  return {
    from,
    to: from.map((edge) => edge + width),
    middle: from.map((edge) => edge + width / 2),
    height: bins,
  };
}
