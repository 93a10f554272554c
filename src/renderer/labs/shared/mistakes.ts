/** Which examples a gallery shows, and in what order; what two runs get wrong. Rows are places in the arrays of `SplitPredictions`. */
import type { SplitPredictions } from '../../../shared/inspect.ts';

/** One cell of the confusion matrix. */
export interface ConfusionCell {
  readonly truth: number;
  readonly predicted: number;
}

/** The rows of a cell, or all that are wrong; the highest loss first. NaN counts as highest. */
export function rowsOf(predictions: SplitPredictions, cell: ConfusionCell | null): Int32Array {
  const { labels, predicted, loss } = predictions;
  const rows: number[] = [];
  labels.forEach((label, row) => {
    const guess = predicted[row] as number;
    const isShown = cell === null ? label !== guess : label === cell.truth && guess === cell.predicted;
    if (isShown) rows.push(row);
  });
  const height = (row: number): number => {
    const value = loss[row] as number;
    return Number.isNaN(value) ? Infinity : value;
  };
  return Int32Array.from(
    rows.sort((a, b) => {
      const [first, second] = [height(a), height(b)];
      return first === second ? a - b : second - first;
    }),
  );
}

/** Share of a split that is right. */
export function accuracyOf({ labels, predicted }: SplitPredictions): number {
  let right = 0;
  labels.forEach((label, row) => {
    if (label === predicted[row]) right++;
  });
  return labels.length === 0 ? NaN : right / labels.length;
}

export interface Comparison {
  /** Examples that both runs were asked about. Validation splits that were drawn with another seed share few. */
  readonly common: number;
  /** Examples that only the first run gets wrong, only the second, and both; numbers in the split. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly both: number;
  /** Whether an example that the first run has (by its number in the split) is wrong in the second. */
  wrongInSecond(index: number): boolean;
}

/** Compares two runs over the examples that both have, found by their numbers in the split. */
export function compare(first: SplitPredictions, second: SplitPredictions): Comparison {
  const rowInSecond = new Map<number, number>();
  second.indices.forEach((index, row) => rowInSecond.set(index, row));
  const wrong = (predictions: SplitPredictions, row: number): boolean =>
    predictions.labels[row] !== predictions.predicted[row];
  let [common, onlyFirst, onlySecond, both] = [0, 0, 0, 0];
  first.indices.forEach((index, row) => {
    const other = rowInSecond.get(index);
    if (other === undefined) return;
    common++;
    const [a, b] = [wrong(first, row), wrong(second, other)];
    if (a && b) both++;
    else if (a) onlyFirst++;
    else if (b) onlySecond++;
  });
  return {
    common,
    onlyFirst,
    onlySecond,
    both,
    wrongInSecond: (index) => {
      const row = rowInSecond.get(index);
      return row !== undefined && wrong(second, row);
    },
  };
}

/** The second confusion matrix minus the first. */
export function confusionDifference(first: SplitPredictions, second: SplitPredictions): Int32Array {
  return first.confusion.map((count, i) => (second.confusion[i] ?? 0) - count);
}

/** "4,9" as a cell, or null when it is none of `classes` by `classes`. */
export function parseCell(text: string | undefined, classes: number): ConfusionCell | null {
  const match = /^(\d+),(\d+)$/.exec(text ?? '');
  if (match === null) return null;
  const [truth, predicted] = [Number(match[1]), Number(match[2])];
  return truth < classes && predicted < classes ? { truth, predicted } : null;
}
