/** What a data set is made of: classes, values, and the mean image of each class. */
import { setImmediate } from 'node:timers/promises';
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import type { DataSetStatistics } from '../../shared/inspect.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { throwIfCancelled } from './cancel.ts';
import { imagesOf, type Images } from './images.ts';

/** Images between two breaths, so that the engine's other work goes on: about 10 ms. */
const CHUNK = 5000;

const known = new WeakMap<LoadedDataSet, DataSetStatistics>();

/** Looks at every value of the training split once; a second call has the answer at hand. Throws `call/cancelled`, what `imagesOf` throws. */
export async function statisticsOf(data: LoadedDataSet, signal: AbortSignal): Promise<DataSetStatistics> {
  const statistics = known.get(data) ?? (await measure(data, signal));
  known.set(data, statistics);
  return statistics;
}

async function measure(data: LoadedDataSet, signal: AbortSignal): Promise<DataSetStatistics> {
  const train = imagesOf(data, 'train');
  const size = train.pixels.length / train.examples;
  const valueCounts = new Int32Array(256);
  const sums = new Float64Array(train.byClass.length * size);
  for (let from = 0; from < train.examples; from += CHUNK) {
    count(train, from, Math.min(train.examples, from + CHUNK), size, valueCounts, sums);
    await setImmediate();
    throwIfCancelled(signal);
  }
  // Most values of a digit's image are 0: those were passed over.
  const others = valueCounts.reduce((a, b) => a + b, 0);
  valueCounts[0] = train.pixels.length - others;

  const classCounts: Partial<Record<SplitName, Int32Array>> = {};
  for (const split of SPLIT_NAMES) {
    if (data.splits[split] === undefined) continue;
    classCounts[split] = Int32Array.from(imagesOf(data, split).byClass, (examples) => examples.length);
  }
  const classMeans = Uint8Array.from(sums, (sum, i) => {
    const examples = train.byClass[Math.floor(i / size)]?.length ?? 0;
    return examples === 0 ? 0 : Math.round(sum / examples);
  });
  return { classCounts, ...moments(valueCounts), valueCounts, classMeans, shape: train.shape };
}

function count(
  { pixels, labels }: Images,
  from: number,
  to: number,
  size: number,
  valueCounts: Int32Array,
  sums: Float64Array,
): void {
  for (let example = from; example < to; example++) {
    const first = example * size;
    const sumsAt = (labels[example] as number) * size;
    for (let i = 0; i < size; i++) {
      const value = pixels[first + i] as number;
      if (value === 0) continue;
      valueCounts[value] = (valueCounts[value] as number) + 1;
      sums[sumsAt + i] = (sums[sumsAt + i] as number) + value;
    }
  }
}

/** Mean and deviation of values of which `counts[v]` are v. */
function moments(counts: Int32Array): { mean: number; deviation: number } {
  let [n, sum] = [0, 0];
  counts.forEach((many, value) => {
    n += many;
    sum += many * value;
  });
  const mean = sum / n;
  const squares = counts.reduce((total, many, value) => total + many * (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / n) };
}
