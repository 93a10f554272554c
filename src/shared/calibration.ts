/**
 * Calibration: whether a model is right as often as it says. Of all answers that it gives with 80 %, 80 % should be right
 * (Guo et al. 2017, "On calibration of modern neural networks").
 */

/** What is asked about: the class that was predicted, the one that is right, and the probability of the predicted one. */
export interface Answers {
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  /** 0 to 1; NaN where the model gave none. */
  readonly probability: ArrayLike<number>;
}

export interface CalibrationBin {
  /** Probabilities from `low` to before `high`; the last bin has its end as well. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability, and share that is right; NaN in an empty bin. */
  readonly confidence: number;
  readonly accuracy: number;
  /** Where the share lies that this many examples cannot tell apart from `accuracy`: 95 % (Wilson 1927). NaN in an empty bin. */
  readonly from: number;
  readonly to: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Examples with a probability; the others are in no bin. */
  readonly count: number;
  /** Expected calibration error: the mean distance of accuracy from confidence, each bin by its examples. 0 to 1. */
  readonly expectedError: number;
  /** Of the bin where they are furthest apart. */
  readonly largestError: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** How bins are cut: of equal width, as in the paper, or so that each has as many examples (give or take one). */
export type Binning = 'width' | 'count';

/** Sorts answers into `bins` by their probability. Without answers all figures are NaN. Throws a RangeError for no bins. */
export function calibrationOf(answers: Answers, bins: number, binning: Binning = 'width'): Calibration {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`Expected 1 bin or more, got ${bins}.`);
  const { labels, predicted, probability } = answers;
  const rows: number[] = [];
  for (let row = 0; row < probability.length; row++) {
    if (!Number.isNaN(probability[row])) rows.push(row);
  }
  const groups = binning === 'width' ? byWidth(rows, probability, bins) : byCount(rows, probability, bins);
  const made = groups.map(({ low, high, rows: members }) => {
    const confidence = mean(members, (row) => probability[row] as number);
    const accuracy = mean(members, (row) => (labels[row] === predicted[row] ? 1 : 0));
    const [from, to] = wilson(accuracy, members.length);
    return { low, high, count: members.length, confidence, accuracy, from, to };
  });
  const filled = made.filter(({ count }) => count > 0);
  const gap = (bin: CalibrationBin): number => Math.abs(bin.accuracy - bin.confidence);
  return {
    bins: made,
    count: rows.length,
    expectedError:
      rows.length === 0 ? NaN : filled.reduce((sum, bin) => sum + bin.count * gap(bin), 0) / rows.length,
    largestError: filled.reduce((largest, bin) => Math.max(largest, gap(bin)), rows.length === 0 ? NaN : 0),
    confidence: mean(rows, (row) => probability[row] as number),
    accuracy: mean(rows, (row) => (labels[row] === predicted[row] ? 1 : 0)),
  };
}

interface Group {
  readonly low: number;
  readonly high: number;
  readonly rows: number[];
}

function byWidth(rows: readonly number[], probability: ArrayLike<number>, bins: number): Group[] {
  const groups = Array.from({ length: bins }, (_, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    rows: [] as number[],
  }));
  for (const row of rows) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((probability[row] as number) * bins)));
    (groups[bin] as Group).rows.push(row);
  }
  return groups;
}

/** Fewer groups where there are fewer examples than bins. */
function byCount(rows: readonly number[], probability: ArrayLike<number>, bins: number): Group[] {
  const of = (row: number | undefined): number => (row === undefined ? NaN : (probability[row] as number));
  const sorted = [...rows].sort((a, b) => of(a) - of(b));
  const groups = Math.min(bins, sorted.length);
  return Array.from({ length: groups }, (_, bin) => {
    const members = sorted.slice(
      Math.floor((bin * sorted.length) / groups),
      Math.floor(((bin + 1) * sorted.length) / groups),
    );
    return { low: of(members[0]), high: of(members.at(-1)), rows: members };
  });
}

function mean(rows: readonly number[], of: (row: number) => number): number {
  return rows.length === 0 ? NaN : rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
}

/** The score interval of a share that was seen in `count` trials; it stays within 0 to 1, also at its ends. */
function wilson(share: number, count: number): readonly [from: number, to: number] {
  if (count === 0) return [NaN, NaN];
  const z = 1.959964; // 97.5 % of a normal distribution lie below
  const middle = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}
