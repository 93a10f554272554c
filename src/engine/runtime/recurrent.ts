/**
 * Recurrent layers over whole sequences: the vanilla RNN, the LSTM and the GRU, each one loop forward and one back.
 *
 * Unrolled, a sequence of 200 steps is thousands of nodes, which take seconds to trace and compile; here the body of the loop is
 * traced once whatever the length. What does not depend on the state, the projection of the inputs, is one large matrix product
 * before the loop, and the gradient of the recurrent weights one after it. Derivatives are written out by hand.
 *
 * All tensors are time-major: [time, batch, ...]. Where `mask` [time, batch] is 0 a state passes through as it is, to the bit, so
 * that padding changes nothing.
 */
import { rawOp, typeAttribute } from './ops.ts';
import { whileLoop } from './loops.ts';
import {
  tf,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from './tf.ts';

/** The mathematics of one step. States, the first of which is the output, are [batch, units] each. */
interface Cell {
  /** How many states there are. */
  readonly states: number;
  /** Width of what `forward` saves for `backward`, in units. */
  readonly saves: number;
  /** Width of the projections, in units: the gates. */
  readonly gates: number;
  /** `x`: the inputs' projection, `r`: the state's, [batch, gates * units] both. */
  forward(x: Tensor2D, r: Tensor2D, states: readonly Tensor2D[]): { next: Tensor2D[]; saved: Tensor2D };
  /**
   * From the gradients of `next`: those of `x`, of `r`, and of the states other than by way of `r`. `before` and `after` are the
   * states of this step.
   */
  backward(
    gradients: readonly Tensor2D[],
    saved: Tensor2D,
    before: readonly Tensor2D[],
    after: readonly Tensor2D[],
  ): { x: Tensor2D; r: Tensor2D; states: Tensor2D[] };
}

/** h' = tanh(x + r) (Elman 1990). */
const VANILLA: Cell = {
  states: 1,
  saves: 0,
  gates: 1,
  forward: (x, r) => ({ next: [tf.tanh(tf.add(x, r))], saved: x }),
  backward([dh], _saved, _before, [h]) {
    const d = tf.mul<Tensor2D>(dh as Tensor2D, tf.sub(1, tf.square(h as Tensor2D)));
    return { x: d, r: d, states: [tf.zerosLike(d)] };
  },
};

/**
 * Gates in Keras's order: input, forget, candidate, output. c' = f c + i g, h' = o tanh(c') (Hochreiter and Schmidhuber 1997, with
 * the forget gate of Gers et al. 2000).
 */
const LSTM: Cell = {
  states: 2,
  saves: 4,
  gates: 4,
  forward(x, r, [, c]) {
    const [zi, zf, zg, zo] = tf.split(tf.add(x, r), 4, 1) as Four;
    const gates = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)] as const;
    const [i, f, g, o] = gates;
    const cell = tf.add<Tensor2D>(tf.mul(f, c as Tensor2D), tf.mul(i, g));
    return { next: [tf.mul(o, tf.tanh(cell)), cell], saved: tf.concat([...gates], 1) };
  },
  backward([dh, dc], saved, [, c], [, cell]) {
    const [i, f, g, o] = tf.split(saved, 4, 1) as Four;
    const bent = tf.tanh(cell as Tensor2D);
    const d = tf.add(dc as Tensor2D, tf.mul(tf.mul(dh as Tensor2D, o), tf.sub(1, tf.square(bent))));
    const z = tf.concat<Tensor2D>(
      [
        tf.mul(tf.mul(d, g), slope(i)),
        tf.mul(tf.mul(d, c as Tensor2D), slope(f)),
        tf.mul(tf.mul(d, i), tf.sub(1, tf.square(g))),
        tf.mul(tf.mul(dh as Tensor2D, bent), slope(o)),
      ],
      1,
    );
    return { x: z, r: z, states: [tf.zerosLike(dh as Tensor2D), tf.mul(d, f)] };
  },
};

/**
 * Gates in Keras's order: update, reset, candidate. h' = z h + (1 - z) tanh(x + reset r) (Cho et al. 2014, in the form whose reset
 * comes after the matrix product: Keras's `reset_after`, cuDNN's).
 */
