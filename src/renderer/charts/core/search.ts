/** Binary search in sorted typed arrays, and in no more of them than is asked for. */

/** The first index in [from, to) whose value is at least `value`; `to` when there is none. */
export function lowerBound(sorted: ArrayLike<number>, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index in [from, to) whose value is greater than `value`; `to` when there is none. */
export function upperBound(sorted: ArrayLike<number>, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index in [from, to) whose value is nearest to `value`, the earlier one of two; -1 for an empty range. */
export function nearestIndex(sorted: ArrayLike<number>, value: number, from: number, to: number): number {
  if (from >= to) return -1;
  const after = lowerBound(sorted, value, from, to);
  if (after === from) return from;
  if (after === to) return to - 1;
  const below = value - (sorted[after - 1] as number);
  const above = (sorted[after] as number) - value;
  return below <= above ? after - 1 : after;
}
