/** Which of a chart's entries stand out, and which have their name at the end. */
import type { LineChoice } from './choice.svelte.ts';
import type { Entry } from './frame.ts';

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