const GRU: Cell = {
  states: 1,
  saves: 4,
  gates: 3,
  forward(x, r, [h]) {
    const [xz, xr, xh] = tf.split(x, 3, 1) as Three;
    const [rz, rr, rh] = tf.split(r, 3, 1) as Three;
    const update = tf.sigmoid<Tensor2D>(tf.add(xz, rz));
    const reset = tf.sigmoid<Tensor2D>(tf.add(xr, rr));
    const candidate = tf.tanh<Tensor2D>(tf.add(xh, tf.mul(reset, rh)));
    const next = tf.add<Tensor2D>(
      tf.mul(update, h as Tensor2D),
      tf.mul(tf.sub<Tensor2D>(1, update), candidate),
    );
    return { next: [next], saved: tf.concat([update, reset, candidate, rh], 1) };
  },
  backward([dh], saved, [h]) {
    const [update, reset, candidate, rh] = tf.split(saved, 4, 1) as Four;
    const d = dh as Tensor2D;
    const dUpdate = tf.mul<Tensor2D>(tf.mul(d, tf.sub(h as Tensor2D, candidate)), slope(update));
    const dCandidate = tf.mul<Tensor2D>(tf.mul(d, tf.sub(1, update)), tf.sub(1, tf.square(candidate)));
    const dReset = tf.mul<Tensor2D>(tf.mul(dCandidate, rh), slope(reset));
    return {
      x: tf.concat<Tensor2D>([dUpdate, dReset, dCandidate], 1),
      r: tf.concat<Tensor2D>([dUpdate, dReset, tf.mul(dCandidate, reset)], 1),
      states: [tf.mul(d, update)],
    };
  },
};

