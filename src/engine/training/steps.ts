/** Many training steps in one native call, and evaluation: the lab's functions between the data and the loop. */
import {
  compile,
  gatherRows,
  inPart,
  tf,
  whileLoop,
  type Compiled,
  type Plan,
  type PlanChoice,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '../runtime/index.ts';
import { evaluationParts, type EpochBatches, type EvaluationPart } from './batches.ts';
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
  /** One for each width of batches; under no width where they are no sequences. */
  private readonly compiled = new Map<number | undefined, Compiled<CallInputs, CallResult>>();
  private readonly onChoice: (choice: PlanChoice) => void;
  private chosen: Plan | 'auto';
  private order: Tensor1D | undefined;
  private widths: Int32Array | undefined;

  constructor(experiment: Experiment, plan: Plan | 'auto', onChoice: (choice: PlanChoice) => void) {
    this.experiment = experiment;
    this.chosen = plan;
    this.onChoice = onChoice;
  }

  get plan(): Plan | undefined {
    return this.chosen === 'auto' ? undefined : this.chosen;
  }

  /** Sets the batches of the epoch that begins. */
  startEpoch({ order, widths }: EpochBatches): void {
    this.order?.dispose();
    this.order = tf.tensor1d(order, 'int32');
    this.widths = widths;
  }

  /** How many steps from `position` on have batches of one width, and so fit into one call. */
  alikeFrom(position: number): number {
    const { widths } = this;
    if (widths === undefined) return Infinity;
    let end = position;
    while (end < widths.length && widths[end] === widths[position]) end++;
    return end - position;
  }

  private compiledFor(width: number | undefined): Compiled<CallInputs, CallResult> {
    const known = this.compiled.get(width);
    if (known !== undefined) return known;
    const { experiment } = this;
    const features = experiment.splits.train.features;
    const compiled = compile<CallInputs, CallResult>(
      (state, order, position, count, learningRates, firstStep) =>
        manySteps(experiment, features, width, { state, order, position, count, learningRates, firstStep }),
      {
        plan: this.chosen,
        name: 'training_steps',
        onChoice: (choice) => {
          this.chosen = choice.plan;
          this.onChoice(choice);
        },
      },
    );
    this.compiled.set(width, compiled);
    return compiled;
  }

  /**
   * Takes `count` steps (1 to STEPS_PER_CALL) from `state`, which is left alone. `step` counts from the start of training,
   * `position` from the start of the epoch; the batches have one width (`alikeFrom`). On one thread results may differ in the last bits: see same-bits.ts.
   */
  async take(
    state: ModelState,
    step: number,
    position: number,
    count: number,
    threads: 'all' | 'one' = 'all',
  ): Promise<StepsResult> {
    if (this.order === undefined) throw new Error('startEpoch must come before take');
    const inputs = this.inputsOf(step, position, count);
    const compiled = this.compiledFor(this.widths?.[position]);
    const call = threads === 'one' ? compiled.onOneThread : compiled;
    const result = await call(state, this.order, ...inputs);
    tf.dispose(inputs);
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

  /** Settles the plan of 'auto' for the step at `position`, where there is nothing to time. */
  settlePlan(state: ModelState, step: number, position: number): void {
    if (this.order === undefined) throw new Error('startEpoch must come before settlePlan');
    const inputs = this.inputsOf(step, position, 1);
    this.compiledFor(this.widths?.[position]).settle(state, this.order, ...inputs);
    tf.dispose(inputs);
  }

  private inputsOf(step: number, position: number, count: number): [Scalar, Scalar, Tensor1D, Scalar] {
    const rates = Float32Array.from({ length: STEPS_PER_CALL }, (_, i) => this.experiment.schedule(step + i));
    return [
      tf.scalar(position, 'int32'),
      tf.scalar(count, 'int32'),
      tf.tensor1d(rates),
      tf.scalar(step, 'int32'),
    ];
  }

  /** Runs one step op by op (see non-finite.ts); the result is the caller's to dispose. */
  stepEagerly(state: ModelState, step: number, position: number): NextState {
    const { experiment, order } = this;
    if (order === undefined) throw new Error('startEpoch must come before stepEagerly');
    return tf.tidy(() => {
      const indices = rowsOfBatch(order, tf.scalar(position, 'int32'), experiment.batchSize);
      const batch = gatherBatch(experiment.splits.train.features, indices, this.widths?.[position]);
      const inputs = { learningRate: tf.scalar(experiment.schedule(step)), step: tf.scalar(step, 'int32') };
      return experiment.step(state, batch, inputs).state as never;
    });
  }

  dispose(): void {
    this.order?.dispose();
    for (const compiled of this.compiled.values()) compiled.dispose();
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
  width: number | undefined,
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
    const next = experiment.step(state, gatherBatch(features, indices, width), {
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
      const { state, metrics } = inPart({ i, state: before.state }, (now) => takeStep(now.i, now.state));
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

/** The rows of each feature that `indices` [batch] name; sequences are cut to `width` tokens where one is given. */
export function gatherBatch(
  features: Readonly<Record<string, Feature>>,
  indices: Tensor1D,
  width?: number,
): Batch {
  return Object.fromEntries(
    Object.entries(features).map(([name, { rows, as, isSequence }]) => {
      const gathered = gatherRows(rows, indices, as);
      const isCut = isSequence && width !== undefined && width < (gathered.shape[1] as number);
      return [name, isCut ? tf.slice(gathered, [0, 0], [indices.size, width]) : gathered];
    }),
  );
}

function allFinite({ parameters, buffers }: Weights): Tensor {
  const tensors = [...Object.values(parameters), ...Object.values(buffers)];
  const finite = tensors.map((tensor) => tf.all(tf.isFinite(tensor)));
  return tf.cast(tf.all(tf.stack(finite)), 'int32');
}

/** Rows that one evaluation call takes; of sequences, each of which takes a hundred times the room. */
const EVALUATION_ROWS = 1000;
const EVALUATION_SEQUENCES = 128;

/** The compiled evaluation of an experiment: means of its metrics over a whole split. */
export class Evaluation {
  private readonly experiment: Experiment;
  private readonly split: SplitRows;
  private readonly plan: Plan;
  private readonly rowsPerCall: number;
  private readonly parts: readonly EvaluationPart[];
  /** One for each width of parts. */
  private readonly compiled = new Map<number | undefined, Evaluate>();

  constructor(experiment: Experiment, split: SplitRows, plan: Plan) {
    this.experiment = experiment;
    this.split = split;
    // Without XLA: it is run a few times an epoch, and TensorFlow's graph needs no second of compiling. Loops over sequences are worth it.
    this.plan = plan === 'xla' && experiment.sequences === undefined ? 'graph' : plan;
    this.rowsPerCall = experiment.sequences === undefined ? EVALUATION_ROWS : EVALUATION_SEQUENCES;
    this.parts = evaluationParts(experiment, split, this.rowsPerCall);
  }

  /** The mean of each metric over the split's rows, summed in double precision in row order. Empty for an empty split. */
  async run(
    { parameters, buffers }: Weights,
    onRows: (done: number) => void = () => undefined,
  ): Promise<Record<string, number>> {
    const { rows } = this.split;
    const values: Record<string, Float32Array> = {};
    let done = 0;
    for (const { places, width } of this.parts) {
      // One shape for all calls: the last one is filled up with its first row, whose results are then left out.
      const padded = new Int32Array(this.rowsPerCall).fill(rows[places[0] as number] as number);
      places.forEach((place, i) => (padded[i] = rows[place] as number));
      const indices = tf.tensor1d(padded, 'int32');
      const results = await this.compiledFor(width)({ parameters, buffers }, indices);
      indices.dispose();
      for (const [name, tensor] of Object.entries(results)) {
        const all = (values[name] ??= new Float32Array(rows.length));
        const some = tensor.dataSync() as Float32Array;
        places.forEach((place, i) => (all[place] = some[i] as number));
        tensor.dispose();
      }
      done += places.length;
      onRows(done);
    }
    const means = Object.entries(values).map(([name, all]) => {
      let sum = 0;
      for (const value of all) sum += value;
      return [name, sum / rows.length] as const;
    });
    return Object.fromEntries(means);
  }

  private compiledFor(width: number | undefined): Evaluate {
    const known = this.compiled.get(width);
    if (known !== undefined) return known;
    const { experiment, split, plan } = this;
    const compiled: Evaluate = compile<[WeightsTree, Tensor1D], Record<string, Tensor>>(
      (weights, indices) => ({
        ...experiment.evaluate(weights, gatherBatch(split.features, indices, width)),
      }),
      { plan, name: 'evaluation' },
    );
    this.compiled.set(width, compiled);
    return compiled;
  }

  dispose(): void {
    for (const compiled of this.compiled.values()) compiled.dispose();
  }
}

type Evaluate = Compiled<[WeightsTree, Tensor1D], Record<string, Tensor>>;
