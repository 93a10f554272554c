/** What a model makes of one image: the probability of each class, and the activations on the way. */
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import type { Prediction } from '../../shared/inspect.ts';
import { tf } from '../runtime/index.ts';
import { batchOfOne } from './images.ts';
import type { Inspectable, Layer } from './inspectable.ts';
import type { Model } from './models.ts';
import { imageShapeOf } from './run-data.ts';
import { softmax } from './softmax.ts';

/**
 * The model's answer for `image`, as it stands: grey values 0 to 255 of the data set's own size. Nothing is moved or scaled here,
 * so that an example gives what `predictionsOf` says of it, and a drawing shows what its place in the frame does.
 * Throws `inspect/image-size`, `inspect/mismatch`, `run/data-gone`.
 */
export function predictOne(lab: Inspectable, model: Model, ref: ModelRef, image: Uint8Array): Prediction {
  const shape = imageShapeOf(ref, model.run);
  const wanted = shape.reduce((a, b) => a * b, 1);
  if (image.length !== wanted) {
    throw new LabError(
      'inspect/image-size',
      `Expected an image of ${shape.join(' x ')} = ${wanted} values for run ${model.run}, got ${image.length}.`,
      { hint: 'Scale it to the size of the images that the run was trained on.' },
    );
  }
  const layers = tf.tidy(() => layersOf(lab, model, ref, image, shape) as never) as Layer[];
  const values = layers.map(({ name, tensor }) => ({
    name,
    shape: tensor.shape.slice(1),
    values: Float32Array.from(tensor.dataSync()),
  }));
  tf.dispose(layers as never);
  const logits = values.at(-1)?.values ?? new Float32Array(0);
  return { probabilities: Float32Array.from(softmax(logits)), layers: values, input: image };
}

function layersOf(
  { inspect }: Inspectable,
  model: Model,
  { config }: ModelRef,
  image: Uint8Array,
  shape: readonly number[],
): Layer[] {
  try {
    const x = inspect.prepare({ image: batchOfOne(image, shape) });
    model.network ??= inspect.network?.(model, x, config) ?? null;
    return [...(model.network?.activations(model, x) ?? inspect.layers(model, x, config))];
  } catch (error) {
    throw mismatch(model, error);
  }
}

/** The checkpoint is not of this lab, or of images of another size. */
export function mismatch({ run }: Model, cause: unknown): LabError {
  return new LabError(
    'inspect/mismatch',
    `The checkpoint of run ${run} does not fit its lab and data set: ${messageOf(cause)}`,
    { hint: 'The run or its data set was changed from outside. Train anew.', cause },
  );
}
