/** What inspection has to know of a lab; labs fill it in, and inspection knows none of them by name. */
import type { Config } from '../../shared/fields.ts';
import type { ModelSummary } from '../../shared/model.ts';
import type { Tensor } from '../runtime/index.ts';
import type { Batch, Weights } from '../training/index.ts';

/** The activations of one layer: [batch, ...]. */
export interface Layer {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A look inside a lab's model, in the lab's own steps. All functions are pure, and the tensors that they return are the caller's. */
export interface Inspection {
  /** How `prepare` makes the model's input, in words: "(pixel / 255 - 0.1307) / 0.3081". */
  readonly preparation: string;
  /** What the model gets of a batch: [batch, ...]. */
  prepare(batch: Batch): Tensor;
  /**
   * The activations of every layer for prepared `x`, first to last; the last are the logits, [batch, classes]. `config` is what the
   * run was trained with.
   */
  layers(weights: Weights, x: Tensor, config: Config): readonly Layer[];
  /** The layers, shapes and sizes of the model that `config` gives for images of `imageShape`; where the lab's model has layers. */
  describe?(config: Config, imageShape: readonly number[], classes: number): ModelSummary;
  /** That model with `weights` as the bytes of a `.keras` file. */
  toKeras?(
    weights: Weights,
    config: Config,
    imageShape: readonly number[],
    classes: number,
  ): Promise<Uint8Array>;
}

/** A lab, as far as inspection needs it. */
export interface Inspectable {
  /** Features that are class numbers, not measurements. */
  readonly labelFeatures: readonly string[];
  readonly inspect: Inspection;
}

/** The lab called `id`; throws a LabError where there is none. */
export type FindLab = (id: string) => Inspectable;
