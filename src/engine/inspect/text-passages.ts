/** The passages of a data set at which a unit is most active: one scan finds them for all units of a part, and is kept. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SplitName } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { Passage, PassageEvent, PassageQuery } from '../../shared/text-inspect.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import { throwIfCancelled } from './cancel.ts';
import { isWhole } from './images.ts';
import type { Model } from './models.ts';
import { batchOf, inChunks, rowsOfTexts, type TextModel } from './text-model.ts';
import { Peaks } from './text-peaks.ts';
import { partOf, type PartName } from './text-units.ts';
import { splitOf } from './texts.ts';

/** Passages for each end. */
const MOST_PASSAGES = 10;
/** Tokens before and after the peak: what a unit answers to has mostly come before. */
const BEFORE = 16;
const AFTER = 6;

interface Scan {
  readonly highest: Peaks;
  readonly lowest: Peaks;
  readonly texts: number;
}

/** A model's scans go when its checkpoint does. */
const scans = new WeakMap<Model, Map<string, Scan>>();

type Found = Extract<PassageEvent, { readonly kind: 'found' }>;

/**
 * The passages of the test split (the training split where there is none). `onProgress` hears of texts done while the split is
 * scanned. Throws `inspect/no-unit`, `inspect/no-part`, `inspect/mismatch`, `call/cancelled`, what the data set has wrong.
 */
export async function passagesOf(
  asked: TextModel,
  data: LoadedDataSet,
  query: PassageQuery,
  signal: AbortSignal,
  onProgress: (progress: Extract<PassageEvent, { readonly kind: 'progress' }>) => void,
): Promise<Found> {
  const split: SplitName = data.splits['test'] === undefined ? 'train' : 'test';
  const key = JSON.stringify([query.layer, query.part, data.sha256]);
  const known = scans.get(asked.model) ?? new Map<string, Scan>();
  scans.set(asked.model, known);
  const scan = known.get(key) ?? (await scanOf(asked, data, split, query, signal, onProgress));
  known.set(key, scan);
  if (!isWhole(query.unit, 0, scan.highest.units - 1)) {
    throw new LabError(
      'inspect/no-unit',
      `Expected a unit from 0 to ${scan.highest.units - 1}, got ${query.unit}.`,
      {
        hint: 'Choose another unit.',
      },
    );
  }
  return {
    kind: 'found',
    texts: scan.texts,
    highest: cutOut(asked, data, split, query, scan.highest),
    lowest: cutOut(asked, data, split, query, scan.lowest),
  };
}

async function scanOf(
  asked: TextModel,
  data: LoadedDataSet,
  split: SplitName,
  part: PartName,
  signal: AbortSignal,
  onProgress: (progress: Extract<PassageEvent, { readonly kind: 'progress' }>) => void,
): Promise<Scan> {
  const texts = textsOf(splitOf(data, split));
  const rows = await rowsOfTexts(asked, texts, signal);
  // Texts of like length share a call, so that little of it is padding.
  const order = rows.map((_, index) => index).sort((a, b) => lengthOf(rows, a) - lengthOf(rows, b) || a - b);
  const sorted = order.map((index) => rows[index] as Int32Array);
  let scan: Scan | null = null;
  let done = 0;
  for (const chunk of inChunks(sorted)) {
    throwIfCancelled(signal);
    const { units, high, highAt, low, lowAt } = extremesOf(asked, chunk, part);
    scan ??= {
      highest: new Peaks(units, MOST_PASSAGES, 1),
      lowest: new Peaks(units, MOST_PASSAGES, -1),
      texts: rows.length,
    };
    for (let row = 0; row < chunk.length; row++) {
      const index = order[done + row] as number;
      scan.highest.add(index, high.subarray(row * units), highAt.subarray(row * units));
      scan.lowest.add(index, low.subarray(row * units), lowAt.subarray(row * units));
    }
    done += chunk.length;
    onProgress({ kind: 'progress', done, total: rows.length });
    await nextTurn();
  }
  return scan ?? { highest: new Peaks(0, 0, 1), lowest: new Peaks(0, 0, -1), texts: 0 };
}

/** For each row and unit, the largest and smallest value over the row's own tokens, and where: [rows, units] each. */
function extremesOf(
  asked: TextModel,
  chunk: readonly Int32Array[],
  part: PartName,
): {
  readonly units: number;
  readonly high: Float32Array;
  readonly highAt: Int32Array;
  readonly low: Float32Array;
  readonly lowAt: Int32Array;
} {
  const results = tf.tidy((): Tensor[] => {
    const tokens = batchOf(chunk);
    const values = partOf(asked, tokens, part);
    const isText = tf.expandDims(tf.notEqual(tokens, tf.scalar(0, 'int32')), 2);
    const outside = tf.fill([1, 1, 1], Infinity);
    const forHigh = tf.where(isText, values, tf.neg(outside));
    const forLow = tf.where(isText, values, outside);
    return [tf.max(forHigh, 1), tf.argMax(forHigh, 1), tf.min(forLow, 1), tf.argMin(forLow, 1)];
  });
  const [high, highAt, low, lowAt] = results.map((tensor) => tensor.dataSync());
  const units = results[0]?.shape[1] ?? 0;
  tf.dispose(results);
  return {
    units,
    high: high as Float32Array,
    highAt: highAt as Int32Array,
    low: low as Float32Array,
    lowAt: lowAt as Int32Array,
  };
}

/** The passages around a unit's peaks, with the unit's values at each of their tokens. */
function cutOut(
  asked: TextModel,
  data: LoadedDataSet,
  split: SplitName,
  query: PassageQuery,
  peaks: Peaks,
): Passage[] {
  const found = peaks.of(query.unit);
  if (found.length === 0) return [];
  const texts = textsOf(splitOf(data, split));
  const labels = numbersOf(splitOf(data, split), 'label');
  const read = found.map(({ row }) => asked.encoder.tokenize(texts.at(row)));
  const rows = read.map(({ ids, keptFrom, keptTo }) => ids.slice(keptFrom, keptTo));
  const all = tf.tidy(() => partOf(asked, batchOf(rows), query));
  const [, time = 0, units = 0] = all.shape;
  const values = all.dataSync() as Float32Array;
  all.dispose();
  return found.map(({ row, at }, place) => {
    const { text, starts, ends, keptFrom, keptTo } = read[place] as (typeof read)[number];
    const from = Math.max(0, at - BEFORE);
    const to = Math.min(keptTo - keptFrom, at + AFTER + 1);
    const origin = starts[keptFrom + from] as number;
    const ownStarts = starts.slice(keptFrom + from, keptFrom + to).map((start) => start - origin);
    const ownEnds = ends.slice(keptFrom + from, keptFrom + to).map((end) => end - origin);
    return {
      split,
      index: row,
      label: labels[row] as number,
      text: text.slice(origin, ends[keptFrom + to - 1]),
      starts: ownStarts,
      ends: ownEnds,
      values: Float32Array.from(
        { length: to - from },
        (_, token) => values[(place * time + from + token) * units + query.unit] as number,
      ),
      peak: at - from,
    };
  });
}

function lengthOf(rows: readonly Int32Array[], index: number): number {
  return rows[index]?.length ?? 0;
}
