/**
 * Recurrent sequences in kernels of our own (native/src/recurrent), which XLA calls on the processor, and which run as ops do.
 *
 * XLA's loops leave two thirds of the processor idle: a step's product is small, and what is elementwise after it runs on one thread.
 * The kernels take a few rows of the batch through the whole sequence at a time, with product and cell in registers, and pass over
 * what is padding. Results differ from those of the loops in recurrent.ts by rounding alone.
 */
import { binding } from './backend.ts';
import type { OpAttribute } from './binding.ts';
import { computesOnProcessor } from './devices.ts';
import { rawOp } from './ops.ts';
import { CELLS, projectionWidth, type CellKind } from './recurrent-cells.ts';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from './tf.ts';
import { tracedPlan } from './traced-plan.ts';

/** Whether what is being traced, or runs op by op, may use them: a graph of TensorFlow's kernels cannot. */
export function hasRecurrentKernels(): boolean {
  return tracedPlan() !== 'graph' && computesOnProcessor() && binding().recurrentKernels();
}

/** Cells by the numbers, and options by the flags, of native/src/recurrent. */
const CELL_NUMBERS: Readonly<Record<CellKind, number>> = { vanilla: 0, lstm: 1, gru: 2 };
const MASKED = 1;
const DROPPED = 2;
const TRUNCATED = 4;
const WATCHED = 8;
const KEEPS_ALL = 16;

type Optional<T> = T | undefined;
type Shape = readonly [time: number, batch: number, width: number];

/**
 * The states after each step, [time, batch, units] each, and what the way back needs, [time, batch, saves * units]; of `keeps`
 * 'output' the first state alone. `x`: the inputs' projection [time, batch, gates * units]; `mask` [time, batch]; `drop` [batch, units].
 */
export function forwardKernel(
  kind: CellKind,
  x: Tensor3D,
  kernel: Tensor2D,
  bias: Tensor1D,
  { mask, drop, keeps }: { mask: Optional<Tensor2D>; drop: Optional<Tensor2D>; keeps: 'all' | 'output' },
): { outputs: Tensor3D[]; saved: Optional<Tensor3D> } {
  const cell = CELLS[kind];
  const [time, batch] = x.shape;
  const units = kernel.shape[0];
  const isWhole = keeps === 'all';
  const states = Array.from({ length: isWhole ? cell.states : 1 }, (): Shape => [time, batch, units]);
  const saves: Shape[] = isWhole && cell.saves > 0 ? [[time, batch, cell.saves * units]] : [];
  const options = flags([mask, MASKED], [drop, DROPPED], [isWhole || undefined, KEEPS_ALL]);
  const results = call(
    'gradient_lab_recurrent_forward',
    `${CELL_NUMBERS[kind]} ${time} ${batch} ${units} ${options}`,
    [x, kernel, bias, mask, drop],
    [...states, ...saves],
  );
  return { outputs: results.slice(0, states.length), saved: results[states.length] };
}

export interface KeptForBack {
  readonly kernel: Tensor2D;
  /** Each state after each step, [time, batch, units]. */
  readonly outputs: readonly Tensor3D[];
  /** What `forwardKernel` saved; any tensor for the vanilla cell. */
  readonly saved: Tensor3D;
  readonly mask: Optional<Tensor2D>;
  readonly flow: Optional<Tensor2D>;
  readonly drop: Optional<Tensor2D>;
}

/**
 * The gradients of the projections `x` and, of the GRU, whose candidate has another one, `r`: [time, batch, gates * units]; with
 * `isWatched` that of the loss by each state. `dy`: the gradient of each output, [time, batch, units].
 */
export function backwardKernel(
  kind: CellKind,
  dy: Tensor3D,
  { kernel, outputs, saved, mask, flow, drop }: KeptForBack,
  isWatched: boolean,
): { x: Tensor3D; r: Tensor3D; watched: Optional<Tensor3D> } {
  const [time, batch, units] = dy.shape;
  const projection: Shape = [time, batch, projectionWidth(kind, units)];
  const apart = kind === 'gru';
  const options = flags(
    [mask, MASKED],
    [drop, DROPPED],
    [flow, TRUNCATED],
    [isWatched || undefined, WATCHED],
  );
  const results = call(
    'gradient_lab_recurrent_backward',
    `${CELL_NUMBERS[kind]} ${time} ${batch} ${units} ${options}`,
    [dy, kernel, ...outputs, CELLS[kind].saves > 0 ? saved : undefined, mask, drop, flow],
    [projection, ...(apart ? [projection] : []), ...(isWatched ? [[time, batch, units] as const] : [])],
  );
  const x = results[0] as Tensor3D;
  return { x, r: apart ? (results[1] as Tensor3D) : x, watched: isWatched ? results.at(-1) : undefined };
}

function flags(...options: readonly (readonly [given: unknown, flag: number])[]): number {
  return options.reduce((sum, [given, flag]) => (given === undefined ? sum : sum + flag), 0);
}

/** One custom call; inputs that are not given are left out. */
function call(
  target: string,
  settings: string,
  inputs: readonly Optional<Tensor>[],
  shapes: readonly Shape[],
): Tensor3D[] {
  const given = inputs.filter((input) => input !== undefined);
  const { TF_ATTR_STRING, TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT, ATTR_SHAPE_LIST } = binding();
  const attributes: OpAttribute[] = [
    { name: 'call_target_name', type: TF_ATTR_STRING, value: target },
    { name: 'backend_config', type: TF_ATTR_STRING, value: settings },
    { name: 'has_side_effect', type: TF_ATTR_BOOL, value: false },
    { name: 'operand_dtypes', type: TF_ATTR_TYPE, value: given.map(() => TF_FLOAT) },
    { name: 'result_dtypes', type: TF_ATTR_TYPE, value: shapes.map(() => TF_FLOAT) },
    { name: 'result_shapes', type: ATTR_SHAPE_LIST, value: shapes },
    { name: '_output_shapes', type: ATTR_SHAPE_LIST, value: shapes },
  ];
  return rawOp('XlaCustomCallV2', attributes, given, shapes.length) as Tensor3D[];
}
