/**
 * The layers that draw: dropout and noise. tfjs draws in JavaScript, which would freeze one mask into a compiled step; here
 * they draw from (seed, layer, step). A layer that is used more than once draws anew each time.
 */
import {
  normal,
  randomKey,
  tf,
  uniform,
  type RandomKey,
  type Scalar,
  type Tensor,
} from '../runtime/index.ts';
import type { layers } from '../runtime/index.ts';

type Layer = layers.Layer;

/** What the randomness of a training step comes from. */
export interface Randomness {
  readonly seed: number;
  /** int32 scalar: steps taken before this one. */
  readonly step: Scalar;
}

/** What a layer does to `x` while training. */
type Draw = (x: Tensor, key: RandomKey) => Tensor;

interface RandomLayer {
  readonly rate: number;
  readonly stddev: number;
  readonly noiseShape?: readonly (number | null)[] | null;
}

/** Each class that draws, and what it does; a rate of 0 does nothing. */
const DRAWING: Readonly<Record<string, (layer: RandomLayer) => Draw | undefined>> = {
  Dropout: (layer) => inverted(layer, (x) => (layer.noiseShape ?? x.shape).map((n, i) => n ?? sizeOf(x, i))),
  SpatialDropout1D: (layer) => inverted(layer, (x) => [sizeOf(x, 0), 1, sizeOf(x, 2)]),
  GaussianNoise:
    ({ stddev }) =>
    (x, key) =>
      tf.add(x, tf.mul(normal(x.shape, key), stddev)),
  GaussianDropout: ({ rate }) =>
    rate > 0 && rate < 1
      ? (x, key) => tf.mul(x, tf.add(1, tf.mul(normal(x.shape, key), Math.sqrt(rate / (1 - rate)))))
      : undefined,
  AlphaDropout: (layer) => alpha(layer),
};

/** Each element of a mask of `shapeOf(x)` is 0 with probability `rate`, or else 1 / (1 - rate) (Srivastava et al. 2014). */
function inverted({ rate }: RandomLayer, shapeOf: (x: Tensor) => number[]): Draw | undefined {
  if (rate <= 0) return undefined;
  if (rate >= 1) return (x) => tf.zerosLike(x);
  return (x, key) => tf.mul(x, tf.mul(kept(shapeOf(x), rate, key), 1 / (1 - rate)));
}

/** Dropped elements get the value that SELU saturates at, then all are scaled back to mean 0 and variance 1 (Klambauer et al. 2017). */
function alpha({ rate, noiseShape }: RandomLayer): Draw | undefined {
  if (rate <= 0 || rate >= 1) return undefined;
  const saturation = -1.6732632423543772 * 1.0507009873554805;
  const a = ((1 - rate) * (1 + rate * saturation ** 2)) ** -0.5;
  const b = -a * saturation * rate;
  return (x, key) => {
    const keep = kept(
      (noiseShape ?? x.shape).map((n, i) => n ?? sizeOf(x, i)),
      rate,
      key,
    );
    const dropped = tf.add(tf.mul(x, keep), tf.mul(tf.sub(1, keep), saturation));
    return tf.add(tf.mul(dropped, a), b);
  };
}

function kept(shape: readonly number[], rate: number, key: RandomKey): Tensor {
  return tf.cast(tf.greaterEqual(uniform(shape, key), rate), 'float32');
}

function sizeOf(x: Tensor, axis: number): number {
  return x.shape[axis] as number;
}

/** Runs `body` with every layer that draws (each with its lasting name) drawing from `randomness`. */
export function withRandomness<R>(
  layers: readonly { readonly layer: Layer; readonly name: string }[],
  { seed, step }: Randomness,
  body: () => R,
): R {
  const changed: Layer[] = [];
  for (const { layer, name } of layers) {
    const makeDraw = DRAWING[layer.getClassName()];
    if (makeDraw === undefined) continue;
    const draw = makeDraw(layer as unknown as RandomLayer);
    let uses = 0;
    layer.call = (inputs) => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      if (draw === undefined) return tf.clone(x);
      const use = uses++;
      const purpose = use === 0 ? `layer ${name}` : `layer ${name}, use ${use + 1}`;
      return tf.tidy(() => draw(x, randomKey(seed, purpose, step)));
    };
    changed.push(layer);
  }
  try {
    return body();
  } finally {
    // The instance's own `call` goes, the class's stays.
    for (const layer of changed) Reflect.deleteProperty(layer, 'call');
  }
}
