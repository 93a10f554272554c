/** Last and best values of series, and the best of them. */
import { rawIndexOf } from '../core/series-index.ts';
import type { Better, Series } from '../types.ts';

export type RankBy = 'last' | 'best';

/** The last finite value, or NaN. */
export function lastValue({ points }: Pick<Series, 'points'>): number {
  const { ends } = rawIndexOf(points).pieces;
  const end = ends[ends.length - 1];
  return end === undefined ? Number.NaN : (points.value[end - 1] as number);
}

/** The best finite value, or NaN; the last one of a metric that knows no better. */
export function bestValue(series: Pick<Series, 'points'>, better: Better): number {
  if (better === 'neither') return lastValue(series);
  const { extremes } = rawIndexOf(series.points);
  extremes.range(0, series.points.length);
  if (extremes.min > extremes.max) return Number.NaN;
  return better === 'lower' ? extremes.min : extremes.max;
}

/**
 * The `count` best groups, best first. A group of several series counts with its best one. One without a finite value is never
 * among them. Without a better end, the greatest come first.
 */
export function bestGroups(series: readonly Series[], count: number, by: RankBy, better: Better): string[] {
  const sign = better === 'lower' ? 1 : -1;
  const values = new Map<string, number>();
  for (const each of series) {
    const value = sign * (by === 'last' ? lastValue(each) : bestValue(each, better));
    const group = each.group ?? each.id;
    if (Number.isFinite(value) && value < (values.get(group) ?? Infinity)) values.set(group, value);
  }
  const ranked = [...values].sort((a, b) => a[1] - b[1]);
  return ranked.slice(0, count).map(([group]) => group);
}

/** One series of each group, to stand for it: its line, or what else it has. */
export function groupsOf(series: readonly Series[]): { readonly group: string; readonly series: Series }[] {
  const groups = new Map<string, Series>();
  for (const each of series) {
    const group = each.group ?? each.id;
    if (!groups.has(group) || (each.mark === 'line' && groups.get(group)?.mark === 'rings'))
      groups.set(group, each);
  }
  return [...groups].map(([group, each]) => ({ group, series: each }));
}
