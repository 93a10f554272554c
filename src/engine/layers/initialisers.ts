/**
 * Which initialiser each weight of a model has, and values drawn from it by a seed.
 *
 * tfjs draws a layer's weights in JavaScript as soon as the layer is built, from Math.random, and forgets how. So building is
 * watched here: weights are built as zeros, their initialisers noted, and drawn from when a seed is there.
 */
import { philox, purposeHash, tf, type LayersModel, type Tensor } from '../runtime/index.ts';
import { orthogonal } from './orthogonal.ts';

/** A weight of a layer, as tfjs has it. */
export type LayerVariable = LayersModel['weights'][number];

/** What draws a weight's first value. */
export interface Initialiser {
  apply(shape: readonly (number | null)[], dtype?: string): Tensor;
}

/** tfjs's own, which is protected. */
type AddWeight = (
  this: object,
  name: string,
  shape: readonly (number | null)[],
  dtype: string | undefined,
  initialiser: Initialiser,
  ...rest: unknown[]
) => LayerVariable;

/**
 * Builds a model; `initialisers` has an entry for each weight that was made meanwhile. A model that was made before has none.
 * `onWeight` is told of each weight's shape before there is memory for it, and may throw.
 */
export function buildWatched(
  build: () => LayersModel,
  onWeight: (shape: readonly (number | null)[]) => void = () => undefined,
): {
  model: LayersModel;
  initialisers: Map<LayerVariable, Initialiser>;
} {
  const initialisers = new Map<LayerVariable, Initialiser>();
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const original = prototype.addWeight;
  const zeros = tf.initializers.zeros() as unknown as Initialiser;
  prototype.addWeight = function (name, shape, dtype, initialiser, ...rest) {
    onWeight(shape);
    const variable = original.call(this, name, shape, dtype, zeros, ...rest);
    initialisers.set(variable, initialiser);
    return variable;
  };
  try {
    return { model: build(), initialisers };
  } catch (error) {
    for (const variable of initialisers.keys()) variable.dispose();
    throw error;
  } finally {
    prototype.addWeight = original;
  }
}

/**
 * Values from any initialiser, the layers' own or a custom one: the same for the same seed and name. tfjs's generators are seeded
 * from Math.random, which gives a stream of ours meanwhile. An initialiser with a seed of its own keeps to that.
 */
export function drawInitial(
  initialiser: Initialiser,
  { shape, dtype }: LayerVariable,
  seed: number,
  name: string,
): Tensor {
  const random = Math.random;
  let block = 0;
  Math.random = () => {
    const [bits] = philox(
      [seed >>> 0, Math.floor(seed / 2 ** 32), block++, 2],
      [purposeHash(name), 0x696e6974],
    );
    return bits / 2 ** 32;
  };
  try {
    return tf.tidy(() => {
      const gain = gainOfOrthogonal(initialiser);
      if (gain !== undefined) {
        return tf.mul(orthogonal(tf.randomNormal(shape as [number, number])), gain);
      }
      const drawn = initialiser.apply(shape, dtype);
      return cutsItsNormal(initialiser) ? tf.div(drawn, DEVIATION_WITHIN_TWO) : drawn;
    });
  } finally {
    Math.random = random;
  }
}

/** The factor of tfjs's orthogonal initialiser; undefined for any other. */
function gainOfOrthogonal(initialiser: Initialiser): number | undefined {
  const known = initialiser as { getClassName?(): string; readonly gain?: number };
  return known.getClassName?.() === 'Orthogonal' ? (known.gain ?? 1) : undefined;
}

/** The deviation of a standard normal number, given that it is between -2 and 2. */
const DEVIATION_WITHIN_TWO = 0.8796256610342398;

/**
 * The He, Glorot and LeCun initialisers cut their normal numbers off at two deviations. Keras then makes up for the deviation that
 * this takes away; tfjs does not.
 */
function cutsItsNormal(initialiser: Initialiser): boolean {
  const { distribution } = (initialiser as { getConfig?(): { distribution?: unknown } }).getConfig?.() ?? {};
  return distribution === 'normal';
}
