/** What a data set of texts is made of: classes, lengths, words, and what a vocabulary and a length leave of it. */
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import {
  type CoveragePoint,
  type TextEncoding,
  type TextLengths,
  type TextStatistics,
} from '../../shared/texts.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import { countByClass, type ClassCounts } from '../text/index.ts';
import { duplicatesOf } from './texts-twins.ts';
import type { TextViews } from './texts.ts';

const MOST_FREQUENT = 200;
/** Bins of a histogram of lengths, about. */
const BINS = 60;
/** Points of the curve of coverage for each tenfold size. */
const POINTS = 8;

/** Looks at every text once. Throws what `TextViews.count` throws. */
export async function textStatisticsOf(
  views: TextViews,
  data: LoadedDataSet,
  encoding: TextEncoding,
  signal: AbortSignal,
): Promise<TextStatistics> {
  const { length } = encoding;
  const encoder = await views.encoder(data, encoding, signal);
  const classCounts: Partial<Record<SplitName, Int32Array>> = {};
  const lengths: Partial<Record<SplitName, TextLengths>> = {};
  const unknownShare: Partial<Record<SplitName, number>> = {};
  const truncatedShare: Partial<Record<SplitName, number>> = {};
  const counts: Partial<Record<SplitName, ClassCounts>> = {};
  for (const name of SPLIT_NAMES) {
    const split = data.splits[name];
    if (split === undefined) continue;
    const labels = numbersOf(split, 'label');
    const { totals, unknown } = await views.count(data, name, encoding, signal);
    const perClass = new Int32Array(data.info.classes.length);
    for (const label of labels) perClass[label] = (perClass[label] as number) + 1;
    classCounts[name] = perClass;
    lengths[name] = lengthsOf(totals);
    unknownShare[name] = unknown / totals.reduce((sum, total) => sum + total, 0);
    truncatedShare[name] = totals.reduce((sum, total) => sum + (total > length ? 1 : 0), 0) / totals.length;
    counts[name] = await countByClass(textsOf(split), labels, data.info.classes.length, encoder, signal);
  }
  const train = counts.train ?? new Map<string, Int32Array>();
  const ranked = [...train]
    .map(([piece, byClass]) => ({ piece, byClass, count: sumOf(byClass) }))
    .sort((a, b) => b.count - a.count || (a.piece < b.piece ? -1 : 1));
  return {
    classCounts,
    lengths,
    distinct: ranked.length,
    vocabulary: encoder.vocabulary.size,
    coverage: coverageOf(ranked, counts.test ?? new Map<string, Int32Array>()),
    unknownShare,
    truncatedShare,
    frequent: ranked.slice(0, MOST_FREQUENT),
    duplicates: await duplicatesOf(data, signal),
  };
}

const sumOf = (values: Int32Array): number => values.reduce((sum, value) => sum + value, 0);

/** Bins of a round width, so that about 60 hold the longest. */
function lengthsOf(totals: Int32Array): TextLengths {
  const sorted = totals.slice().sort();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const [shortest, longest] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const binWidth = roundWidth((longest + 1) / BINS);
  const bins = new Int32Array(Math.floor(longest / binWidth) + 1);
  for (const total of totals) {
    const bin = Math.floor(total / binWidth);
    bins[bin] = (bins[bin] as number) + 1;
  }
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
  return { shortest, longest, mean: sumOf(sorted) / sorted.length, median, p90: at(0.9), binWidth, bins };
}

/** The smallest of 1, 2, 5, 10, 20, 50 and so on that is not below `wanted`. */
function roundWidth(wanted: number): number {
  for (let tens = 1; ; tens *= 10) {
    for (const digit of [1, 2, 5]) if (digit * tens >= wanted) return digit * tens;
  }
}

/** Shares of tokens that the most frequent entries have, for sizes that are evenly spaced by their logarithm. */
function coverageOf(
  ranked: readonly { readonly piece: string; readonly count: number }[],
  test: ClassCounts,
): CoveragePoint[] {
  const sizes = new Set<number>();
  for (let k = 0; 10 ** (k / POINTS) < ranked.length; k++) sizes.add(Math.round(10 ** (k / POINTS)));
  sizes.add(ranked.length);
  const trainTotal = ranked.reduce((sum, { count }) => sum + count, 0);
  let testTotal = 0;
  for (const byClass of test.values()) testTotal += sumOf(byClass);
  const points: CoveragePoint[] = [];
  let [inTrain, inTest] = [0, 0];
  ranked.forEach(({ piece, count }, i) => {
    inTrain += count;
    const there = test.get(piece);
    if (there !== undefined) inTest += sumOf(there);
    if (!sizes.has(i + 1)) return;
    points.push({
      entries: i + 1,
      train: inTrain / trainTotal,
      test: testTotal === 0 ? 0 : inTest / testTotal,
    });
  });
  return points;
}
