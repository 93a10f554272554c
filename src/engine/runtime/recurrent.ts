/**
 * Recurrent layers over whole sequences: the vanilla RNN, the LSTM and the GRU, each one loop forward and one back, or kernels of our
 * own where those can run (recurrent-kernels.ts).
 *
 * Unrolled, a sequence of 200 steps is thousands of nodes, which take seconds to trace and compile; here the body of the loop is
 * traced once whatever the length. What does not depend on the state, the projection of the inputs, is one large matrix product
 * before the loop, and the gradient of the recurrent weights one after it. Derivatives are written out by hand.
 *
 * All tensors are time-major: [time, batch, ...]. Where `mask` [time, batch] is 0 a state passes through as it is, to the bit, so
 * that padding changes nothing.
 */
import { freshRows, rowAt, sliceAt, withRow, zeroFilled } from './loop-rows.ts';
import { whileLoop } from './loops.ts';
import { CELLS, projectionWidth, type CellKind } from './recurrent-cells.ts';
import { backwardKernel, forwardKernel, hasRecurrentKernels } from './recurrent-kernels.ts';
import {
  tf,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from './tf.ts';

export interface RecurrentWeights {
  /** [units, gates * units]; gates: 1 of the vanilla cell, 4 of the LSTM, 3 of the GRU. */
  readonly kernel: Tensor2D;
  /** Added to the projection of the state, [gates * units]: the GRU's second bias. Left out: none. */
  readonly bias?: Tensor1D;
}

export interface RecurrentOptions {
  /** [time, batch], 1 and 0 (float32): where it is 0 a state stays what it was before. */
  readonly mask?: Tensor2D | undefined;
  /** [time, batch], 1 and 0 (float32): where it is 0 no gradient passes from the state to the one before (truncation). */
  readonly flow?: Tensor2D | undefined;
  /** [batch, units]: multiplies the state on its way to the recurrent weights, the same at every step (recurrent dropout). */
  readonly drop?: Tensor2D | undefined;
  /** Zeros, [time, batch, units]: stands for a small change of each output, so that its gradient is that of the loss by the state. */
  readonly watch?: Tensor3D | undefined;
}

/**
 * The outputs of every step, [time, batch, units], from `projected` [time, batch, gates * units] (inputs times their weights, plus
 * the bias) and states of zeros. Where the mask is 0, the output is the one before.
 */
export function recurrentSequence(
  kind: CellKind,
  projected: Tensor3D,
  weights: RecurrentWeights,
  { mask, flow, drop, watch }: RecurrentOptions = {},
): Tensor3D {
  checkShapes(kind, projected, weights);
  const [time, batch, width] = projected.shape;
  const { kernel, bias } = weights;
  const units = kernel.shape[0];
  if (!recordsGradients()) {
    return tf.tidy(
      () =>
        forward(kind, projected, kernel, bias ?? noBias(width), { mask, drop, keeps: 'output' })
          .outputs[0] as Tensor3D,
    );
  }
  const op = tf.customGrad((...inputs: (Tensor | Save)[]) => {
    const [x, w, b] = inputs as [Tensor3D, Tensor2D, Tensor1D, Tensor3D?];
    const save = inputs.at(-1) as Save;
    const { outputs, saved } = forward(kind, x, w, b, { mask, drop, keeps: 'all' });
    const given = { mask, flow, drop };
    const names = OPTIONAL.filter((name) => given[name] !== undefined);
    save([w, ...outputs, saved, ...names.map((name) => given[name] as Tensor)]);
    return {
      value: outputs[0] as Tensor,
      gradFunc: (dy: Tensor, kept: Tensor[]) => {
        const options = Object.fromEntries(names.map((name, i) => [name, kept[2 + outputs.length + i]]));
        const isWatched = watch !== undefined;
        return backward(kind, dy as Tensor3D, kept, { ...options, isWatched }, { time, batch, units });
      },
    };
  });
  const watched = watch === undefined ? [] : [watch];
  return tf.tidy(() => op(projected, kernel, bias ?? noBias(width), ...watched) as Tensor3D);
}

/** Options that are needed on the way back. */
const OPTIONAL = ['mask', 'flow', 'drop'] as const;

/** What goes on inside of a layer: each state after each step, and what each gate said, [time, batch, units] all. */
export interface RecurrentParts {
  /** The hidden state, and the LSTM's cell state. */
  readonly states: readonly Tensor3D[];
  /** LSTM: input, forget, candidate, output. GRU: update, reset, candidate. None of the vanilla cell. Of no meaning where masked. */
  readonly gates: readonly Tensor3D[];
}

/** As `recurrentSequence`, but with everything that is inside; no gradient flows through it. */
export function recurrentParts(
  kind: CellKind,
  projected: Tensor3D,
  weights: RecurrentWeights,
  { mask }: Pick<RecurrentOptions, 'mask'> = {},
): RecurrentParts {
  const cell = CELLS[kind];
  checkShapes(kind, projected, weights);
  const { kernel, bias } = weights;
  const width = projected.shape[2];
  return tf.tidy(() => {
    const { outputs, saved } = forward(kind, projected, kernel, bias ?? noBias(width), {
      mask,
      drop: undefined,
      keeps: 'all',
    });
    const parts = cell.saves === 0 ? [] : tf.split(saved, cell.saves, 2);
    return { states: outputs, gates: parts.slice(0, cell.gates) } as never;
  });
}

/** Whether a gradient can be asked for: outside of `tf.grads` nothing needs to be kept for the way back. */
function recordsGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

function noBias(width: number): Tensor1D {
  return tf.zeros<Rank.R1>([width]);
}

function checkShapes(kind: CellKind, projected: Tensor3D, { kernel }: RecurrentWeights): void {
  const [units, columns] = kernel.shape;
  const width = projectionWidth(kind, units);
  if (columns === width && projected.shape[2] === width) return;
  throw new TypeError(
    `Expected a ${kind} projection [time, batch, ${width}] and kernel [${units}, ${width}], got [${projected.shape.join(', ')}] and [${kernel.shape.join(', ')}].`,
  );
}

type Save = (tensors: Tensor[]) => void;
type Kept<Name extends keyof RecurrentOptions> = Pick<RecurrentOptions, Name>;

type Keeps = { readonly keeps: 'all' | 'output' };

/** Runs the cell over the sequence: each state after each step and what the way back needs, or the output alone. */
function forward(
  kind: CellKind,
  x: Tensor3D,
  kernel: Tensor2D,
  bias: Tensor1D,
  options: Kept<'mask' | 'drop'> & Keeps,
): { outputs: Tensor3D[]; saved: Tensor3D } {
  if (!hasRecurrentKernels()) return forwardLoop(kind, x, kernel, bias, options);
  const { mask, drop, keeps } = options;
  const { outputs, saved } = forwardKernel(kind, x, kernel, bias, { mask, drop, keeps });
  return { outputs, saved: saved ?? nothing() };
}

/** Where there is no tensor. */
function nothing(): Tensor3D {
  return zeroFilled([1, 1, 1]);
}

function forwardLoop(
  kind: CellKind,
  x: Tensor3D,
  kernel: Tensor2D,
  bias: Tensor1D,
  { mask, drop, keeps }: Kept<'mask' | 'drop'> & Keeps,
): { outputs: Tensor3D[]; saved: Tensor3D } {
  const cell = CELLS[kind];
  const savesGates = keeps === 'all' && cell.saves > 0;
  const [time, batch] = x.shape;
  const units = kernel.shape[0];
  const rows = (width: number) => freshRows([time, batch, width]);
  const names = Array.from({ length: cell.states }, (_, k) => k);
  const start = {
    states: names.map(() => zeroFilled<Tensor2D>([batch, units])),
    outputs: (keeps === 'all' ? names : [0]).map(() => rows(units)),
    saved: savesGates ? rows(cell.saves * units) : nothing(),
  };
  const end = whileLoop(tf.scalar(time, 'int32'), start, (t, { states, outputs, saved }) => {
    const r = tf.add<Tensor2D>(tf.matMul(dropped(states[0] as Tensor2D, drop), kernel), bias);
    const step = cell.forward(rowAt(x, t), r, states);
    const real = mask === undefined ? undefined : maskAt(mask, t);
    const next = step.next.map((state, k) => choose(real, state, states[k] as Tensor2D));
    return {
      states: next,
      outputs: outputs.map((rows, k) => withRow(rows, t, next[k] as Tensor2D)),
      saved: savesGates ? withRow(saved, t, step.saved) : saved,
    };
  });
  tf.dispose(end.states);
  return { outputs: end.outputs, saved: end.saved };
}

type BackOptions = Kept<'mask' | 'flow' | 'drop'> & { readonly isWatched: boolean };
type Sizes = { readonly time: number; readonly batch: number; readonly units: number };

/** The gradients of the projected inputs, the kernel, the bias, and the watch. `kept`: kernel, each state after each step, `saved`. */
function backward(
  kind: CellKind,
  dy: Tensor3D,
  kept: readonly Tensor[],
  options: BackOptions,
  sizes: Sizes,
): Tensor[] {
  const cell = CELLS[kind];
  const kernel = kept[0] as Tensor2D;
  const outputs = kept.slice(1, 1 + cell.states) as Tensor3D[];
  const saved = kept[1 + cell.states] as Tensor3D;
  const { mask, flow, drop, isWatched } = options;
  const { time, batch, units } = sizes;
  const { x, r, watched } = hasRecurrentKernels()
    ? backwardKernel(kind, dy, { kernel, outputs, saved, mask, flow, drop }, isWatched)
    : backwardLoop(kind, dy, { kernel, outputs, saved }, options, sizes);
  const before = statesBefore(outputs[0] as Tensor3D, batch, units);
  const all = tf.reshape<Rank.R2>(r, [time * batch, cell.gates * units]);
  const dKernel = tf.matMul(
    tf.reshape<Rank.R2>(dropped(before, drop), [time * batch, units]),
    all,
    true,
    false,
  );
  return [x, dKernel, tf.sum(all, 0), ...(watched === undefined ? [] : [watched])];
}

/** The state before each step, that after the one before; zeros before the first. */
function statesBefore(rows: Tensor3D, batch: number, units: number): Tensor3D {
  return tf.concat<Tensor3D>([zeroFilled([1, batch, units]), tf.slice(rows, 0, rows.shape[0] - 1)], 0);
}

function backwardLoop(
  kind: CellKind,
  dy: Tensor3D,
  { kernel, outputs, saved }: { kernel: Tensor2D; outputs: readonly Tensor3D[]; saved: Tensor3D },
  { mask, flow, drop, isWatched }: BackOptions,
  { time, batch, units }: Sizes,
): { x: Tensor3D; r: Tensor3D; watched: Tensor3D | undefined } {
  const cell = CELLS[kind];
  const width = cell.gates * units;
  /** Where x and r have different gradients, both are kept. */
  const apart = kind === 'gru';
  /** Where what was saved is as wide as what comes of it, each row makes way for its gradient. */
  const inPlace = cell.saves === cell.gates;
  const befores = outputs.map((rows) => statesBefore(rows, batch, units));
  const start = {
    gradients: outputs.map(() => zeroFilled<Tensor2D>([batch, units])),
    x: inPlace ? saved : freshRows([time, batch, width]),
    r: apart ? freshRows([time, batch, width]) : nothing(),
    watched: isWatched ? freshRows([time, batch, units]) : nothing(),
  };
  const end = whileLoop(tf.scalar(time, 'int32'), start, (turn, { gradients, x, r, watched }) => {
    const t = tf.sub<Scalar>(tf.scalar(time - 1, 'int32'), turn);
    const [first, ...others] = gradients as [Tensor2D, ...Tensor2D[]];
    const arriving = [tf.add<Tensor2D>(first, rowAt(dy, t)), ...others];
    const before = befores.map((rows) => rowAt(rows, t));
    const after = outputs.map((rows) => rowAt(rows, t));
    const step = cell.backward(
      arriving,
      cell.saves === 0 ? first : rowAt(inPlace ? x : saved, t),
      before,
      after,
    );
    const real = mask === undefined ? undefined : maskAt(mask, t);
    const none = tf.zerosLike(step.x);
    const dx = choose(real, step.x, none);
    const dr = choose(real, step.r, none);
    const [own, ...rest] = step.states as [Tensor2D, ...Tensor2D[]];
    const through = dropped(tf.matMul(step.r, kernel, false, true), drop);
    const leaving = [tf.add<Tensor2D>(own, through), ...rest];
    const passed = leaving.map((gradient, k) => choose(real, gradient, arriving[k] as Tensor2D));
    const passes = flow === undefined ? undefined : maskAt(flow, t);
    return {
      gradients: passed.map((gradient) => choose(passes, gradient, tf.zerosLike(gradient))),
      x: withRow(x, t, dx),
      r: apart ? withRow(r, t, dr) : r,
      watched: isWatched ? withRow(watched, t, arriving[0] as Tensor2D) : watched,
    };
  });
  return { x: end.x, r: apart ? end.r : end.x, watched: isWatched ? end.watched : undefined };
}

/** A state, or all states, as the recurrent weights get them. */
function dropped<T extends Tensor>(state: T, drop: Tensor2D | undefined): T {
  return drop === undefined ? state : tf.mul(state, drop);
}

/** `yes` where the step is real, else `no`; `yes` where all are. */
function choose(real: Tensor2D | undefined, yes: Tensor2D, no: Tensor2D): Tensor2D {
  return real === undefined ? yes : tf.where(tf.broadcastTo(real, yes.shape), yes, no);
}

/** Row `t` of the mask as [batch, 1], bool. */
function maskAt(mask: Tensor2D, t: Scalar): Tensor2D {
  return tf.cast<Tensor2D>(tf.reshape(sliceAt(mask, t), [-1, 1]), 'bool');
}
