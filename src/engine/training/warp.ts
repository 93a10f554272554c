/**
 * Augmentation by small motions: each image of a batch is moved, turned and scaled a little, anew in each step. For drawings on an
 * empty ground, which a mirror image or a cut would change. Nothing here has a gradient: it is applied to data.
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

export interface Motion {
  /** Furthest that an image is moved along each axis, in pixels. */
  readonly shift: number;
  /** Furthest that it is turned either way, in degrees. */
  readonly rotation: number;
  /** It is scaled by 1 - scaling to 1 + scaling (0 to below 1). */
  readonly scaling: number;
}

/**
 * `images` [batch, height, width, channels], float32, each with a motion of its own from (seed, step), all kinds evenly distributed.
 * What comes in from outside is 0. Values between pixels are interpolated (bilinear).
 */
export function warp(images: Tensor4D, motion: Motion, seed: number, step: Scalar): Tensor4D {
  const { shift, rotation, scaling } = motion;
  if (shift === 0 && rotation === 0 && scaling === 0) return tf.clone(images);
  return tf.tidy(() => {
    const [batch, height, width] = images.shape;
    const draws = drawMotions(batch, randomKey(seed, 'warp', step));
    const angle = tf.mul(draws.angle, (rotation * Math.PI) / 180);
    const scale = tf.add(1, tf.mul(draws.scale, scaling));
    const [cosine, sine] = [tf.div(tf.cos(angle), scale), tf.div(tf.sin(angle), scale)];
    // Where each pixel of the result comes from: the motion backwards, around the middle. Rows [1, height, 1], columns [1, 1, width].
    const middle = [(height - 1) / 2, (width - 1) / 2] as const;
    const row = tf.sub(tf.reshape(tf.range(0, height), [1, height, 1]), middle[0]);
    const column = tf.sub(tf.reshape(tf.range(0, width), [1, 1, width]), middle[1]);
    const fromRow = tf.add(tf.mul(cosine, row), tf.mul(sine, column));
    const fromColumn = tf.sub(tf.mul(cosine, column), tf.mul(sine, row));
    return sample(
      images,
      tf.add(fromRow, tf.add(tf.mul(draws.down, shift), middle[0])),
      tf.add(fromColumn, tf.add(tf.mul(draws.across, shift), middle[1])),
    );
  });
}

/** Four numbers from -1 to 1 for each image: [batch, 1, 1] each. */
function drawMotions(batch: number, key: RandomKey): Record<'down' | 'across' | 'angle' | 'scale', Tensor> {
  const draws = tf.sub(tf.mul(uniform([4, batch, 1, 1], key), 2), 1);
  const [down, across, angle, scale] = tf.unstack(draws) as [Tensor, Tensor, Tensor, Tensor];
  return { down, across, angle, scale };
}

/** The values of `images` at `rows` and `columns`, [batch, height, width] each, between pixels and outside as `warp` says. */
function sample(images: Tensor4D, rows: Tensor, columns: Tensor): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const [top, down] = wholeAndPart(rows, height);
  const [left, across] = wholeAndPart(columns, width);
  // Each place with its neighbours to the right, below, and below to the right side by side, so that one gather fetches all four.
  const padded = tf.pad(images, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const corner = (y: number, x: number): Tensor4D =>
    tf.slice(padded, [0, y, x, 0], [batch, height + 1, width + 1, channels]);
  const fours = tf.stack([corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)], 3);
  const image = tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1, 1]);
  const inImage = tf.add(tf.mul(image, tf.scalar(height + 1, 'int32')), top);
  const places = tf.add(tf.mul(inImage, tf.scalar(width + 1, 'int32')), left); // [batch, height, width]
  const found = tf.gather(tf.reshape(fours, [-1, 4, channels]), tf.reshape(places, [-1]));
  const [up, near] = [tf.sub(1, down), tf.sub(1, across)];
  const shares = tf.stack(
    [tf.mul(up, near), tf.mul(up, across), tf.mul(down, near), tf.mul(down, across)],
    3,
  );
  return tf.reshape(tf.sum(tf.mul(found, tf.reshape(shares, [-1, 4, 1])), 1), images.shape);
}

/** Places from -1 to `extent`, as numbers in an image with a border of one pixel, and how far it is to the next one. */
function wholeAndPart(places: Tensor, extent: number): [Tensor, Tensor] {
  const inside = tf.clipByValue(places, -1, extent);
  const whole = tf.minimum(tf.floor(inside), extent - 1);
  return [tf.cast(tf.add(whole, 1), 'int32'), tf.sub(inside, whole)];
}
