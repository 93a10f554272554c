/** A text as a model reads it: what it says after each token, and without each. */
import type { ReadLayer, TextOcclusion, TextReading } from '../../shared/text-inspect.ts';
import { tf } from '../runtime/index.ts';
import { mismatch } from './predict.ts';
import { softmax } from './softmax.ts';
import { batchOf, keptIds, logitsOf, tokenize, type TextModel } from './text-model.ts';

/** Throws `inspect/no-words`, `inspect/text-length`, `inspect/mismatch`, `call/cancelled`. */
export async function readingOf(
  asked: TextModel,
  text: string,
  classes: readonly string[],
  signal: AbortSignal,
): Promise<TextReading> {
  const tokenized = tokenize(asked, text);
  const ids = keptIds(tokenized);
  const logits = inOnePass(asked, ids) ?? (await logitsOf(asked, beginningsOf(ids), signal));
  return {
    step: asked.model.step,
    classes,
    encoding: asked.encoder.encoding,
    tokenized,
    probabilities: probabilitiesOf(logits, ids.length),
    layers: layersOf(asked, ids),
  };
}

/** Every token is taken out in turn; what a cut has left out then moves up. Throws as `readingOf` does. */
export async function occlusionOf(
  asked: TextModel,
  text: string,
  signal: AbortSignal,
): Promise<TextOcclusion> {
  const tokenized = tokenize(asked, text);
  const { ids, keptFrom, keptTo } = tokenized;
  const { length, keep } = asked.encoder.encoding;
  const rows = Array.from({ length: keptTo - keptFrom }, (_, token) => {
    const left = ids.filter((_, at) => at !== keptFrom + token);
    return keep === 'first' ? left.slice(0, length) : left.slice(Math.max(0, left.length - length));
  });
  if (ids.length === 1) {
    const [logits] = [await logitsOf(asked, [ids], signal)];
    return { probabilities: new Float32Array(logits.length).fill(Number.NaN) };
  }
  return { probabilities: probabilitiesOf(await logitsOf(asked, rows, signal), rows.length) };
}

/** Null where the model cannot tell. */
function inOnePass({ sequence, weights, config, model }: TextModel, ids: Int32Array): Float32Array | null {
  let values: Float32Array | null = null;
  tf.tidy(() => {
    try {
      values = (sequence.readings(weights, batchOf([ids]), config)?.dataSync() as Float32Array) ?? null;
    } catch (error) {
      throw mismatch(model, error);
    }
  });
  return values;
}

/** The first token, the first two, and so on. */
function beginningsOf(ids: Int32Array): Int32Array[] {
  return Array.from({ length: ids.length }, (_, token) => ids.slice(0, token + 1));
}

function probabilitiesOf(logits: Float32Array, rows: number): Float32Array {
  const classes = logits.length / rows;
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < rows; row++) {
    probabilities.set(softmax(logits.subarray(row * classes, (row + 1) * classes)), row * classes);
  }
  return probabilities;
}

function layersOf({ sequence, weights, config, model }: TextModel, ids: Int32Array): ReadLayer[] {
  const found: ReadLayer[] = [];
  tf.tidy(() => {
    try {
      // Names and sizes do not depend on the text: one token is enough.
      for (const { name, parts } of sequence.layers(weights, batchOf([ids.slice(0, 1)]), config)) {
        found.push({ name, units: parts[0]?.tensor.shape[2] ?? 0, parts: parts.map((part) => part.name) });
      }
    } catch (error) {
      throw mismatch(model, error);
    }
  });
  return found;
}
