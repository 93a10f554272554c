/** What a crosshair says: the values of all lines at one place. */
import type { Box } from '../core/box.ts';
import { lowerBound, nearestIndex, upperBound } from '../core/search.ts';
import { spread } from '../core/spread.ts';
import { rawAt, xAt } from '../core/x-axis.ts';
import { drawnValue, type Entry, type Frame } from './frame.ts';

export interface Reading {
  readonly entry: Entry;
  readonly index: number;
  /** Pixels of the point. */
  readonly x: number;
  readonly y: number;
  /** What the line shows there: smoothed where it is. */
  readonly value: number;
  /** The value as it was recorded. */
  readonly raw: number;
}

/** A point counts when it is no further from the crosshair than this, or than its neighbours are from it. */
const NEAR_PX = 8;

/** The values nearest to a pixel column, of the lines that are there. */
export function readingsAt(frame: Frame, px: number): Reading[] {
  const x = frame.x.value(px);
  return frame.entries.flatMap((entry) => {
    const { access, length } = entry;
    const index = nearestIndex(access.sorted, rawAt(access, x), 0, length);
    if (index < 0) return [];
    const at = frame.x.px(xAt(access, index));
    const reach = entry.series.mark === 'rings' ? NEAR_PX : Math.max(NEAR_PX, gapAround(frame, entry, index));
    if (Math.abs(at - px) > reach) return [];
    const value = drawnValue(entry, index);
    const told = Number.isFinite(value) ? value : lastFinite(entry, index);
    const y = Math.min(Math.max(frame.y.px(told), frame.plot.top), frame.plot.bottom);
    return [{ entry, index, x: at, y, value, raw: entry.series.points.value[index] as number }];
  });
}

/** What the line showed before a gap; the next value where the gap is its beginning. */
function lastFinite(entry: Entry, index: number): number {
  const { starts, ends } = entry.raw.pieces;
  const piece = upperBound(starts, index, 0, starts.length) - 1;
  const at = piece >= 0 ? (ends[piece] as number) - 1 : starts[0];
  return at === undefined ? 0 : drawnValue(entry, at);
}

/** How often lines of other groups pass through a box, looked at in a few places. */
export function linesThrough(frame: Frame, box: Box, group: string | null = null): number {
  let hits = 0;
  for (let look = 0; look <= 4; look++) {
    const at = box.left + ((box.right - box.left) * look) / 4;
    for (const { y, entry } of readingsAt(frame, at)) {
      if (entry.group !== group && y > box.top && y < box.bottom) hits++;
    }
  }
  return hits;
}

/** Half of the pixels between a point and its neighbour further away. */
function gapAround(frame: Frame, { access, length }: Entry, index: number): number {
  const at = frame.x.px(xAt(access, index));
  const before = index > 0 ? at - frame.x.px(xAt(access, index - 1)) : 0;
  const after = index + 1 < length ? frame.x.px(xAt(access, index + 1)) - at : 0;
  return Math.max(before, after) / 2 + 0.5;
}

/** The pixel of the point of any line that is nearest to `px`, so that a crosshair stands on data; `px` when none is near. */
export function snap(frame: Frame, px: number, reach = 24): number {
  let best = px;
  let distance = reach;
  for (const { access, length } of frame.entries) {
    const index = nearestIndex(access.sorted, rawAt(access, frame.x.value(px)), 0, length);
    if (index < 0) continue;
    const at = frame.x.px(xAt(access, index));
    if (Math.abs(at - px) < distance && at >= frame.plot.left - 0.5 && at <= frame.plot.right + 0.5) {
      distance = Math.abs(at - px);
      best = at;
    }
  }
  return best;
}

/**
 * The place of the next point of any line, `count` of them to the right (or, negative, to the left), but at least a pixel away:
 * what an arrow key goes to. An x value, which may be outside of the plot; null at the end of the data.
 */
export function nextX(frame: Frame, x: number, count: number): number | null {
  const pixel = Math.abs(frame.x.value(frame.x.px(x) + Math.sign(count)) - x);
  let at = x;
  for (let i = 0; i < Math.abs(count); i++) {
    const next = count > 0 ? after(frame, at, pixel) : before(frame, at, pixel);
    if (next === null) break;
    at = next;
  }
  return at === x ? null : at;
}

function after(frame: Frame, x: number, distance: number): number | null {
  let best: number | null = null;
  for (const { access, length } of frame.entries) {
    const index = lowerBound(access.sorted, rawAt(access, x + distance * 0.999), 0, length);
    if (index < length) best = Math.min(best ?? Infinity, xAt(access, index));
  }
  return best !== null && best > x ? best : null;
}

function before(frame: Frame, x: number, distance: number): number | null {
  let best: number | null = null;
  for (const { access, length } of frame.entries) {
    const index = lowerBound(access.sorted, rawAt(access, x - distance * 0.999), 0, length) - 1;
    const exact = index + 1 < length && xAt(access, index + 1) <= x - distance * 0.999 ? index + 1 : index;
    if (exact >= 0) best = Math.max(best ?? -Infinity, xAt(access, exact));
  }
  return best !== null && best < x ? best : null;
}

/** The entry whose line is nearest to a pixel, within `reach`; null when none is. */
export function nearestEntry(frame: Frame, px: number, py: number, reach = 14): Entry | null {
  let best: Entry | null = null;
  let distance = reach;
  for (const reading of readingsAt(frame, px)) {
    const away = Math.hypot(reading.entry.series.mark === 'rings' ? reading.x - px : 0, reading.y - py);
    if (away < distance) {
      distance = away;
      best = reading.entry;
    }
  }
  return best;
}

export interface PlacedReading extends Reading {
  /** Where the text stands. */
  readonly textY: number;
}

/** Places for the texts of readings, none touching; where there is no room for all, those of `first` and the nearest to `py` are kept. */
export function placeReadings(
  frame: Frame,
  readings: readonly Reading[],
  gap: number,
  keep: { readonly strong: ReadonlySet<string>; readonly py: number | null },
): PlacedReading[] {
  const room = Math.max(1, Math.floor((frame.plot.bottom - frame.plot.top) / gap));
  const rank = ({ entry, y }: Reading): number =>
    (keep.strong.has(entry.group) ? 0 : 1e6) + (keep.py === null ? 0 : Math.abs(y - keep.py));
  const kept =
    readings.length <= room ? readings : [...readings].sort((a, b) => rank(a) - rank(b)).slice(0, room);
  const places = spread(
    // A little above the point, so that the line does not run through the text.
    kept.map(({ y }) => y - 8),
    gap,
    frame.plot.top + 4,
    frame.plot.bottom - 4,
  );
  return kept.map((reading, index) => ({ ...reading, textY: places[index] as number }));
}
