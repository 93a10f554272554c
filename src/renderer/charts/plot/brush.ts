/** Parts of axes that are picked: only what lies in all of them counts. */
import type { Interval } from '../core/scale.ts';

/** Pixels along an axis, the lower number first; null: all of it. */
export type Brush = Interval | null;

/** Whether an item with these places on the axes is in every brush; a missing value is in none. */
export function isInside(places: readonly (number | null)[], brushes: readonly Brush[]): boolean {
  return brushes.every((brush, axis) => {
    if (brush === null) return true;
    const place = places[axis];
    return place !== null && place !== undefined && place >= brush[0] && place <= brush[1];
  });
}

/** The brush with one end moved; the ends do not pass each other, and the whole axis is no brush. */
export function withEnd(brush: Brush, end: 0 | 1, to: number, whole: Interval): Brush {
  const [low, high] = brush ?? whole;
  const clamped = Math.min(Math.max(to, whole[0]), whole[1]);
  const next: Interval = end === 0 ? [Math.min(clamped, high), high] : [low, Math.max(clamped, low)];
  return next[0] <= whole[0] && next[1] >= whole[1] ? null : next;
}

/** Where an end goes with an arrow key: just past the next value on the axis, so that one more or one less is in. */
export function nextEnd(from: number, by: -1 | 1, stops: readonly number[], whole: Interval): number {
  const sorted = [...stops].sort((a, b) => a - b);
  const between = [
    whole[0],
    ...sorted.slice(1).map((stop, i) => (stop + (sorted[i] as number)) / 2),
    whole[1],
  ];
  const ahead = between.filter((place) => (by > 0 ? place > from + 0.5 : place < from - 0.5));
  return (by > 0 ? ahead[0] : ahead[ahead.length - 1]) ?? from;
}
