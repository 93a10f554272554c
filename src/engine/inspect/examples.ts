/** Examples of a data set: a page of them for a grid, and one as the model gets it. */
import type { SplitName } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { ExampleDetail, ExamplePage, ExampleQuery } from '../../shared/inspect.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { startRuntime, tf } from '../runtime/index.ts';
import { batchOfOne, imagesOf, isWhole, sizeOf, type ImageShape } from './images.ts';
import type { Inspectable } from './inspectable.ts';

const MAX_PAGE = 1000;

/** The page that `query` asks for; beyond the last example it is empty. Throws `data/class`, `data/page`, what `imagesOf` throws. */
export function pageOf(data: LoadedDataSet, query: ExampleQuery): ExamplePage {
  const { split, label, offset, count } = query;
  const { examples, shape, pixels, labels, byClass } = imagesOf(data, split);
  if (!isWhole(offset, 0, Infinity) || !isWhole(count, 1, MAX_PAGE)) {
    throw new LabError(
      'data/page',
      `Expected 1 to ${MAX_PAGE} examples from number 0 or later, got ${count} from ${offset}.`,
      { hint: 'Ask for a smaller page.' },
    );
  }
  const fitting = label === null ? undefined : byClass[label];
  if (label !== null && fitting === undefined) {
    throw new LabError(
      'data/class',
      `Expected a class from 0 to ${byClass.length - 1} of "${data.info.id}", got ${label}.`,
      { hint: `Its classes are ${data.info.classes.join(', ')}.` },
    );
  }
  const total = fitting?.length ?? examples;
  const first = Math.min(offset, total);
  const indices =
    fitting?.slice(first, first + count) ??
    Int32Array.from({ length: Math.min(count, total - first) }, (_, i) => first + i);

  const size = sizeOf(shape);
  const images = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => images.set(pixels.subarray(index * size, (index + 1) * size), i * size));
  return {
    total,
    indices,
    labels: Int32Array.from(indices, (index) => labels[index] as number),
    images,
    shape,
  };
}

/** One image as it is stored. Throws `data/index`, what `imagesOf` throws. */
export function exampleOf(
  data: LoadedDataSet,
  split: SplitName,
  index: number,
): { image: Uint8Array; label: number; shape: ImageShape; featureShape: readonly number[] } {
  const { examples, featureShape, shape, pixels, labels } = imagesOf(data, split);
  if (!isWhole(index, 0, examples - 1)) {
    throw new LabError(
      'data/index',
      `Expected an example from 0 to ${examples - 1} of the ${split} split of "${data.info.id}", got ${index}.`,
      { hint: 'Examples are counted from 0.' },
    );
  }
  const size = sizeOf(shape);
  const image = pixels.slice(index * size, (index + 1) * size);
  return { image, label: labels[index] as number, shape, featureShape };
}

/** One example with the tensor that the lab's own preparation makes of it. Throws `data/index`, what `imagesOf` throws. */
export function detailOf(
  data: LoadedDataSet,
  split: SplitName,
  index: number,
  { inspect }: Inspectable,
): ExampleDetail {
  const { image, label, shape, featureShape } = exampleOf(data, split, index);
  startRuntime();
  const prepared = tf.tidy(() => inspect.prepare({ image: batchOfOne(image, featureShape) }));
  const detail: ExampleDetail = {
    index,
    label,
    image,
    shape,
    tensor: prepared.dataSync() as Float32Array,
    tensorShape: prepared.shape.slice(1),
    preparation: inspect.preparation,
  };
  prepared.dispose();
  return detail;
}
