/**
 * Recurrent layers: tfjs runs them word by word in JavaScript, which would put a few dozen ops a word into a compiled step. While a
 * model is applied they run as one loop each (runtime/recurrent.ts), with weights and results as before.
 */
import { LabError } from '../../shared/errors.ts';
import {
  recurrentParts,
  recurrentSequence,
  randomKey,
  tf,
  uniform,
  type CellKind,
  type layers,
  type Rank,
  type RecurrentParts,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '../runtime/index.ts';
import type { LayerVariable } from './initialisers.ts';
import type { Randomness } from './random-layers.ts';

type Layer = layers.Layer;

/** tfjs's classes, and ours, by the cell that they run. */
const KINDS: Readonly<Record<string, CellKind>> = {
  SimpleRNN: 'vanilla',
  LSTM: 'lstm',
  ResetAfterGRU: 'gru',
};

interface RecurrentLayer {
  readonly name: string;
  readonly cell: {
    readonly units: number;
    readonly kernel: LayerVariable;
    readonly recurrentKernel: LayerVariable;
    readonly bias: LayerVariable | null;
    readonly activation: { getClassName(): string };
    readonly recurrentActivation?: { getClassName(): string };
    readonly dropout: number;
    readonly recurrentDropout: number;
  };
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
}

interface CallOptions {
  readonly mask?: Tensor | null;
  readonly initialState?: unknown;
}

/** What a recurrent layer did while a model was applied: everything inside of it, [time, batch, units], in the order of the text. */
export interface Recorded extends RecurrentParts {
  readonly name: string;
  readonly kind: CellKind;
}

export interface Recurrence {
  /** What dropout draws from; left out outside of training. */
  readonly training?: Randomness | undefined;
  /** Told of each layer's inside, whose tensors are then its own to dispose of. */
  readonly record?: (recorded: Recorded) => void;
}

/**
 * Runs `body` with every recurrent layer (each with its lasting name) as one loop. Throws `layers/recurrent` for settings that no loop here has.
 */
export function withRecurrence<R>(
  all: readonly { readonly layer: Layer; readonly name: string }[],
  { training, record }: Recurrence,
  body: () => R,
): R {
  const changed: Layer[] = [];
  for (const { layer, name } of all) {
    if (layer.getClassName() === 'GRU')
      refuse(name, 'reset gate before the matrix product', 'Use resetAfterGru.');
    const kind = KINDS[layer.getClassName()];
    if (kind === undefined) continue;
    const recurrent = layer as unknown as RecurrentLayer;
    checkSettings(recurrent, name);
    let uses = 0;
    layer.call = (inputs, options) => {
      const use = uses++;
      const x = singleInput(inputs, options, name);
      const purpose = use === 0 ? `layer ${name}` : `layer ${name}, use ${use + 1}`;
      return tf.tidy(() => {
        const run = prepared(recurrent, x, (options as CallOptions).mask, training && { training, purpose });
        if (record !== undefined) record({ name, kind, ...inside(kind, recurrent, run) });
        const outputs = recurrentSequence(kind, run.projected, run.weights, run); // [time, batch, units]
        if (recurrent.returnSequences) return tf.transpose(outputs, [1, 0, 2]);
        const [time, batch, units] = outputs.shape;
        return tf.reshape(tf.slice(outputs, [time - 1, 0, 0]), [batch, units]);
      });
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

interface Run {
  readonly projected: Tensor3D;
  readonly weights: { readonly kernel: Tensor2D; readonly bias?: Tensor1D };
  readonly mask: Tensor2D | undefined;
  readonly drop: Tensor2D | undefined;
}

/** The layer's inputs as the loop takes them: time first, in the layer's own direction, projected. */
function prepared(
  { cell, goBackwards }: RecurrentLayer,
  x: Tensor3D,
  mask: Tensor | null | undefined,
  random: { training: Randomness; purpose: string } | undefined,
): Run {
  const [batch, time, features] = x.shape;
  const kept = (rate: number, width: number, what: string): Tensor | undefined => {
    if (random === undefined || rate <= 0) return undefined;
    const key = randomKey(random.training.seed, `${random.purpose}, ${what}`, random.training.step);
    const keep = tf.cast(tf.greaterEqual(uniform([batch, width], key), rate), 'float32');
    return tf.mul(keep, 1 / (1 - rate));
  };
  const turned = <T extends Tensor>(rows: T): T => (goBackwards ? tf.reverse(rows, 0) : rows);
  const dropped = kept(cell.dropout, features, 'inputs'); // the same at every step (Gal and Ghahramani 2016)
  const timeFirst = turned(tf.transpose<Tensor3D>(x, [1, 0, 2]));
  const inputs = dropped === undefined ? timeFirst : tf.mul<Tensor3D>(timeFirst, dropped);
  const kernel = cell.kernel.read() as Tensor2D;
  const width = kernel.shape[1];
  // The GRU has a bias for each of its two projections.
  const biases = cell.bias === null ? [] : rowsOf(cell.bias.read(), width);
  const flat = tf.matMul(tf.reshape<Rank.R2>(inputs, [time * batch, features]), kernel);
  const projected = biases[0] === undefined ? flat : tf.add(flat, biases[0]);
  return {
    projected: tf.reshape<Rank.R3>(projected, [time, batch, width]),
    weights: {
      kernel: cell.recurrentKernel.read() as Tensor2D,
      ...(biases[1] && { bias: biases[1] }),
    },
    mask: mask ? turned(maskTimeFirst(mask as Tensor2D)) : undefined,
    drop: kept(cell.recurrentDropout, cell.units, 'states') as Tensor2D | undefined,
  };
}

/**
 * A mask [batch, time] as [time, batch], float32. Chosen, not cast: TensorFlow's graph optimizer would turn the smaller booleans around
 * instead, which makes oneDNN warn.
 */
function maskTimeFirst(mask: Tensor2D): Tensor2D {
  return tf.transpose<Tensor2D>(
    tf.where(tf.cast(mask, 'bool'), tf.ones<Rank.R2>(mask.shape), tf.zeros<Rank.R2>(mask.shape)),
  );
}

/** The rows of a matrix, or a vector as its only row. */
function rowsOf(values: Tensor, width: number): Tensor1D[] {
  const rows = values.size / width;
  const matrix = tf.reshape<Rank.R2>(values, [rows, width]);
  return Array.from({ length: rows }, (_, i) =>
    tf.reshape<Rank.R1>(tf.slice(matrix, [i, 0], [1, width]), [width]),
  );
}

/** Everything inside of the layer, in the order of the text whatever its direction; kept, for `record` to dispose of. */
function inside(kind: CellKind, { goBackwards }: RecurrentLayer, run: Run): RecurrentParts {
  const parts = recurrentParts(kind, run.projected, run.weights, run);
  const inOrder = (rows: readonly Tensor3D[]): Tensor3D[] =>
    rows.map((part) => tf.keep(goBackwards ? tf.reverse(part, 0) : tf.clone(part)));
  return { states: inOrder(parts.states), gates: inOrder(parts.gates) };
}

function singleInput(inputs: Tensor | Tensor[], options: CallOptions | undefined, name: string): Tensor3D {
  const [x, ...states] = Array.isArray(inputs) ? inputs : [inputs];
  if (states.length > 0 || (options?.initialState ?? null) !== null) {
    refuse(name, 'initial states', 'Let it begin with zeros.');
  }
  return x as Tensor3D;
}

function checkSettings({ cell, returnState }: RecurrentLayer, name: string): void {
  const { activation, recurrentActivation } = cell;
  if (activation.getClassName() !== 'tanh') {
    refuse(name, `activation ${activation.getClassName()}`, "Use activation: 'tanh'.");
  }
  if (recurrentActivation !== undefined && recurrentActivation.getClassName() !== 'sigmoid') {
    const got = recurrentActivation.getClassName();
    refuse(name, `recurrentActivation ${got}`, "Use recurrentActivation: 'sigmoid', as Keras does.");
  }
  if (returnState) refuse(name, 'returnState', 'Take the last output, which is the state.');
}

function refuse(name: string, what: string, hint: string): never {
  throw new LabError(
    'layers/recurrent',
    `The recurrent layer "${name}" has ${what}: no compiled loop here does that.`,
    {
      hint,
    },
  );
}
