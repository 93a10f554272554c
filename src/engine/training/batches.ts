/** Which rows make up the batches of an epoch, and how wide each batch of sequences is. */
import { permutation } from '../runtime/index.ts';
import { longestFirst, makeBatches, rowWidths } from '../text/index.ts';
import type { Experiment, SplitRows } from './experiment.ts';

export interface EpochBatches {
  /** Row numbers, batch after batch; those of a last batch that is not full are left out of epochs of sequences. */
  readonly order: Int32Array;
  /** Tokens that each batch is cut to; undefined where rows are no sequences. */
  readonly widths: Int32Array | undefined;
}

/** The batches of an epoch (0 at first), drawn by (seed, epoch). */
export function batchesOfEpoch(experiment: Experiment, epoch: number): EpochBatches {
  const { splits, seed, batchSize, sequences } = experiment;
  const { rows } = splits.train;
  const order = permutation(rows.length, seed, 'shuffle', epoch).map((i) => rows[i] as number);
  if (sequences === undefined) return { order, widths: undefined };
  const batches = makeBatches(lengthsOf(splits.train), order, {
    ...sequences,
    batchSize,
    orderOf: (n) => permutation(n, seed, 'batches', epoch),
  }).filter(({ indices }) => indices.length === batchSize);
  const inBatches = new Int32Array(batches.length * batchSize);
  batches.forEach(({ indices }, i) => inBatches.set(indices, i * batchSize));
  return { order: inBatches, widths: Int32Array.from(batches, ({ width }) => width) };
}

/** A part of a split that is evaluated in one call. */
export interface EvaluationPart {
  /** Places in the split's `rows`. */
  readonly places: Int32Array;
  /** Tokens that its rows are cut to; undefined where rows are no sequences. */
  readonly width: number | undefined;
}

/**
 * A split in parts of at most `rowsPerCall` rows: in order, or sequences of like length together, of at most four widths, since each is
 * compiled by itself; 'packed' ones the longest first.
 */
export function evaluationParts(
  { sequences }: Pick<Experiment, 'sequences'>,
  split: SplitRows,
  rowsPerCall: number,
): EvaluationPart[] {
  const all = Int32Array.from(split.rows, (_, place) => place);
  if (sequences === undefined) return inParts(all, rowsPerCall, undefined);
  if (sequences.batching === 'fixed') return inParts(all, rowsPerCall, sequences.length);
  const lengths = lengthsOf(split);
  const widths = rowWidths(sequences.length).filter((_, i, { length }) => (length - 1 - i) % 2 === 0);
  const lengthOfPlace = split.rows.map((row) => lengths[row] as number);
  const widthOf = (place: number): number =>
    widths.find((width) => width >= (lengthOfPlace[place] as number)) ?? sequences.length;
  const widthsOfAll = all.map(widthOf);
  return widths.flatMap((width) => {
    const places = all.filter((place) => widthsOfAll[place] === width);
    const inOrder = sequences.batching === 'packed' ? longestFirst([...places], lengthOfPlace) : places;
    return inParts(Int32Array.from(inOrder), rowsPerCall, width);
  });
}

function inParts(places: Int32Array, size: number, width: number | undefined): EvaluationPart[] {
  return Array.from({ length: Math.ceil(places.length / size) }, (_, i) => ({
    places: places.slice(i * size, (i + 1) * size),
    width,
  }));
}

function lengthsOf({ lengths }: SplitRows): Int32Array {
  if (lengths === undefined) throw new TypeError('Expected rows with a length each, got rows without.');
  return lengths;
}
