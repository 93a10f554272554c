/** How the training split's rows are padded in batches. */
import { BATCHINGS, type Batching, type TextEncoding, type TextPadding } from '../../shared/texts.ts';
import { LabError } from '../../shared/errors.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { permutation } from '../runtime/index.ts';
import { makeBatches, wasteOf } from '../text/index.ts';
import { isWhole } from './images.ts';
import type { TextViews } from './texts.ts';

/** Batches that are shown. */
const MOST_SHOWN = 24;

export interface PaddingQuery {
  readonly encoding: TextEncoding;
  readonly batching: Batching;
  /** 1 to 4,096. */
  readonly batchSize: number;
  /** What the epoch's order is drawn by. */
  readonly seed: number;
}

/** The first batches of an epoch, and the waste of each way of batching. Throws `data/batch`, what `TextViews.count` throws. */
export async function paddingOf(
  views: TextViews,
  data: LoadedDataSet,
  { encoding, batching, batchSize, seed }: PaddingQuery,
  signal: AbortSignal,
): Promise<TextPadding> {
  if (!isWhole(batchSize, 1, 4096)) {
    throw new LabError('data/batch', `Expected batches of 1 to 4,096 texts, got ${batchSize}.`, {
      hint: 'Choose a smaller batch.',
    });
  }
  const { length } = encoding;
  const { totals } = await views.count(data, 'train', encoding, signal);
  const lengths = totals.map((total) => Math.min(total, length));
  const order = permutation(lengths.length, seed, 'padding', 0);
  const orderOf = (n: number): Int32Array => permutation(n, seed, 'padded batches', 0);
  const epochs = BATCHINGS.map((way) => ({
    way,
    batches: makeBatches(lengths, order, { batching: way, batchSize, length, orderOf }),
  }));
  const per = <T>(value: (epoch: (typeof epochs)[number]) => T) =>
    Object.fromEntries(epochs.map((epoch) => [epoch.way, value(epoch)])) as Record<Batching, T>;
  return {
    batches: epochs.find(({ way }) => way === batching)?.batches.slice(0, MOST_SHOWN) ?? [],
    waste: per(({ way, batches }) => wasteOf(batches, way)),
    widths: per(({ batches }) => [...new Set(batches.map(({ width }) => width))].sort((a, b) => a - b)),
  };
}
