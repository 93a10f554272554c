/**
 * The training loop: epochs and steps, validation, checkpoints, pause, stop, early stopping, and the end.
 *
 * Everything that a number depends on is a function of (seed, step) or part of a checkpoint; where calls end, how fast they are,
 * and how often the run was interrupted changes none.
 */
import { LabError } from '../../shared/errors.ts';
import { mayUseOneThread, tf, type Plan, type PlanChoice } from '../runtime/index.ts';
import { batchesOfEpoch } from './batches.ts';
import {
  restore,
  snapshot,
  weightsSha256,
  type Checkpoint,
  type CheckpointStore,
  type Progress,
} from './checkpoints.ts';
import type { TrainingControl } from './control.ts';
import type { Experiment, ModelState } from './experiment.ts';
import { findInOps, findInWeights, type NonFinite } from './non-finite.ts';
import { Probes, type ProbeEvent } from './probes.ts';
import { Pace } from './pace.ts';
import { SameBits } from './same-bits.ts';
import { Speed } from './speed.ts';
import { Evaluation, STEPS_PER_CALL, TrainingSteps } from './steps.ts';

export type Values = Readonly<Record<string, number>>;

export type TrainingEvent =
  | { readonly kind: 'plan'; readonly choice: PlanChoice }
  /** The steps from `step` on (counted from 1, as people do): each metric of each of them. */
  | {
      readonly kind: 'steps';
      readonly step: number;
      readonly epoch: number;
      readonly values: Readonly<Record<string, Float32Array>>;
    }
  /** An epoch is over: means over its training steps (`train/loss`) and over the validation split (`validation/loss`). */
  | { readonly kind: 'epoch'; readonly step: number; readonly epoch: number; readonly values: Values }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly examplesPerSecond: number | null;
      readonly secondsLeft: number | null;
    }
  | { readonly kind: 'paused' | 'resumed'; readonly step: number }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | ProbeEvent;

export interface TrainingResult {
  readonly outcome: 'completed' | 'stopped';
  /** Why a completed run ended before its last epoch. */
  readonly earlyStop: string | undefined;
  readonly steps: number;
  readonly epoch: number;
  readonly plan: Plan;
  readonly examplesPerSecond: number | null;
  readonly train: Values;
  readonly validation: Values;
  readonly test: Values;
  readonly weightsSha256: string;
}

export interface TrainingOptions {
  readonly experiment: Experiment;
  readonly plan: Plan | 'auto';
  readonly control: TrainingControl;
  readonly onEvent: (event: TrainingEvent) => void;
  /** Left out: no checkpoints (a benchmark, a test). */
  readonly checkpoints?: CheckpointStore;
  readonly checkpointSeconds?: number;
  /** Goes into each checkpoint: called for it when everything before it has been told. */
  readonly checkpointNotes?: () => string;
  readonly resumeFrom?: Checkpoint;
  /** False: no histograms (a benchmark). */
  readonly probes?: boolean;
}

/** Epochs that are shorter than this share a checkpoint. */
const EPOCH_CHECKPOINT_MS = 1000;

const START: Progress = {
  step: 0,
  epoch: 0,
  stepInEpoch: 0,
  epochSums: {},
  lastTrain: {},
  lastValidation: {},
  bestLoss: null,
  epochsSinceBest: 0,
};

/** Thrown when a loss, a parameter or a buffer is not finite any more. */
export class NonFiniteError extends LabError {
  readonly found: NonFinite;
  constructor(found: NonFinite) {
    super(
      'train/not-finite',
      `Step ${found.step + 1} made a value that is not finite: ${found.value} in ${found.tensor}.`,
      {
        hint: 'A lower learning rate or clipping of gradients usually helps; look for logarithms of 0 and divisions by 0.',
      },
    );
    this.found = found;
  }
}

/** Trains to the end, or until `control` says stop. Frees every tensor that it made. */
export async function train(options: TrainingOptions): Promise<TrainingResult> {
  const run = new Run(options);
  try {
    return await run.toEnd();
  } finally {
    await run.settled();
    run.dispose();
  }
}

