/** What inspection has to know of a lab; labs fill it in, and inspection knows none of them by name. */
import type { Config, Fields } from '../../shared/fields.ts';
import type { ModelSummary } from '../../shared/model.ts';
import type { Scalar, Tensor, Tensor1D } from '../runtime/index.ts';
import type { Batch, Weights } from '../training/index.ts';

/** The activations of one layer: [batch, ...]. */
export interface Layer {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A built network: for other values of its weights too. */
export interface Network {
  /** As `layers` of the inspection that built it. */
  activations(weights: Weights, x: Tensor): readonly Layer[];
}

/** One thing that a layer keeps or decides at each token, such as its hidden state or a gate: [batch, time, units]. */
export interface SequencePart {
  /** In words: "hidden state", "cell state", "input gate", "forget gate", "output gate", "update gate", "reset gate". */
  readonly name: string;
  readonly tensor: Tensor;
}

export interface SequenceLayer {
  readonly name: string;
  /** The hidden state first. */
  readonly parts: readonly SequencePart[];
}

/**
 * A look inside a model that reads sequences. `tokens` are ids, int32 [batch, time], filled up with 0 at the end; what stands in the
 * place of padding is never looked at. All functions are pure, and the tensors that they return are the caller's.
 */
export interface SequenceInspection {
  /**
   * Logits after each token, [batch, time, classes]: those at t are what the model says of the first t + 1 tokens alone. Null where
   * `config` gives a model that cannot tell in one pass, as one that reads both ways: then each beginning is given to it by itself.
   */
  readings(weights: Weights, tokens: Tensor, config: Config): Tensor | null;
  /** Every recurrent layer over the sequence, first to last. */
  layers(weights: Weights, tokens: Tensor, config: Config): readonly SequenceLayer[];
  /**
   * For saliency: the embedded tokens, and the gradient of the logit of class `label` by them, both [batch, time, embedding].
   */
  inputGradient(
    weights: Weights,
    tokens: Tensor,
    label: number,
    config: Config,
  ): { readonly embedded: Tensor; readonly gradient: Tensor };
  /**
   * How far back a gradient reaches: the length of the gradient of each text's loss by its state at each token, [batch, time], where a
   * lab can tell. `labels`: int32 [batch].
   */
  stateGradient?(weights: Weights, tokens: Tensor, labels: Tensor1D, config: Config): Tensor;
}

/** Training images as a step has them. Both functions are pure, and the tensors that they return are the caller's. */
export interface AugmentationInspection {
  /** What the step at `step` trains on in the place of `prepare(batch)`: each image of the batch changed by itself. */
  augment(batch: Batch, config: Config, seed: number, step: Scalar): Tensor;
  /** Prepared values as they are stored, 0 to 255; what lies outside of that is the caller's to cut off. */
  toStored(x: Tensor): Tensor;
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
  /** What `layers` builds before it computes, for a model that is asked often. Kept ones are not for compiled functions. */
  network?(weights: Weights, x: Tensor, config: Config): Network;
  /** For a lab that changes its training images by chance. */
  readonly augmentation?: AugmentationInspection;
  /** For a lab of sequences; `prepare` then gives the tokens, [batch, time]. */
  readonly sequence?: SequenceInspection;
  /** The layers, shapes and sizes of the model that `config` gives for images of `imageShape`; where the lab's model has layers. */
  describe?(config: Config, imageShape: readonly number[], classes: number): ModelSummary;
  /** That model with `weights` as the bytes of a `.keras` file. */
  toKeras?(
    weights: Weights,
    config: Config,
    imageShape: readonly number[],
    classes: number,
  ): Promise<Uint8Array>;
  /** The same as a zip of what TensorFlow.js loads. */
  toTfjs?(weights: Weights, config: Config, imageShape: readonly number[], classes: number): Uint8Array;
}

/** A lab, as far as inspection needs it. */
export interface Inspectable {
  readonly fields: Fields;
  /** Features that are class numbers, not measurements. */
  readonly labelFeatures: readonly string[];
  readonly inspect: Inspection;
}

/** The lab called `id`; throws a LabError where there is none. */
export type FindLab = (id: string) => Inspectable;
