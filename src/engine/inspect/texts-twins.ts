/** Texts that are the same to the last byte. */
import { createHash } from 'node:crypto';
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import type { TextDetail, TextStatistics } from '../../shared/texts.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import { inBreaths } from '../text/index.ts';

const MOST_OF_A_SPLIT = 20;

interface Place {
  readonly split: SplitName;
  readonly index: number;
}

/** Places by the hash of the text there, of texts that occur more than once alone. */
type Groups = ReadonlyMap<string, readonly Place[]>;

const known = new WeakMap<LoadedDataSet, Groups>();

/** Where else the text at a place occurs: at most 20 places of each split. Throws `call/cancelled`. */
export async function twinsOf(
  data: LoadedDataSet,
  { split, index }: Place,
  signal: AbortSignal,
): Promise<TextDetail['twins']> {
  const groups = await groupsOf(data, signal);
  const texts = data.splits[split];
  if (texts === undefined) return [];
  const places = groups.get(hashOf(textsOf(texts).bytesOf(index))) ?? [];
  return SPLIT_NAMES.flatMap((name) =>
    places
      .filter((place) => place.split === name && !(place.split === split && place.index === index))
      .slice(0, MOST_OF_A_SPLIT)
      .map((place) => ({ ...place, label: labelAt(data, place) })),
  );
}

/** How many texts occur again, and where. Throws `call/cancelled`. */
export async function duplicatesOf(
  data: LoadedDataSet,
  signal: AbortSignal,
): Promise<TextStatistics['duplicates']> {
  const within: Partial<Record<SplitName, number>> = {};
  const across: Partial<Record<SplitName, number>> = {};
  for (const name of SPLIT_NAMES) {
    if (data.splits[name] === undefined) continue;
    within[name] = 0;
    if (name !== 'train') across[name] = 0;
  }
  let contradictory = 0;
  for (const places of (await groupsOf(data, signal)).values()) {
    const inSplit = (name: SplitName): number => places.filter(({ split }) => split === name).length;
    for (const name of SPLIT_NAMES) {
      const count = inSplit(name);
      if (count === 0) continue;
      within[name] = (within[name] ?? 0) + count - 1;
      if (name !== 'train' && inSplit('train') > 0) across[name] = (across[name] ?? 0) + count;
    }
    if (new Set(places.map((place) => labelAt(data, place))).size > 1) contradictory += places.length;
  }
  return { within, across, contradictory };
}

async function groupsOf(data: LoadedDataSet, signal: AbortSignal): Promise<Groups> {
  const found = known.get(data);
  if (found !== undefined) return found;
  const groups = new Map<string, Place[]>();
  for (const split of SPLIT_NAMES) {
    const there = data.splits[split];
    if (there === undefined) continue;
    const texts = textsOf(there);
    await inBreaths(texts, signal, (from, to) => {
      for (let index = from; index < to; index++) {
        const hash = hashOf(texts.bytesOf(index));
        const places = groups.get(hash);
        if (places === undefined) groups.set(hash, [{ split, index }]);
        else places.push({ split, index });
      }
    });
  }
  for (const [hash, places] of groups) if (places.length === 1) groups.delete(hash);
  known.set(data, groups);
  return groups;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

function labelAt({ splits }: LoadedDataSet, { split, index }: Place): number {
  const there = splits[split];
  if (there === undefined) throw new RangeError(`Expected a split "${split}".`);
  return numbersOf(there, 'label')[index] as number;
}