class Run {
  private readonly options: TrainingOptions;
  private readonly experiment: Experiment;
  private readonly stepsPerEpoch: number;
  private readonly totalSteps: number;
  private readonly steps: TrainingSteps;
  private readonly probes: Probes | undefined;
  private readonly pace: Pace;
  private readonly sameBits: SameBits | undefined;
  private readonly speed = new Speed();
  private readonly pendingCheckpoints: Promise<void>[] = [];
  private checkpointError: Error | undefined;
  private validation: Evaluation | undefined;
  private state: ModelState;
  private progress: Progress;
  private lastCheckpoint = performance.now();
  private tick = 0; // when the last call of the epoch ended

  constructor(options: TrainingOptions) {
    const { experiment, resumeFrom } = options;
    this.options = options;
    this.experiment = experiment;
    this.stepsPerEpoch = countStepsPerEpoch(experiment);
    this.totalSteps = this.stepsPerEpoch * experiment.epochs;
    this.steps = new TrainingSteps(experiment, options.plan, (choice) =>
      options.onEvent({ kind: 'plan', choice }),
    );
    this.pace = new Pace({
      mostSteps: STEPS_PER_CALL,
      firstSteps: () => (this.steps.plan === undefined ? 16 : 2),
    });
    if (mayUseOneThread() && options.plan !== 'eager') {
      this.sameBits = new SameBits(() => this.pace.allowOneThread());
    }
    if (options.probes !== false) this.probes = new Probes(experiment, this.totalSteps, options.plan);
    const fresh = initialState(experiment);
    if (resumeFrom === undefined) {
      this.state = fresh;
      this.progress = START;
    } else {
      this.state = restore(resumeFrom, fresh);
      tf.dispose(fresh as never);
      this.progress = resumeFrom.progress;
    }
  }

  async toEnd(): Promise<TrainingResult> {
    const { experiment, control } = this.options;
    let earlyStop = this.earlyStop();
    while (this.progress.epoch < experiment.epochs && earlyStop === undefined && !control.stopping) {
      await this.epoch();
      earlyStop = this.earlyStop();
    }
    const stopped = this.progress.epoch < experiment.epochs && earlyStop === undefined;
    this.checkpoint();
    await this.checkpointsWritten();
    if (this.checkpointError !== undefined) throw this.checkpointError;
    return {
      outcome: stopped ? 'stopped' : 'completed',
      earlyStop,
      steps: this.progress.step,
      epoch: this.progress.epoch,
      plan: this.steps.plan ?? (this.options.plan === 'auto' ? 'graph' : this.options.plan),
      examplesPerSecond: this.speed.examplesPerSecond,
      train: this.progress.lastTrain,
      validation: this.progress.lastValidation,
      test: stopped ? {} : await this.test(),
      weightsSha256: weightsSha256(this.state),
    };
  }

  /** Resolves when nothing goes on beside the loop any more. */
  async settled(): Promise<void> {
    await this.checkpointsWritten();
    await this.sameBits?.settled();
  }

  private async checkpointsWritten(): Promise<void> {
    await Promise.all(this.pendingCheckpoints);
  }

  /** The rest of the epoch that is under way, then validation; leaves early when the run is to stop. */
  private async epoch(): Promise<void> {
    const { experiment, control, onEvent } = this.options;
    const batches = batchesOfEpoch(experiment, this.progress.epoch);
    const { order } = batches;
    this.steps.startEpoch(batches);
    if (this.steps.plan === undefined) {
      this.steps.settlePlan(this.state, this.progress.step, this.progress.stepInEpoch);
    }
    if (this.progress.step === 0 && this.options.resumeFrom === undefined) await this.probeIfDue(order);
    while (this.progress.stepInEpoch < this.stepsPerEpoch) {
      if (control.pausing) {
        this.checkpoint();
        onEvent({ kind: 'paused', step: this.progress.step });
        await control.whilePaused();
        onEvent({ kind: 'resumed', step: this.progress.step });
        this.tick = performance.now();
      }
      if (control.stopping) return;
      await this.call();
      await this.probeIfDue(order);
      this.checkpointIfDue();
      if (this.checkpointError !== undefined) throw this.checkpointError;
    }
    await this.endEpoch();
  }

