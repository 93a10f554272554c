/** What a lab hands to the training loop: data, model, step, and how they are to be run. */
import type { Batching } from '../../shared/texts.ts';
import type { Resident, Scalar, Tensor, Tensor1D } from '../runtime/index.ts';
import type { Parameters } from './gradients.ts';
import type { Optimizer, Slots } from './optimizers.ts';
import type { Schedule } from './schedules.ts';

/** What a model computes with. */
export interface Weights {
  /** What gradients change. */
  readonly parameters: Parameters;
  /** What steps change without a gradient (moving averages of batch normalisation), or not at all (frozen layers). */
  readonly buffers: Parameters;
}

/** All that changes while a model trains. */
export interface ModelState extends Weights {
  readonly slots: Slots;
}

/** The state after a step. A model without buffers leaves them out. */
export type NextState = Omit<ModelState, 'buffers'> & Partial<Pick<ModelState, 'buffers'>>;

/** The rows of one batch: each feature as [batch, ...shape of one]; images as float32 0 to 255, labels as int32. */
export type Batch = Readonly<Record<string, Tensor>>;

/** What else a step may depend on. Both are tensors, because they change from step to step. */
export interface StepInputs {
  /** float32 scalar. */
  readonly learningRate: Scalar;
  /** int32 scalar: steps taken before this one. Key randomness with it. */
  readonly step: Scalar;
}

export type SplitName = 'train' | 'validation' | 'test';

/** A feature's rows on the device and the dtype that a batch of them has. */
export interface Feature {
  readonly rows: Resident;
  readonly as: 'float32' | 'int32';
  /** Whether its rows are sequences, padded at their end: a batch of them may be cut where all of it is padding. */
  readonly isSequence: boolean;
}

/** How sequences of unlike length share a batch. */
export interface SequenceBatching {
  readonly batching: Batching;
  /** Tokens of a row on the device. */
  readonly length: number;
}

/** Some rows of the features, by number: a validation split shares its rows with the training split. */
export interface SplitRows {
  readonly features: Readonly<Record<string, Feature>>;
  readonly rows: Int32Array;
  /** Of sequences: how long each is, by row number, padding left out. */
  readonly lengths?: Int32Array;
}

export interface Experiment {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Stops when the validation loss has not improved for this many epochs; 0: never. */
  readonly patience: number;
  /** What `step` and `evaluate` measure, `loss` first. */
  readonly metricNames: readonly string[];
  readonly splits: Readonly<Record<SplitName, SplitRows>>;
  /** For examples that are sequences: batches are then cut to a few widths, and the step is compiled for each. */
  readonly sequences?: SequenceBatching;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Fresh weights from the seed. Called outside of a compiled step. */
  initialParameters(): Parameters;
  /** The buffers to begin with, where the model has any. Called outside of a compiled step. */
  initialBuffers?(): Parameters;
  /** One step of training. Compiled. */
  step(
    state: ModelState,
    batch: Batch,
    inputs: StepInputs,
  ): { state: NextState; metrics: Readonly<Record<string, Scalar>> };
  /** The gradient of the loss that a step at `step` (int32 scalar) would start from, for each parameter. Compiled, for probes. */
  gradients(weights: Weights, batch: Batch, step: Scalar): Parameters;
  /** Metrics of each example, [batch]; the loop takes means. Compiled. */
  evaluate(weights: Weights, batch: Batch): Readonly<Record<string, Tensor1D>>;
}
