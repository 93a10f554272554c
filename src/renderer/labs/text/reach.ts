/** How far back gradients reach, for a chart. Pure arithmetic. */
import type { GradientReach } from '../../../shared/text-inspect.ts';

type Reach = Pick<GradientReach, 'counts' | 'median' | 'low' | 'high'>;

/** Orders of magnitude that a chart shows at most: below lies what single precision rounds away. */
const MOST_DECADES = 12;

/** 0, 1, 2 and so on: tokens before the end. */
export function distancesOf({ counts }: Pick<Reach, 'counts'>): number[] {
  return Array.from(counts, (_, distance) => distance);
}

/** Both ends of a log scale over all of them, at powers of ten; what is 0 has no place on it. */
export function reachDomain(reaches: readonly Reach[]): readonly [number, number] {
  let [low, high] = [Infinity, 0];
  for (const { median, low: lows, high: highs } of reaches) {
    for (const values of [median, lows, highs]) {
      for (const value of values) {
        if (!(value > 0) || !Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  if (high === 0) return [0.1, 1];
  const top = Math.ceil(Math.log10(high) - 1e-9);
  const foot = Math.max(Math.floor(Math.log10(low) + 1e-9), top - MOST_DECADES);
  return [10 ** Math.min(foot, top - 1), 10 ** top];
}

/** After how many tokens the median is a tenth of what it is at the end, for the first time; null: never. */
export function tenthOf({ median }: Pick<Reach, 'median'>): number | null {
  const found = median.findIndex((value) => value <= (median[0] as number) / 10);
  return found === -1 ? null : found;
}
