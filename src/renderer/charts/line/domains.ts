/** Which part of the world a line chart shows when nobody has zoomed. */
import type { ScaleKind, XAxis } from '../types.ts';
import type { RawIndex } from '../core/series-index.ts';
import type { Interval } from '../core/scale.ts';
import { lowerBound } from '../core/search.ts';
import { xAt, type XAccess } from '../core/x-axis.ts';

/** A series along the x axis that is shown. */
export interface Extent {
  readonly access: XAccess;
  readonly length: number;
}

/** From the first to the last x of all series; counts start at 0. Null when there are no points. */
export function xDomain(series: readonly Extent[], axis: XAxis, kind: ScaleKind): Interval | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { access, length } of series) {
    if (length === 0) continue;
    // A log axis begins at the first x above 0.
    const first = kind === 'log' ? lowerBound(access.sorted, access.offset + 1e-9, 0, length) : 0;
    if (first < length) low = Math.min(low, xAt(access, first));
    high = Math.max(high, xAt(access, length - 1));
  }
  if (low > high) return null;
  if (kind === 'log') return high > low ? [low, high] : [low / 2, low * 2];
  if (axis !== 'time') low = Math.min(0, low);
  return high > low ? [low, high] : [low, low + 1];
}

/** A series and the range of its points that are within the window. */
export interface Window {
  readonly values: Float64Array;
  readonly raw: RawIndex;
  readonly from: number;
  readonly to: number;
}

export interface YDomain {
  readonly domain: Interval;
  /** Some values are so far from all others that they would flatten them: they are marked at the edge. */
  readonly beyond: boolean;
}

/**
 * All finite values with a little air, on a log scale all above 0; but not the few that would press the rest into a line, such
 * as the last steps of a run that diverges. `unit` share stays within 0 to 1. `whole` leaves nothing out.
 */
export function yDomain(
  windows: readonly Window[],
  kind: ScaleKind,
  options: { readonly share?: boolean; readonly whole?: boolean } = {},
): YDomain {
  let low = Infinity;
  let high = -Infinity;
  for (const { raw, values, from, to } of windows) {
    raw.extremes.range(from, to);
    high = Math.max(high, raw.extremes.max);
    const least = raw.extremes.min;
    low = Math.min(low, kind === 'log' && least <= 0 ? leastPositive(values, from, to) : least);
  }
  if (!(high >= low) || (kind === 'log' && !(high > 0))) {
    return { domain: kind === 'log' ? [0.1, 10] : [0, 1], beyond: false };
  }
  const [from, to] = options.whole === true ? [low, high] : typical(windows, kind, low, high);
  const beyond = from > low || to < high;
  if (kind === 'log') {
    const air = Math.max(1.02, (to / from) ** 0.04);
    return { domain: to > from ? [from / air, to * air] : [from / 2, to * 2], beyond };
  }
  const air = to > from ? (to - from) * 0.05 : Math.abs(to) * 0.1 || 0.5;
  // A domain that almost touches 0 says more when it does.
  const floor = from >= 0 && from - air * 3 < 0 ? 0 : from - air;
  const ceiling = options.share === true && to <= 1 ? Math.min(to + air, 1.0001) : to + air;
  return { domain: [floor, Math.max(ceiling, floor + 1e-300)], beyond };
}

function leastPositive(values: Float64Array, from: number, to: number): number {
  let least = Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value > 0 && value < least) least = value;
  }
  return least;
}

/** Values looked at in each series to tell what is usual; evenly spread. */
const SAMPLES = 128;

function typical(windows: readonly Window[], kind: ScaleKind, low: number, high: number): Interval {
  const along = kind === 'log' ? Math.log10 : (value: number): number => value;
  // The longest series sets the rhythm: a short run counts by its length, not as much as a long one.
  const longest = Math.max(...windows.map(({ from, to }) => to - from));
  const stride = Math.max(1, Math.floor(longest / SAMPLES));
  const sample: number[] = [];
  for (const { values, from, to } of windows) {
    for (let i = from; i < to; i += stride) {
      const value = values[i] as number;
      if (Number.isFinite(value) && (kind === 'linear' || value > 0)) sample.push(along(value));
    }
  }
  if (sample.length < 20) return [low, high];
  sample.sort((a, b) => a - b);
  const quantile = (share: number): number => sample[Math.round(share * (sample.length - 1))] as number;
  const [few, most] = [quantile(0.02), quantile(0.97)];
  const usual = Math.max(most - few, kind === 'log' ? 0.3 : Math.abs(most) * 0.02);
  // Linear: up to thirty times the usual height, the rest is still a few pixels high. Log: up to twice as many decades.
  const slack = kind === 'log' ? Math.max(usual, 1.5) : usual * 30;
  const back = kind === 'log' ? (value: number): number => 10 ** value : (value: number): number => value;
  const top = along(high) > most + slack ? back(most + slack / (kind === 'log' ? 2 : 10)) : high;
  const foot = along(low) < few - slack ? back(few - slack / (kind === 'log' ? 2 : 10)) : low;
  return [foot, top];
}
