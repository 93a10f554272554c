/** What a data set of texts is made of: classes, lengths, words, and what a vocabulary and a length leave of it. */
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import {
  type CoveragePoint,
  type TextEncoding,
  type TextLengths,
  type TextStatistics,
} from '../../shared/texts.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import { countByClass, type ClassCounts, type Encoder } from '../text/index.ts';
import { duplicatesOf } from './texts-twins.ts';
import type { TextViews } from './texts.ts';

const MOST_FREQUENT = 200;
/** Bins of a histogram of lengths, about. */
const BINS = 60;
/** Points of the curve of coverage for each tenfold size. */
const POINTS = 8;

/** Looks at every text once; what does not hang on the length is at hand from then on. Throws what `TextViews.count` throws. */
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
  for (const name of SPLIT_NAMES) {
    const split = data.splits[name];
    if (split === undefined) continue;
    const { totals, unknown } = await views.count(data, name, encoding, signal);
    const perClass = new Int32Array(data.info.classes.length);
    for (const label of numbersOf(split, 'label')) perClass[label] = (perClass[label] as number) + 1;
    classCounts[name] = perClass;
    lengths[name] = lengthsOf(totals);
    unknownShare[name] = unknown / sumOf(totals);
    truncatedShare[name] = totals.reduce((sum, total) => sum + (total > length ? 1 : 0), 0) / totals.length;
  }
  return {
    classCounts,
    lengths,
    vocabulary: encoder.vocabulary.size,
    unknownShare,
    truncatedShare,
    ...(await tokenFactsOf(data, encoder, signal)),
    duplicates: await duplicatesOf(data, signal),
  };
}

/** What does not depend on how much of the tokens the vocabulary and a row hold. */
type TokenFacts = Pick<TextStatistics, 'distinct' | 'coverage' | 'frequent'>;

const known = new WeakMap<LoadedDataSet, Map<string, TokenFacts>>();

async function tokenFactsOf(data: LoadedDataSet, encoder: Encoder, signal: AbortSignal): Promise<TokenFacts> {
  const { tokenizer, vocabularySize } = encoder.encoding;
  const key = tokenizer === 'bpe' ? `bpe ${vocabularySize}` : tokenizer;
  const ofData = known.get(data) ?? new Map<string, TokenFacts>();
  known.set(data, ofData);
  const facts = ofData.get(key) ?? (await countTokens(data, encoder, signal));
  ofData.set(key, facts);
  return facts;
}

async function countTokens(data: LoadedDataSet, encoder: Encoder, signal: AbortSignal): Promise<TokenFacts> {
  const classes = data.info.classes.length;
  const countsOf = async (name: SplitName): Promise<ClassCounts> => {
    const split = data.splits[name];
    if (split === undefined) return { pieces: [], counts: new Int32Array(0) };
    return await countByClass(textsOf(split), numbersOf(split, 'label'), classes, encoder, signal);
  };
  const train = await countsOf('train');
  const test = await countsOf('test');
  const ranked = train.pieces
    .map((piece, number) => ({ piece, number, count: countOf(train, number, classes) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.piece < b.piece ? -1 : 1));
  const testCounts = new Map(test.pieces.map((piece, number) => [piece, countOf(test, number, classes)]));
  return {
    distinct: ranked.length,
    coverage: coverageOf(ranked, testCounts),
    frequent: ranked.slice(0, MOST_FREQUENT).map(({ piece, number, count }) => ({
      piece,
      count,
      byClass: train.counts.slice(number * classes, (number + 1) * classes),
    })),
  };
}

function countOf({ counts }: ClassCounts, number: number, classes: number): number {
  let count = 0;
  for (let at = number * classes; at < (number + 1) * classes; at++) count += counts[at] as number;
  return count;
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
  testCounts: ReadonlyMap<string, number>,
): CoveragePoint[] {
  const sizes = new Set<number>();
  for (let k = 0; 10 ** (k / POINTS) < ranked.length; k++) sizes.add(Math.round(10 ** (k / POINTS)));
  sizes.add(ranked.length);
  const trainTotal = ranked.reduce((sum, { count }) => sum + count, 0);
  const testTotal = [...testCounts.values()].reduce((sum, count) => sum + count, 0);
  const points: CoveragePoint[] = [];
  let [inTrain, inTest] = [0, 0];
  ranked.forEach(({ piece, count }, i) => {
    inTrain += count;
    inTest += testCounts.get(piece) ?? 0;
    if (!sizes.has(i + 1)) return;
    points.push({
      entries: i + 1,
      train: inTrain / trainTotal,
      test: testTotal === 0 ? 0 : inTest / testTotal,
    });
  });
  return points;
}
