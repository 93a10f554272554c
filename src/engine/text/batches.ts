/** How rows of different lengths share a batch. */
import type { Batching, PaddedBatch } from '../../shared/texts.ts';

/** Row widths that may occur beside the full one: each is a step that is compiled by itself. */
const WIDTHS = 8;

/** The widths of rows for texts of up to `length` tokens, ascending and evenly spaced: at most eight, the last is `length`. */
export function rowWidths(length: number): number[] {
  const step = Math.ceil(length / WIDTHS);
  const widths: number[] = [];
  for (let width = step; width < length; width += step) widths.push(width);
  return [...widths, length];
}

/** Rows that recurrent layers take through a text together, at most (native/src/recurrent); fewer where vectors are short. */
const ROWS_TOGETHER = 6;

/** The rows of a batch that are taken together, as [first, end): as the kernels share them out. */
export function rowsTogether(batchSize: number): (readonly [first: number, end: number])[] {
  const least = Math.ceil(batchSize / ROWS_TOGETHER);
  const parts = least === 1 ? 1 : Math.min(batchSize, least + (least % 2));
  const bound = (i: number) => Math.floor((batchSize * i) / parts);
  return Array.from({ length: parts }, (_, i) => [bound(i), bound(i + 1)] as const);
}

/**
 * The batches of an epoch. `lengths` are the tokens of each row after cutting, `order` the rows in the epoch's drawn order; `orderOf(n)`
 * is a drawn order of n batches.
 *
 * 'fixed': as drawn, each as wide as `length`. 'longest': as drawn, each as wide as its longest row asks for. 'packed': the
 * same, the longest row first, so that rows that end together lie together. 'bucketed': rows whose width
 * would be the same wait for each other; what is left of all widths at the end makes batches together; then the batches are put in a
 * drawn order, so that an epoch does not go from short to long.
 */
export function makeBatches(
  lengths: Int32Array,
  order: Int32Array,
  options: {
    readonly batching: Batching;
    readonly batchSize: number;
    readonly length: number;
    readonly orderOf: (n: number) => Int32Array;
  },
): PaddedBatch[] {
  const { batching, batchSize, length, orderOf } = options;
  const widths = rowWidths(length);
  const widthOf = (row: number): number => {
    const wanted = lengths[row] as number;
    return widths.find((width) => width >= wanted) ?? length;
  };
  const batchOf = (rows: readonly number[]): PaddedBatch => ({
    indices: Int32Array.from(rows),
    lengths: Int32Array.from(rows, (row) => lengths[row] as number),
    width: batching === 'fixed' ? length : rows.reduce((most, row) => Math.max(most, widthOf(row)), 0),
  });
  const drawn = batching === 'bucketed' ? grouped(order, widthOf, batchSize) : cut([...order], batchSize);
  const groups = batching === 'packed' ? drawn.map((rows) => longestFirst(rows, lengths)) : drawn;
  const batches = groups.map(batchOf);
  if (batching !== 'bucketed') return batches;
  return Array.from(orderOf(batches.length), (i) => batches[i] as PaddedBatch);
}

/** `rows` by their lengths, the longest first; of one length as they came. */
export function longestFirst(rows: readonly number[], lengths: Int32Array): number[] {
  return [...rows].sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
}

/** Share of the batches' places that hold padding; of 'packed' ones, of the places that recurrent layers compute. */
export function wasteOf(batches: readonly PaddedBatch[], batching: Batching): number {
  let [places, tokens] = [0, 0];
  for (const { lengths, width } of batches) {
    places += batching === 'packed' ? computedPlaces(lengths) : lengths.length * width;
    for (const length of lengths) tokens += length;
  }
  return places === 0 ? 0 : 1 - tokens / places;
}

/** Rows that are taken together go as far as the longest of them. */
function computedPlaces(lengths: Int32Array): number {
  return rowsTogether(lengths.length).reduce(
    (sum, [first, end]) => sum + (end - first) * Math.max(...lengths.subarray(first, end)),
    0,
  );
}

function grouped(order: Int32Array, widthOf: (row: number) => number, batchSize: number): number[][] {
  const full: number[][] = [];
  const waiting = new Map<number, number[]>();
  for (const row of order) {
    const width = widthOf(row);
    const rows = waiting.get(width) ?? [];
    rows.push(row);
    waiting.set(width, rows);
    if (rows.length < batchSize) continue;
    full.push(rows);
    waiting.delete(width);
  }
  const rest = [...waiting].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  return [...full, ...cut(rest, batchSize)];
}

function cut(rows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    rows.slice(i * size, (i + 1) * size),
  );
}
