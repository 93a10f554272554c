/**
 * Augmentation: random changes to the images of a batch that leave what they show the same, as pure functions for a compiled step.
 *
 * All take float32 images [batch, height, width, channels] that were prepared already, so that 0 is the mean of the data set, and draw for
 * each image by itself from a key of (seed, purpose, step): a run that goes on from a checkpoint sees the same images as one that was
 * not interrupted. Nothing here has a gradient: it is applied to data.
 */
import {
  randomKey,
  tf,
  uniform,
  type RandomKey,
  type Scalar,
  type Tensor,
  type Tensor4D,
} from '../runtime/index.ts';

export interface Augmentation {
  /** Zeros around each image before a piece of the old size is cut out, in pixels; 0: as it is. */
  readonly padding: number;
  /** Whether one image in two is mirrored left to right. */
  readonly flip: boolean;
  /** Edge of a square that is blanked out, in pixels; 0: none. */
  readonly cutout: number;
  /** Most that is added to all values of an image, or taken away, in deviations of the data set; 0: nothing. */
  readonly brightness: number;
  /** An image's values are multiplied by 1 - contrast to 1 + contrast; 0: as they are. */
  readonly contrast: number;
}

/** All of it, in the order of the fields. */
export function augment(images: Tensor4D, options: Augmentation, seed: number, step: Scalar): Tensor4D {
  const key = (purpose: string): RandomKey => randomKey(seed, `augment ${purpose}`, step);
  return tf.tidy(() => {
    let x = images;
    if (options.padding > 0) x = padAndCrop(x, options.padding, key('crop'));
    if (options.flip) x = flip(x, key('flip'));
    if (options.brightness > 0 || options.contrast > 0) {
      x = changeLight(x, options.brightness, options.contrast, key('light'));
    }
    if (options.cutout > 0) x = cutout(x, options.cutout, key('cutout'));
    return x === images ? tf.clone(images) : x;
  });
}

/** Pads each image with zeros and cuts a piece of the old size out, at a place of its own (He et al. 2015, section 4.2). */
export function padAndCrop(images: Tensor4D, padding: number, key: RandomKey): Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = images.shape;
    const padded = tf.pad(images, [
      [0, 0],
      [padding, padding],
      [padding, padding],
      [0, 0],
    ]);
    const offsets = tf.cast(tf.floor(tf.mul(uniform([2, batch, 1, 1], key), 2 * padding + 1)), 'int32');
    const [top, left] = tf.unstack(offsets) as [Tensor, Tensor]; // each [batch, 1, 1]
    const rows = tf.add(top, places(height, [1, height, 1]));
    const columns = tf.add(left, places(width, [1, 1, width]));
    const image = places(batch, [batch, 1, 1]);
    // The number of each pixel in the list of all pixels of all padded images: [batch, height, width].
    const inImage = tf.add(tf.mul(image, int32(height + 2 * padding)), rows);
    const numbers = tf.add(tf.mul(inImage, int32(width + 2 * padding)), columns);
    const pixels = tf.gather(tf.reshape(padded, [-1, channels]), tf.reshape(numbers, [-1]));
    return tf.reshape(pixels, images.shape);
  });
}

/** Mirrors one image in two left to right. */
export function flip(images: Tensor4D, key: RandomKey): Tensor4D {
  return tf.tidy(() => {
    const isMirrored = tf.less(uniform([images.shape[0], 1, 1, 1], key), 0.5);
    return tf.where(tf.broadcastTo(isMirrored, images.shape), tf.reverse(images, 2), images);
  });
}

/**
 * Sets a square of `size` pixels to 0, around a place anywhere in the image, so that part of it may lie outside (DeVries and Taylor 2017,
 * "Improved regularization of convolutional neural networks with cutout").
 */
export function cutout(images: Tensor4D, size: number, key: RandomKey): Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width] = images.shape;
    const [down, across] = tf.unstack(uniform([2, batch, 1, 1], key)) as [Tensor, Tensor];
    const covers = (draw: Tensor, extent: number, shape: number[]): Tensor => {
      const centre = tf.cast(tf.floor(tf.mul(draw, extent)), 'int32');
      const distance = tf.sub(places(extent, shape), tf.sub(centre, int32(Math.floor(size / 2))));
      return tf.logicalAnd(tf.greaterEqual(distance, int32(0)), tf.less(distance, int32(size)));
    };
    const isBlank = tf.logicalAnd(covers(down, height, [1, height, 1]), covers(across, width, [1, 1, width])); // [batch, height, width]
    const isBlankInAll = tf.broadcastTo(tf.expandDims(isBlank, 3), images.shape);
    return tf.where(isBlankInAll, tf.zerosLike(images), images);
  });
}

/** Multiplies each image's values around the data set's mean (0), and adds to them: one factor and one summand an image. */
export function changeLight(
  images: Tensor4D,
  brightness: number,
  contrast: number,
  key: RandomKey,
): Tensor4D {
  return tf.tidy(() => {
    const draws = tf.sub(tf.mul(uniform([2, images.shape[0], 1, 1, 1], key), 2), 1); // -1 to 1
    const [more, lighter] = tf.unstack(draws) as [Tensor4D, Tensor4D]; // each [batch, 1, 1, 1]
    return tf.add(tf.mul(images, tf.add(1, tf.mul(more, contrast))), tf.mul(lighter, brightness));
  });
}

const int32 = (value: number): Scalar => tf.scalar(value, 'int32');

/** 0 to count - 1 along the one axis of `shape` that is not 1. */
function places(count: number, shape: number[]): Tensor {
  return tf.reshape(tf.range(0, count, 1, 'int32'), shape);
}
