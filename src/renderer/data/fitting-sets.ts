import type { DataSetListing } from '../../shared/data.ts';
import { isTexts } from './text/words.ts';

/**
 * The data sets that a lab can be given, by id: those that it suggests, then a person's own of the same kind, texts or images, then
 * `chosen`, whatever that is.
 */
export function fittingSets(
  listings: readonly DataSetListing[],
  suggested: readonly string[],
  chosen: string | null,
): string[] {
  const known = listings.find(({ info }) => suggested.includes(info.id));
  const own = listings.filter(
    ({ kind, info }) => kind === 'personal' && (known === undefined || isTexts(info) === isTexts(known.info)),
  );
  const ids = [...suggested, ...own.map(({ info }) => info.id), chosen ?? ''];
  return [...new Set(ids)].filter((id) => id !== '');
}
