/** A split of a data set as images with labels, and its examples by class. */
import { SPLIT_NAMES, type SplitName } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { tf, type Tensor } from '../runtime/index.ts';

export type ImageShape = readonly [height: number, width: number, channels: number];

export interface Images {
  readonly examples: number;
  /** Of one image as it is stored: [height, width] for grey ones. */
  readonly featureShape: readonly number[];
  readonly shape: ImageShape;
  /** [examples, height, width, channels], 0 to 255. */
  readonly pixels: Uint8Array;
  /** [examples] */
  readonly labels: Uint8Array;
  /** The numbers of each class's examples, ascending: one array a class. */
  readonly byClass: readonly Int32Array[];
}

const known = new WeakMap<LoadedDataSet, Map<string, Images>>();

/** The images of a split. Throws `data/no-split` where there is no such split, `data/no-images` where it holds something else. */
export function imagesOf(data: LoadedDataSet, split: SplitName): Images {
  const splits = known.get(data) ?? new Map<string, Images>();
  known.set(data, splits);
  const images = splits.get(split) ?? readImages(data, split);
  splits.set(split, images);
  return images;
}

function readImages({ info, splits }: LoadedDataSet, name: SplitName): Images {
  const split = splits[name];
  if (split === undefined) {
    const there = SPLIT_NAMES.filter((candidate) => splits[candidate] !== undefined);
    throw new LabError('data/no-split', `The data set "${info.id}" has no ${name} split.`, {
      hint: `It has ${there.join(' and ')}.`,
    });
  }
  const { image, label } = split.features;
  const shape = image === undefined ? undefined : imageShape(image.shape.slice(1));
  if (!(image?.data instanceof Uint8Array) || !(label?.data instanceof Uint8Array) || shape === undefined) {
    throw new LabError('data/no-images', `Expected images with a label each in "${info.id}".`, {
      hint: 'Choose a data set of images.',
    });
  }
  return {
    examples: split.examples,
    featureShape: image.shape.slice(1),
    shape,
    pixels: image.data,
    labels: label.data,
    byClass: indexByClass(label.data, info.classes.length),
  };
}

/** [height, width] is one channel. Undefined for what is not an image's shape. */
function imageShape(shape: readonly number[]): ImageShape | undefined {
  const [height, width, channels = 1, ...more] = shape;
  if (height === undefined || width === undefined || more.length > 0) return undefined;
  return [height, width, channels];
}

/** One image as a batch of one, as training has it: float32 [1, ...featureShape], 0 to 255. */
export function batchOfOne(pixels: Uint8Array, featureShape: readonly number[]): Tensor {
  return tf.tensor(Float32Array.from(pixels), [1, ...featureShape], 'float32');
}

/** Values of one image. */
export function sizeOf([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

export function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}

/** Labels are below `classes`: that was checked when they were read. */
function indexByClass(labels: Uint8Array, classes: number): Int32Array[] {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const byClass = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(classes);
  labels.forEach((label, i) => {
    const at = filled[label] as number;
    (byClass[label] as Int32Array)[at] = i;
    filled[label] = at + 1;
  });
  return byClass;
}
