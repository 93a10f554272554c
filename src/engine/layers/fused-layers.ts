/**
 * Layers that tfjs computes in many ops and TensorFlow in one. A layer, its weights and its results stay what they are; only how it is
 * computed while it trains is replaced.
 */
import { batchNormalised, tf, type layers, type Tensor, type Tensor1D } from '../runtime/index.ts';
import type { LayerVariable } from './initialisers.ts';

type Layer = layers.Layer;

/** A layer's output for `x` while it trains; undefined where the fused op cannot do what the layer asks for. */
type Fused = (layer: never, x: Tensor) => Tensor | undefined;

const FUSED: Readonly<Record<string, Fused>> = { BatchNormalization: batchNormalisation };

interface BatchNormalizationLayer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  /** Neither is there in a layer that does not scale, or not centre. */
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/** Over the last axis; the moving averages take 1 - momentum of the batch's own statistics, as tfjs's and Keras's do. */
function batchNormalisation(layer: BatchNormalizationLayer, x: Tensor): Tensor | undefined {
  const { axis, momentum, epsilon, gamma, beta, movingMean, movingVariance } = layer;
  if (axis !== -1 && axis !== x.rank - 1) return undefined;
  const { shape } = movingMean;
  const scale = gamma?.read() ?? tf.ones(shape as [number]);
  const offset = beta?.read() ?? tf.zeros(shape as [number]);
  const { normalised, mean, variance } = batchNormalised(x, scale as Tensor1D, offset as Tensor1D, epsilon);
  const average = (moving: LayerVariable, value: Tensor): void => {
    const before = moving.read();
    moving.write(tf.sub(before, tf.mul(tf.sub(before, value), 1 - momentum)));
  };
  average(movingMean, mean);
  average(movingVariance, variance);
  return normalised;
}

/** Runs `body`, which applies `layers` as in training, with each that has a fused form computed by it. */
export function withFusedLayers<R>(layers: readonly Layer[], body: () => R): R {
  const changed: Layer[] = [];
  for (const layer of layers) {
    const fused = FUSED[layer.getClassName()];
    if (fused === undefined) continue;
    const original = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      return tf.tidy(() => fused(layer as never, x) ?? original(inputs, kwargs));
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
