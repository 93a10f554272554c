/**
 * Frozen normalisation. A layer whose parameters are all lent from the buffers does not train; batch normalisation then normalises with
 * its moving averages, and leaves them alone, as a frozen one of Keras does.
 */
import type { layers } from '../runtime/index.ts';

type Layer = layers.Layer;

/** The layers of batch normalisation whose parameters, of which there are some, are all frozen. */
export function frozenNormalisations(
  layers: readonly Layer[],
  isFrozen: (variable: Layer['weights'][number]) => boolean,
): Set<Layer> {
  const frozen = layers.filter(
    (layer) =>
      layer.getClassName() === 'BatchNormalization' &&
      layer.trainableWeights.length > 0 &&
      layer.trainableWeights.every(isFrozen),
  );
  return new Set(frozen);
}

/** Runs `body`, which applies the layers as in training, with `frozen` ones as they are outside of it. */
export function withFrozen<R>(frozen: ReadonlySet<Layer>, body: () => R): R {
  for (const layer of frozen) {
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false });
  }
  try {
    return body();
  } finally {
    // The instance's own `call` goes, the class's stays.
    for (const layer of frozen) Reflect.deleteProperty(layer, 'call');
  }
}
