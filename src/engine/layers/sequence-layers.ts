/**
 * Layers for sequences that tfjs lacks: the GRU whose reset gate comes after the matrix product, as Keras and cuDNN have it, and
 * pooling over time that leaves padding out.
 */
import { tf, type layers, type Tensor } from '../runtime/index.ts';

type Layer = layers.Layer;
type Shape = (number | null)[];

/** What a GRU is made of; the rest as in tf.layers.gru. */
export interface GruSettings {
  readonly units: number;
  readonly returnSequences?: boolean;
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  readonly name?: string;
}

interface GruCell {
  readonly units: number;
  readonly useBias: boolean;
  built: boolean;
  build(shape: Shape | Shape[]): void;
  kernel: unknown;
  recurrentKernel: unknown;
  bias: unknown;
  readonly kernelInitializer: unknown;
  readonly recurrentInitializer: unknown;
  readonly biasInitializer: unknown;
  addWeight(name: string, shape: readonly number[], dtype: null, initializer: unknown): unknown;
}

// tfjs exports functions that make its layers, not the layers' classes.
const Gru = tf.layers.gru({ units: 1 }).constructor as new (config: object) => Layer & { cell: GruCell };

class ResetAfterGru extends Gru {
  static readonly className = 'ResetAfterGRU';

  constructor(config: GruSettings) {
    super({ ...config, recurrentActivation: 'sigmoid', resetAfter: false });
    const { cell } = this;
    cell.build = (given) => {
      const shape = (Array.isArray(given[0]) ? given[0] : given) as Shape;
      const width = 3 * cell.units;
      const { kernelInitializer, recurrentInitializer, biasInitializer } = cell;
      cell.kernel = cell.addWeight('kernel', [shape.at(-1) as number, width], null, kernelInitializer);
      cell.recurrentKernel = cell.addWeight('recurrent_kernel', [cell.units, width], null, recurrentInitializer); // prettier-ignore
      // Of the inputs' projection and of the state's.
      cell.bias = cell.addWeight('bias', [2, width], null, biasInitializer);
      cell.built = true;
    };
  }

  override getClassName(): string {
    return ResetAfterGru.className;
  }
}

/** Which of a unit's values over the words is handed on. */
export type PoolingKind = 'mean' | 'max';

class MaskedPooling extends tf.layers.Layer {
  static readonly className = 'MaskedPooling';
  private readonly pooling: PoolingKind;

  constructor(config: { readonly kind: PoolingKind; readonly name?: string }) {
    super(config);
    this.pooling = config.kind;
    this.supportsMasking = true;
  }

  override computeOutputShape(shape: Shape): Shape {
    return [shape[0] ?? null, shape[2] ?? null];
  }

  override computeMask(): Tensor {
    return null as never; // as tfjs says that there is none
  }

  override call(inputs: Tensor | Tensor[], kwargs: { readonly mask?: Tensor | null }): Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs; // [batch, time, units]
      if (kwargs.mask === undefined || kwargs.mask === null) {
        return this.pooling === 'mean' ? tf.mean(x, 1) : tf.max(x, 1);
      }
      const isReal = tf.expandDims(tf.cast(kwargs.mask, 'float32'), 2); // [batch, time, 1]
      if (this.pooling === 'mean') return tf.div(tf.sum(tf.mul(x, isReal), 1), tf.sum(isReal, 1));
      return tf.max(tf.where(tf.broadcastTo(tf.cast(isReal, 'bool'), x.shape), x, LEAST), 1);
    });
  }

  override getConfig(): ReturnType<Layer['getConfig']> {
    return { ...super.getConfig(), kind: this.pooling };
  }

  override getClassName(): string {
    return MaskedPooling.className;
  }
}

/** Below any activation of a network that still works. */
const LEAST = -1e9;

/** Names of the classes that tfjs alone does not know. */
export const OWN_CLASSES: readonly string[] = [ResetAfterGru.className, MaskedPooling.className];

// So that `bidirectional`, which copies its layer by its settings, finds them.
tf.serialization.registerClass(ResetAfterGru as never);
tf.serialization.registerClass(MaskedPooling);

/** A GRU as Keras has it: h' = z h + (1 - z) tanh(W x + b + r (U h + c)). */
export function resetAfterGru(settings: GruSettings): ReturnType<typeof tf.layers.gru> {
  return new ResetAfterGru(settings) as never;
}

/** [batch, time, units] to [batch, units]: the mean or the greatest value over time, padding left out. */
export function maskedPooling(settings: { readonly kind: PoolingKind; readonly name?: string }): Layer {
  return new MaskedPooling(settings);
}