  /** Some steps in one native call. */
  private async call(): Promise<void> {
    const { onEvent } = this.options;
    const { step, stepInEpoch, epoch } = this.progress;
    const toProbe = this.probes?.stepsToNext(step) ?? Infinity;
    const call = this.pace.next(
      Math.min(this.stepsPerEpoch - stepInEpoch, toProbe, this.steps.alikeFrom(stepInEpoch)),
    );
    const count = call.steps;
    const start = performance.now();
    const before = this.state;
    const checks = this.sameBits?.isDue(this.pace.stepMs, this.totalSteps - step) ?? false;
    const onOne = checks ? this.steps.take(before, step, stepInEpoch, count, 'one') : undefined;
    const taking = this.steps.take(before, step, stepInEpoch, count, call.threads);
    if (onOne !== undefined) this.sameBits?.compare(onOne, taking);
    const { state, metrics, finite } = await taking;
    const losses = metrics['loss'] as Float32Array;
    if (!finite || losses.some((loss) => !Number.isFinite(loss))) {
      tf.dispose(state as never);
      const found = await this.findNonFinite(before, count);
      const taken = found.step - step + 1;
      const values = Object.entries(metrics).map(([name, of]) => [name, of.subarray(0, taken)] as const);
      onEvent({ kind: 'steps', step: step + 1, epoch: epoch + 1, values: Object.fromEntries(values) });
      throw new NonFiniteError(found);
    }
    this.state = state;
    tf.dispose(before as never);

    const epochSums = { ...this.progress.epochSums };
    for (const [name, values] of Object.entries(metrics)) {
      let sum = epochSums[name] ?? 0;
      for (const value of values) sum += value;
      epochSums[name] = sum;
    }
    this.progress = { ...this.progress, step: step + count, stepInEpoch: stepInEpoch + count, epochSums };
    onEvent({ kind: 'steps', step: step + 1, epoch: epoch + 1, values: metrics });

    const now = performance.now();
    // From end to end: what is done between calls (metrics to the run's file, progress on the screen) counts.
    this.speed.note(count, count * this.experiment.batchSize, (now - this.tick) / 1000);
    this.tick = now;
    this.pace.note(onOne === undefined ? call : { ...call, tells: 'nothing' }, now - start);
    this.reportProgress();
  }

  /** After its step and before any checkpoint of it, so that a run that goes on from there does not take the probe again. */
  private async probeIfDue(order: Int32Array): Promise<void> {
    const { step, stepInEpoch } = this.progress;
    if (!this.probes?.isDue(step)) return;
    // The next batch; after the last one of an epoch, its first.
    const first = (stepInEpoch % this.stepsPerEpoch) * this.experiment.batchSize;
    const rows = order.subarray(first, first + this.experiment.batchSize);
    for (const event of await this.probes.take(this.state, step, rows)) this.options.onEvent(event);
  }

  private reportProgress(): void {
    const rate = this.speed.current;
    this.options.onEvent({
      kind: 'progress',
      step: this.progress.step,
      steps: this.totalSteps,
      epoch: Math.min(this.progress.epoch + 1, this.experiment.epochs),
      examplesPerSecond: rate,
      secondsLeft:
        rate === null ? null : ((this.totalSteps - this.progress.step) * this.experiment.batchSize) / rate,
    });
  }

  private async endEpoch(): Promise<void> {
    const { experiment } = this;
    const train = Object.fromEntries(
      Object.entries(this.progress.epochSums).map(([name, sum]) => [name, sum / this.stepsPerEpoch]),
    );
    const validation = await this.validate();
    const loss = validation['loss'];
    const improved = loss !== undefined && loss < (this.progress.bestLoss ?? Infinity);
    this.progress = {
      step: this.progress.step,
      epoch: this.progress.epoch + 1,
      stepInEpoch: 0,
      epochSums: {},
      lastTrain: train,
      lastValidation: validation,
      bestLoss: improved ? loss : this.progress.bestLoss,
      epochsSinceBest: improved ? 0 : this.progress.epochsSinceBest + 1,
    };
    this.options.onEvent({
      kind: 'epoch',
      step: this.progress.step,
      epoch: this.progress.epoch,
      values: { ...prefixed('train/', train), ...prefixed('validation/', validation) },
    });
    const isDue = performance.now() - this.lastCheckpoint >= EPOCH_CHECKPOINT_MS;
    if (isDue && this.progress.epoch < experiment.epochs) this.checkpoint();
  }

