/** What a lab is: a schema of hyperparameters, a function that makes an experiment of them, and a look inside its model. */
import type { ConfigOf, Fields } from '../../shared/fields.ts';
import type { TextEncoding } from '../../shared/texts.ts';
import type { Comparison, LabId, LabInfo, MetricInfo, Preset } from '../../shared/labs.ts';
import type { Inspection } from '../inspect/index.ts';
import type { DeviceData, Experiment } from '../training/index.ts';

export type { Layer } from '../inspect/index.ts';

export interface Lab<F extends Fields = Fields> {
  readonly id: LabId;
  /** Its place among the ten. */
  readonly number: number;
  readonly title: string;
  /** One sentence for a list. */
  readonly summary: string;
  /** What a person can do after it. */
  readonly teaches: readonly string[];
  readonly fields: F;
  /** Settings worth starting from, by name. */
  readonly presets: readonly Preset[];
  /** Runs worth laying over each other, which are queued together. */
  readonly comparisons?: readonly Comparison[];
  /** What `step` and `evaluate` measure, in the order in which charts show it; the loss first. */
  readonly metrics: readonly MetricInfo[];
  /** The features that are class numbers, not measurements. */
  readonly labelFeatures: readonly string[];
  /** How its model prepares an input, and what each layer makes of it. */
  readonly inspect: Inspection;
  /** For a lab that reads texts: how they become rows of numbers. Its experiments get the features `tokens`, `length` and `label`. */
  encoding?(config: ConfigOf<F>): TextEncoding;
  /**
   * For a lab whose word vectors can start from imported ones: the weight that has a row for each token of the vocabulary
   * [vocabulary, width], and the setting that is the width. The lab has the field `vectors`.
   */
  readonly wordVectors?: { readonly weight: string; readonly width: string };
  /**
   * For a lab that can train an imported network: the mean and deviation of values from 0 to 1 that its inputs were standardised
   * with.
   */
  readonly standardised?: { readonly mean: number; readonly deviation: number };
  /** The weights of its model by name, in order, where the model has no layers that say so. Pure. */
  weightShapes?(
    config: ConfigOf<F>,
    imageShape: readonly number[],
    classes: number,
  ): readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The experiment for a configuration; `data` stays the caller's. */
  makeExperiment(config: ConfigOf<F>, data: DeviceData, seed: number): Experiment;
}

/** Checks a lab's own types where it is defined; the list of labs holds them all as `Lab`. */
export function defineLab<const F extends Fields>(lab: Lab<F>): Lab {
  return lab;
}

/** What the app is told of a lab. */
export function describeLab(lab: Lab): LabInfo {
  const { id, number, title, summary, teaches, fields, presets, comparisons = [], metrics, inspect } = lab;
  const layered = inspect.toKeras !== undefined;
  const augments = inspect.augmentation !== undefined;
  return { id, number, title, summary, teaches, fields, presets, comparisons, layered, augments, metrics };
}
