/** What one layer of a model that reads makes of a text. */
import { LabError } from '../../shared/errors.ts';
import type { TextActivation } from '../../shared/text-inspect.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import type { Layer } from './inspectable.ts';
import { mismatch } from './predict.ts';
import { batchOf, keptIds, tokenize, type TextModel } from './text-model.ts';

/**
 * The activations of the layer called `name` for a text, as it is read outside of training: without the batch, and without padding,
 * which a single text has none of. Throws `inspect/no-layer`, `inspect/mismatch`, and what `tokenize` throws.
 */
export function textActivationOf(asked: TextModel, text: string, name: string): TextActivation {
  const tokenized = tokenize(asked, text);
  const tensor = tf.tidy(() => layerOf(asked, keptIds(tokenized), name));
  const activation = { name, shape: tensor.shape.slice(1), values: tensor.dataSync() as Float32Array };
  tensor.dispose();
  return { tokenized, activation };
}

function layerOf({ lab, model, weights, config }: TextModel, ids: Int32Array, name: string): Tensor {
  let layers: readonly Layer[];
  try {
    const x = lab.inspect.prepare({ tokens: batchOf([ids]), length: tf.tensor1d([ids.length], 'int32') });
    layers = lab.inspect.layers(weights, x, config);
  } catch (error) {
    throw mismatch(model, error);
  }
  const found = layers.find((layer) => layer.name === name);
  if (found === undefined) {
    throw new LabError('inspect/no-layer', `Expected a layer of run ${model.run}, got "${name}".`, {
      hint: `There are ${layers.map((layer) => layer.name).join(', ')}.`,
    });
  }
  return found.tensor;
}