  private async validate(): Promise<Record<string, number>> {
    const split = this.experiment.splits.validation;
    if (split.rows.length === 0) return {};
    this.validation ??= new Evaluation(this.experiment, split, this.steps.plan ?? 'graph');
    return this.validation.run(this.state);
  }

  private async test(): Promise<Record<string, number>> {
    const evaluation = new Evaluation(
      this.experiment,
      this.experiment.splits.test,
      this.steps.plan ?? 'graph',
    );
    try {
      return await evaluation.run(this.state);
    } finally {
      evaluation.dispose();
    }
  }

  private earlyStop(): string | undefined {
    const { patience } = this.experiment;
    const { epochsSinceBest } = this.progress;
    if (patience === 0 || epochsSinceBest < patience) return undefined;
    return `The validation loss has not improved for ${epochsSinceBest} epochs.`;
  }

  private checkpointIfDue(): void {
    const seconds = this.options.checkpointSeconds ?? 15;
    if (performance.now() - this.lastCheckpoint >= seconds * 1000) this.checkpoint();
  }

  /** Copies the state and writes it while training goes on. A failed write ends the run at the next step. */
  private checkpoint(): void {
    const { checkpoints, checkpointNotes, onEvent } = this.options;
    if (checkpoints === undefined) return;
    this.lastCheckpoint = performance.now();
    const progress = this.progress;
    const saved = checkpoints
      .save({ progress, tensors: snapshot(this.state), notes: checkpointNotes?.() })
      .then(
        (path) => onEvent({ kind: 'checkpoint', step: progress.step, path }),
        (error: Error) => {
          this.checkpointError ??= error;
        },
      );
    this.pendingCheckpoints.push(saved);
  }

  /** Takes the last steps again, one by one, to find the first that went wrong; then that one op by op. */
  private async findNonFinite(before: ModelState, count: number): Promise<NonFinite> {
    const { step, stepInEpoch } = this.progress;
    let state = before;
    try {
      for (let i = 0; i < count; i++) {
        const next = await this.steps.take(state, step + i, stepInEpoch + i, 1);
        if (next.finite && Number.isFinite((next.metrics['loss'] as Float32Array)[0])) {
          if (state !== before) tf.dispose(state as never);
          state = next.state;
          continue;
        }
        const found =
          findInOps(step + i, () => this.steps.stepEagerly(state, step + i, stepInEpoch + i)) ??
          findInWeights(step + i, next.state);
        tf.dispose(next.state as never);
        return found ?? { step: step + i, value: 'NaN', tensor: 'the loss' };
      }
    } finally {
      if (state !== before) tf.dispose(state as never);
    }
    throw new Error(`Steps ${step + 1} to ${step + count} were not finite together, but are one by one.`);
  }

  dispose(): void {
    tf.dispose(this.state as never);
    this.steps.dispose();
    this.probes?.dispose();
    this.validation?.dispose();
  }
}

/** Steps of one epoch: whole batches alone. A LabError when the training split does not fill one. */
export function countStepsPerEpoch({ splits, batchSize }: Experiment): number {
  const examples = splits.train.rows.length;
  // The rows that do not fill a last batch are others in each epoch, because the order is.
  const steps = Math.floor(examples / batchSize);
  if (steps > 0) return steps;
  throw new LabError(
    'train/batch-too-large',
    `A batch of ${batchSize} examples is larger than the training split of ${examples}.`,
    { hint: 'Choose a smaller batch size, or a larger data set.' },
  );
}

/** The state before the first step. */
export function initialState(experiment: Experiment): ModelState {
  return tf.tidy(() => {
    const parameters = experiment.initialParameters();
    const buffers = experiment.initialBuffers?.() ?? {};
    return { parameters, buffers, slots: experiment.optimizer.initialSlots(parameters) } as never;
  });
}

function prefixed(prefix: string, values: Values): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