type Four = [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
type Three = [Tensor2D, Tensor2D, Tensor2D];

/** The derivative of a sigmoid, from its value. */
function slope(gate: Tensor2D): Tensor2D {
  return tf.mul(gate, tf.sub(1, gate));
}

const CELLS = { vanilla: VANILLA, lstm: LSTM, gru: GRU } as const;

export type CellKind = keyof typeof CELLS;

export interface RecurrentWeights {
  /** [units, gates * units]; gates: 1 of the vanilla cell, 4 of the LSTM, 3 of the GRU. */
  readonly kernel: Tensor2D;
  /** Added to the projection of the state, [gates * units]: the GRU's second bias. Left out: none. */
  readonly bias?: Tensor1D;
}

/** How wide the projections of a cell with so many units are. */
export function projectionWidth(kind: CellKind, units: number): number {
  return CELLS[kind].gates * units;
}

/**
 * The outputs of every step, [time, batch, units], from `projected` [time, batch, gates * units] (inputs times their weights, plus
 * the bias) and states of zeros. Where `mask` [time, batch] (1 and 0, float32) is 0, the output is the one before.
 */
export function recurrentSequence(
  kind: CellKind,
  projected: Tensor3D,
  { kernel, bias }: RecurrentWeights,
  mask?: Tensor2D,
): Tensor3D {
  const cell = CELLS[kind];
  const [time, batch, width] = projected.shape;
  const units = kernel.shape[0];
  if (kernel.shape[1] !== cell.gates * units || width !== kernel.shape[1]) {
    throw new TypeError(
      `Expected a ${kind} projection [time, batch, ${cell.gates * units}] and kernel [${units}, ${cell.gates * units}], got [${projected.shape.join(', ')}] and [${kernel.shape.join(', ')}].`,
    );
  }
  const op = tf.customGrad((...inputs: (Tensor | Save)[]) => {
    const [x, w, b] = inputs as [Tensor3D, Tensor2D, Tensor1D];
    const save = inputs.at(-1) as Save;
    const { outputs, saved } = forward(cell, x, w, b, mask);
    save([w, ...outputs, saved, ...(mask === undefined ? [] : [mask])]);
    return {
      value: outputs[0] as Tensor,
      gradFunc: (dy: Tensor, kept: Tensor[]) => backward(cell, dy as Tensor3D, kept, { time, batch, units }),
    };
  });
  return tf.tidy(() => op(projected, kernel, bias ?? tf.zeros<Rank.R1>([width])) as Tensor3D);
}

type Save = (tensors: Tensor[]) => void;

/** Runs the cell over the sequence: each state after each step, and what the way back needs. */
function forward(
  cell: Cell,
  x: Tensor3D,
  kernel: Tensor2D,
  bias: Tensor1D,
  mask: Tensor2D | undefined,
): { outputs: Tensor3D[]; saved: Tensor3D } {
  const [time, batch] = x.shape;
  const units = kernel.shape[0];
  const zeros = (width: number) => tf.zeros<Rank.R3>([time, batch, width]);
  const names = Array.from({ length: cell.states }, (_, k) => k);
  const start = {
    states: names.map(() => tf.zeros<Rank.R2>([batch, units])),
    outputs: names.map(() => zeros(units)),
    saved: zeros(Math.max(1, cell.saves * units)),
  };
  const end = whileLoop(tf.scalar(time, 'int32'), start, (t, { states, outputs, saved }) => {
    const r = tf.add<Tensor2D>(tf.matMul(states[0] as Tensor2D, kernel), bias);
    const step = cell.forward(rowAt(x, t), r, states);
    const real = mask === undefined ? undefined : maskAt(mask, t);
    const next = step.next.map((state, k) => choose(real, state, states[k] as Tensor2D));
    return {
      states: next,
      outputs: outputs.map((rows, k) => withRow(rows, t, next[k] as Tensor2D)),
      saved: cell.saves === 0 ? saved : withRow(saved, t, step.saved),
    };
  });
  tf.dispose(end.states);
  return { outputs: end.outputs, saved: end.saved };
}

/** The gradients of the projected inputs, the kernel and the bias. `kept`: kernel, each state after each step, `saved`, mask. */
function backward(
  cell: Cell,
  dy: Tensor3D,
  kept: readonly Tensor[],
  { time, batch, units }: { time: number; batch: number; units: number },
): Tensor[] {
  const kernel = kept[0] as Tensor2D;
  const outputs = kept.slice(1, 1 + cell.states) as Tensor3D[];
  const saved = kept[1 + cell.states] as Tensor3D;
  const mask = kept[2 + cell.states] as Tensor2D | undefined;
  const width = cell.gates * units;
  /** Where x and r have different gradients, both are kept. */
  const apart = cell === GRU;
  // The state before each step: that after the one before.
  const befores = outputs.map((rows) =>
    tf.concat<Tensor3D>([tf.zeros([1, batch, units]), tf.slice(rows, 0, time - 1)], 0),
  );
  const start = {
    gradients: outputs.map(() => tf.zeros<Rank.R2>([batch, units])),
    x: tf.zeros<Rank.R3>([time, batch, width]),
    r: tf.zeros<Rank.R3>(apart ? [time, batch, width] : [1, 1, 1]),
  };
  const end = whileLoop(tf.scalar(time, 'int32'), start, (turn, { gradients, x, r }) => {
    const t = tf.sub<Scalar>(tf.scalar(time - 1, 'int32'), turn);
    const [first, ...others] = gradients as [Tensor2D, ...Tensor2D[]];
    const arriving = [tf.add<Tensor2D>(first, rowAt(dy, t)), ...others];
    const before = befores.map((rows) => rowAt(rows, t));
    const after = outputs.map((rows) => rowAt(rows, t));
    const step = cell.backward(arriving, rowAt(saved, t), before, after);
    const real = mask === undefined ? undefined : maskAt(mask, t);
    const none = tf.zerosLike(step.x);
    const dx = choose(real, step.x, none);
    const dr = choose(real, step.r, none);
    const [own, ...rest] = step.states as [Tensor2D, ...Tensor2D[]];
    const leaving = [tf.add<Tensor2D>(own, tf.matMul(step.r, kernel, false, true)), ...rest];
    return {
      gradients: leaving.map((gradient, k) => choose(real, gradient, arriving[k] as Tensor2D)),
      x: withRow(x, t, dx),
      r: apart ? withRow(r, t, dr) : r,
    };
  });
  const all = tf.reshape<Rank.R2>(apart ? end.r : end.x, [time * batch, width]);
  const dKernel = tf.matMul(
    tf.reshape<Rank.R2>(befores[0] as Tensor3D, [time * batch, units]),
    all,
    true,
    false,
  );
  return [end.x, dKernel, tf.sum(all, 0)];
}

/** `yes` where the step is real, else `no`; `yes` where all are. */
function choose(real: Tensor2D | undefined, yes: Tensor2D, no: Tensor2D): Tensor2D {
  return real === undefined ? yes : tf.where(tf.broadcastTo(real, yes.shape), yes, no);
}

/** Row `t` of the mask as [batch, 1], bool. */
function maskAt(mask: Tensor2D, t: Scalar): Tensor2D {
  return tf.cast<Tensor2D>(tf.reshape(sliceAt(mask, t), [-1, 1]), 'bool');
}

/** Row `t` of [time, batch, width]: [batch, width]. */
function rowAt(rows: Tensor3D, t: Scalar): Tensor2D {
  return tf.reshape(sliceAt(rows, t), rows.shape.slice(1) as [number, number]);
}

function sliceAt(rows: Tensor, t: Scalar): Tensor {
  const shape = rows.shape.slice(1);
  const begin = tf.concat([tf.reshape(t, [1]), tf.zeros([shape.length], 'int32')]);
  const size = tf.tensor1d([1, ...shape], 'int32');
  const attributes = [typeAttribute('T', rows.dtype), typeAttribute('Index', 'int32')];
  return rawOp('Slice', attributes, [rows, begin, size], 1)[0] as Tensor;
}

/** [time, batch, width] with row `t` replaced. */
function withRow(rows: Tensor3D, t: Scalar, row: Tensor2D): Tensor3D {
  const attributes = [typeAttribute('T', 'float32'), typeAttribute('Tindices', 'int32')];
  const inputs = [rows, tf.reshape(t, [1, 1]), tf.expandDims(row, 0)];
  return rawOp('TensorScatterUpdate', attributes, inputs, 1)[0] as Tensor3D;
}
