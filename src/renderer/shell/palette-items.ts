/** What the palette offers for a query: commands, labs, runs, settings; recent first, then the best fit. */
import { fuzzyScore } from './fuzzy.ts';

export type PaletteGroup = 'Commands' | 'Labs' | 'Runs' | 'Settings';
export const PALETTE_GROUPS: readonly PaletteGroup[] = ['Commands', 'Labs', 'Runs', 'Settings'];

export interface PaletteItem {
  /** The same from one opening to the next, so that recent ones are known. */
  readonly id: string;
  readonly group: PaletteGroup;
  readonly label: string;
  /** In grey behind it. */
  readonly detail: string;
  readonly keys: string;
  readonly choose: () => unknown;
}

/** Rows of one group that are shown. */
const MOST_IN_GROUP = 8;
/** A recent item goes before others that fit about as well. */
const RECENT_BONUS = 2;

/** The items that fit, group by group; the group with the best fit comes first. */
export function paletteRows(
  items: readonly PaletteItem[],
  query: string,
  recent: readonly string[],
): readonly PaletteItem[] {
  const scored = items.flatMap((item) => {
    const fit = Math.max(
      fuzzyScore(query, item.label),
      0.8 * fuzzyScore(query, `${item.label} ${item.detail}`),
    );
    if (fit === 0) return [];
    const place = recent.indexOf(item.id);
    return [{ item, score: fit + (place === -1 ? 0 : RECENT_BONUS * (1 - place / recent.length)) }];
  });
  const groups = PALETTE_GROUPS.map((group) =>
    scored
      .filter(({ item }) => item.group === group)
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST_IN_GROUP),
  ).filter((rows) => rows.length > 0);
  const best = (rows: (typeof groups)[number]): number => (query.trim() === '' ? 0 : (rows[0]?.score ?? 0));
  return groups.sort((a, b) => best(b) - best(a)).flatMap((rows) => rows.map(({ item }) => item));
}

/** The list of recent ids with one more at its front. */
export function withRecent(recent: readonly string[], id: string, kept = 20): readonly string[] {
  return [id, ...recent.filter((each) => each !== id)].slice(0, kept);
}
