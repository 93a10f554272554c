/** Which lines and axes of a chart can be shown, which lines are and stand out, and which have their name at the end. */
import { X_AXES, xAccess } from '../core/x-axis.ts';
import type { Series, XAxis } from '../types.ts';
import type { LineChoice } from './choice.svelte.ts';
import type { Entry } from './frame.ts';

/** Axes on which at least one line has a place; all of them where there is no line. */
export function possibleAxes(series: readonly Series[]): ReadonlySet<XAxis> {
  return new Set(
    X_AXES.filter((each) => series.length === 0 || series.some((one) => xAccess(one, each) !== null)),
  );
}

export function shownGroups(series: readonly Series[], choice: LineChoice): ReadonlySet<string> {
  return new Set(series.map((each) => each.group ?? each.id).filter((group) => choice.isShown(group)));
}

/** Each group once, in the order of the entries. */
export function groupsIn(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map(({ group }) => group))];
}

export function strongOf(entries: readonly Entry[], choice: LineChoice): ReadonlySet<string> {
  return new Set(entries.map(({ group }) => group).filter((group) => choice.isStrong(group)));
}

/** The lines of each group, or the first of its rings where it has no line. */
export function entriesWithNames(entries: readonly Entry[]): Entry[] {
  const lined = new Set(entries.filter(({ series }) => series.mark === 'line').map(({ group }) => group));
  const seen = new Set<string>();
  return entries.filter(({ series, group }) => {
    if (series.mark === 'line') return true;
    if (lined.has(group) || seen.has(group)) return false;
    seen.add(group);
    return true;
  });
}
