/** Many training steps in one native call, and evaluation: the lab's functions between the data and the loop. */
import {
  compile,
  gatherRows,
  tf,
  whileLoop,
  type Compiled,
  type Plan,
  type PlanChoice,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '../runtime/index.ts';
import type { Batch, Experiment, Feature, ModelState, NextState, SplitRows, Weights } from './experiment.ts';
import type { Parameters } from './gradients.ts';

/** Steps that one call can take at most: the length of the arrays that it gets and gives. */
export const STEPS_PER_CALL = 32;

export interface StepsResult {
  readonly state: ModelState;
  /** Each metric of each step taken. */
  readonly metrics: Readonly<Record<string, Float32Array>>;
  /** Whether all parameters and buffers are finite after the last step. */
  readonly finite: boolean;
}

/**
 * The compiled training steps of an experiment. One trace serves any number of steps up to STEPS_PER_CALL, so that where a call
 * ends (for a pause, a checkpoint) changes no number.
 */
export class TrainingSteps {
  private readonly experiment: Experiment;
  private readonly compiled: Compiled<CallInputs, CallResult>;
  private order: Tensor1D | undefined;

  constructor(experiment: Experiment, plan: Plan | 'auto', onChoice: (choice: PlanChoice) => void) {
    this.experiment = experiment;
    const features = experiment.splits.train.features;
    this.compiled = compile<CallInputs, CallResult>(
      (state, order, position, count, learningRates, firstStep) =>
        manySteps(experiment, features, { state, order, position, count, learningRates, firstStep }),
      { plan, name: 'training_steps', onChoice },
    );
  }

  get plan(): Plan | undefined {
    return this.compiled.plan;
  }

  /** Sets the order of rows for the epoch that begins. */
  startEpoch(order: Int32Array): void {
    this.order?.dispose();
    this.order = tf.tensor1d(order, 'int32');
  }

  /**
   * Takes `count` steps (1 to STEPS_PER_CALL) from `state`, which is left alone. `step` counts from the start of training,
   * `position` from the start of the epoch. On one thread results may differ in the last bits: see same-bits.ts.
   */
  async take(
    state: ModelState,
    step: number,
    position: number,
    count: number,
    threads: 'all' | 'one' = 'all',
  ): Promise<StepsResult> {
    if (this.order === undefined) throw new Error('startEpoch must come before take');
    const rates = Float32Array.from({ length: STEPS_PER_CALL }, (_, i) => this.experiment.schedule(step + i));
    const inputs = [
      tf.scalar(position, 'int32'),
      tf.scalar(count, 'int32'),
      tf.tensor1d(rates),
      tf.scalar(step, 'int32'),
    ] as const;
    const call = threads === 'one' ? this.compiled.onOneThread : this.compiled;
    const result = await call(state, this.order, ...inputs);
    tf.dispose(inputs as unknown as Tensor[]);
    const metrics = Object.fromEntries(
      Object.entries(result.metrics).map(([name, tensor]) => [
        name,
        (tensor.dataSync() as Float32Array).subarray(0, count),
      ]),
    );
    const finite = result.finite.dataSync()[0] !== 0;
    tf.dispose([...Object.values(result.metrics), result.finite]);
    return { state: result.state, metrics, finite };
  }

  /** Runs one step op by op (see non-finite.ts); the result is the caller's to dispose. */
  stepEagerly(state: ModelState, step: number, position: number): NextState {
    const { experiment, order } = this;
    if (order === undefined) throw new Error('startEpoch must come before stepEagerly');
    return tf.tidy(() => {
      const indices = rowsOfBatch(order, tf.scalar(position, 'int32'), experiment.batchSize);
      const batch = gatherBatch(experiment.splits.train.features, indices);
      const inputs = { learningRate: tf.scalar(experiment.schedule(step)), step: tf.scalar(step, 'int32') };
      return experiment.step(state, batch, inputs).state as never;
    });
  }

  dispose(): void {
    this.order?.dispose();
    this.compiled.dispose();
  }
}

/** Weights as `compile` takes them: a type alias, because an interface is no tree of tensors to TypeScript. */
export type WeightsTree = { parameters: Parameters; buffers: Parameters };
type StateTree = WeightsTree & { slots: Readonly<Record<string, Parameters>> };
type CallInputs = [StateTree, Tensor1D, Scalar, Scalar, Tensor1D, Scalar];
type CallResult = { state: StateTree; metrics: Record<string, Tensor>; finite: Tensor };

function manySteps(
  experiment: Experiment,
  features: Readonly<Record<string, Feature>>,
  inputs: {
    state: StateTree;
    order: Tensor1D;
    position: Scalar;
    count: Scalar;
    learningRates: Tensor1D;
    firstStep: Scalar;
  },
): CallResult {
  const { batchSize } = experiment;
  const takeStep = (i: Scalar, state: StateTree) => {
    const indices = rowsOfBatch(inputs.order, tf.add(inputs.position, i), batchSize);
    const learningRate: Tensor = tf.gather(inputs.learningRates, i);
    const next = experiment.step(state, gatherBatch(features, indices), {
      learningRate: learningRate as Scalar,
      step: tf.add(inputs.firstStep, i),
    });
    return { ...next, state: { ...next.state, buffers: next.state.buffers ?? {} } };
  };
  const { metricNames } = experiment;
  const empty = Object.fromEntries(metricNames.map((name) => [name, tf.zeros([STEPS_PER_CALL])]));
  const last = whileLoop<CallLoopState>(
    inputs.count,
    { state: inputs.state, metrics: empty },
    (i, before) => {
      const { state, metrics } = takeStep(i, before.state);
      const here = tf.equal(tf.range(0, STEPS_PER_CALL, 1, 'int32'), i);
      const noted = metricNames.map((name) => [
        name,
        tf.where(here, metrics[name] as Tensor, before.metrics[name] as Tensor),
      ]);
      return { state, metrics: Object.fromEntries(noted) as Record<string, Tensor> };
    },
  );
  return { ...last, finite: allFinite(last.state) };
}

type CallLoopState = { state: StateTree; metrics: Record<string, Tensor> };

function rowsOfBatch(order: Tensor1D, position: Scalar, batchSize: number): Tensor1D {
  const first = tf.mul(position, tf.scalar(batchSize, 'int32'));
  return tf.gather(order, tf.add(first, tf.range(0, batchSize, 1, 'int32')));
}

/** The rows of each feature that `indices` [batch] name. */
export function gatherBatch(features: Readonly<Record<string, Feature>>, indices: Tensor1D): Batch {
  return Object.fromEntries(
    Object.entries(features).map(([name, feature]) => [name, gatherRows(feature.rows, indices, feature.as)]),
  );
}

function allFinite({ parameters, buffers }: Weights): Tensor {
  const tensors = [...Object.values(parameters), ...Object.values(buffers)];
  const finite = tensors.map((tensor) => tf.all(tf.isFinite(tensor)));
  return tf.cast(tf.all(tf.stack(finite)), 'int32');
}

/** Rows that one evaluation call takes. */
const EVALUATION_ROWS = 1000;

/** The compiled evaluation of an experiment: means of its metrics over a whole split. */
export class Evaluation {
  private readonly compiled: Compiled<[WeightsTree, Tensor1D], Record<string, Tensor>>;
  private readonly split: SplitRows;

  constructor(experiment: Experiment, split: SplitRows, plan: Plan) {
    this.split = split;
    // Without XLA: it is run a few times an epoch, and TensorFlow's graph needs no second of compiling.
    this.compiled = compile<[WeightsTree, Tensor1D], Record<string, Tensor>>(
      (weights, indices) => ({ ...experiment.evaluate(weights, gatherBatch(split.features, indices)) }),
      { plan: plan === 'eager' ? 'eager' : 'graph', name: 'evaluation' },
    );
  }

  /** The mean of each metric over the split's rows, summed in double precision in row order. Empty for an empty split. */
  async run(
    { parameters, buffers }: Weights,
    onRows: (done: number) => void = () => undefined,
  ): Promise<Record<string, number>> {
    const { rows } = this.split;
    const sums: Record<string, number> = {};
    for (let from = 0; from < rows.length; from += EVALUATION_ROWS) {
      const count = Math.min(EVALUATION_ROWS, rows.length - from);
      // One shape for all calls: the last one is filled up with its first row, whose results are then left out.
      const padded = new Int32Array(EVALUATION_ROWS).fill(rows[from] as number);
      padded.set(rows.subarray(from, from + count));
      const indices = tf.tensor1d(padded, 'int32');
      const results = await this.compiled({ parameters, buffers }, indices);
      indices.dispose();
      for (const [name, tensor] of Object.entries(results)) {
        const values = tensor.dataSync() as Float32Array;
        let sum = sums[name] ?? 0;
        for (let i = 0; i < count; i++) sum += values[i] as number;
        sums[name] = sum;
        tensor.dispose();
      }
      onRows(from + count);
    }
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / rows.length]));
  }

  dispose(): void {
    this.compiled.dispose();
  }
}
