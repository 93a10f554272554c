/** Hidden units and gates over a text, and how much each token matters by the gradient. */
import { LabError } from '../../shared/errors.ts';
import type { TextSaliency, UnitsOverText } from '../../shared/text-inspect.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import { isWhole } from './images.ts';
import { mismatch } from './predict.ts';
import { batchOf, keptIds, tokenize, type TextModel } from './text-model.ts';

export interface PartName {
  readonly layer: string;
  readonly part: string;
}

/** One part of a layer over the tokens that the model reads. Throws `inspect/no-part`, and what `tokenize` throws. */
export function unitsOf(asked: TextModel, text: string, name: PartName): UnitsOverText {
  const ids = keptIds(tokenize(asked, text));
  const values = tf.tidy(() => partOf(asked, batchOf([ids]), name));
  const [, , units = 0] = values.shape;
  const data = values.dataSync() as Float32Array;
  values.dispose();
  return { units, values: data };
}

/** The part called so for a batch: [batch, time, units]; the caller's. Throws `inspect/no-part`, `inspect/mismatch`. */
export function partOf(
  { sequence, weights, config, model }: TextModel,
  tokens: Tensor,
  { layer, part }: PartName,
): Tensor {
  let layers: ReturnType<typeof sequence.layers>;
  try {
    layers = sequence.layers(weights, tokens, config);
  } catch (error) {
    throw mismatch(model, error);
  }
  const found = layers.find(({ name }) => name === layer)?.parts.find(({ name }) => name === part);
  if (found === undefined) {
    const there = layers.map(({ name, parts }) => `${name} (${parts.map((each) => each.name).join(', ')})`);
    throw new LabError(
      'inspect/no-part',
      `Expected a part of run ${model.run}, got "${part}" of "${layer}".`,
      {
        hint: `There are ${there.join('; ')}.`,
      },
    );
  }
  return found.tensor;
}

/** Throws `inspect/no-class`, `inspect/mismatch`, and what `tokenize` throws. */
export function saliencyOf(asked: TextModel, text: string, label: number, classes: number): TextSaliency {
  if (!isWhole(label, 0, classes - 1)) {
    throw new LabError('inspect/no-class', `Expected a class from 0 to ${classes - 1}, got ${label}.`, {
      hint: 'Choose a class of the data set.',
    });
  }
  const ids = keptIds(tokenize(asked, text));
  const { sequence, weights, config, model } = asked;
  const [product, length] = tf.tidy((): [Tensor, Tensor] => {
    try {
      const { embedded, gradient } = sequence.inputGradient(weights, batchOf([ids]), label, config);
      return [tf.sum(tf.mul(embedded, gradient), -1), tf.norm(gradient, 'euclidean', -1)];
    } catch (error) {
      throw mismatch(model, error);
    }
  });
  const answer = {
    label,
    product: product.dataSync() as Float32Array,
    length: length.dataSync() as Float32Array,
  };
  tf.dispose([product, length]);
  return answer;
}
