/** What a lab's augmentation makes of one example: the training step's own function, on a batch of that example alone. */
import { LabError } from '../../shared/errors.ts';
import { resolveConfig } from '../../shared/fields.ts';
import type { AugmentationQuery, AugmentedExample } from '../../shared/inspect.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { startRuntime, tf } from '../runtime/index.ts';
import { exampleOf } from './examples.ts';
import { batchOfOne, isWhole } from './images.ts';
import type { Inspectable } from './inspectable.ts';

const MOST_DRAWS = 64;

/**
 * The example `count` times, each changed as the step `step` of a run with these settings and this seed changes the image at that
 * place of its batch. Null for a lab that changes nothing. Throws `data/index`, `data/draws`, `config/invalid`, what `imagesOf` throws.
 */
export function augmentedOf(
  data: LoadedDataSet,
  { split, index, settings, seed, step, count }: AugmentationQuery,
  { fields, inspect }: Inspectable,
): AugmentedExample | null {
  const { augmentation } = inspect;
  if (augmentation === undefined) return null;
  if (!isWhole(count, 1, MOST_DRAWS)) {
    throw new LabError('data/draws', `Expected 1 to ${MOST_DRAWS} draws, got ${count}.`, {
      hint: 'Ask for fewer.',
    });
  }
  const { image, shape, featureShape } = exampleOf(data, split, index);
  const config = resolveConfig(fields, settings);
  startRuntime();
  const values = tf.tidy(() => {
    const batch = { image: tf.tile(batchOfOne(image, featureShape), [count, ...featureShape.map(() => 1)]) };
    const changed = augmentation.augment(batch, config, seed, tf.scalar(step, 'int32'));
    return augmentation.toStored(changed).dataSync();
  });
  return { image, shape, draws: Uint8Array.from(Uint8ClampedArray.from(values)) };
}
