/** How far back a gradient reaches in a model that reads: by how many tokens before the end, over many texts. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GradientReach } from '../../shared/text-inspect.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import { throwIfCancelled } from './cancel.ts';
import { mismatch } from './predict.ts';
import { batchOf, inChunks, type TextModel } from './text-model.ts';
import { splitOf } from './texts.ts';

/** Enough for quarters that stand still; the length of one batch of training is not. */
const MOST_TEXTS = 256;

/** Texts spread evenly over the test split. Null where the lab cannot tell. Throws `inspect/mismatch`, `call/cancelled`. */
export async function reachOf(
  { sequence, encoder, weights, config, model }: TextModel,
  data: LoadedDataSet,
  signal: AbortSignal,
): Promise<GradientReach | null> {
  if (sequence.stateGradient === undefined) return null;
  const split = splitOf(data, data.splits['test'] === undefined ? 'train' : 'test');
  const [texts, labels] = [textsOf(split), numbersOf(split, 'label')];
  const count = Math.min(MOST_TEXTS, texts.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * texts.length) / count));
  const rows = chosen
    .map((index) => {
      const { ids, keptFrom, keptTo } = encoder.tokenize(texts.at(index));
      return { ids: ids.slice(keptFrom, keptTo), label: labels[index] as number };
    })
    .sort((a, b) => a.ids.length - b.ids.length);
  const lengths: number[][] = [];
  let done = 0;
  for (const chunk of inChunks(rows.map(({ ids }) => ids))) {
    throwIfCancelled(signal);
    const own = rows.slice(done, done + chunk.length);
    const gradients = tf.tidy(() => {
      try {
        const tokens = batchOf(chunk);
        const labels = tf.tensor1d(
          Int32Array.from(own, ({ label }) => label),
          'int32',
        );
        return sequence.stateGradient?.(weights, tokens, labels, config) as Tensor;
      } catch (error) {
        throw mismatch(model, error);
      }
    });
    const time = gradients.shape[1] ?? 0;
    const values = gradients.dataSync();
    gradients.dispose();
    own.forEach(({ ids }, row) => {
      for (let back = 0; back < ids.length; back++) {
        (lengths[back] ??= []).push(values[row * time + ids.length - 1 - back] as number);
      }
    });
    done += chunk.length;
    await nextTurn();
  }
  return {
    texts: count,
    counts: Int32Array.from(lengths, (of) => of.length),
    median: quantiles(lengths, 0.5),
    low: quantiles(lengths, 0.25),
    high: quantiles(lengths, 0.75),
  };
}

/** The value that a share of each list does not exceed, between two neighbours where it falls between them. */
export function quantiles(lists: readonly (readonly number[])[], share: number): Float32Array {
  return Float32Array.from(lists, (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
    return below + (above - below) * (place - Math.floor(place));
  });
}
