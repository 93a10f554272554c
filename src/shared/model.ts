/** A model as plain data: its layers, how they are connected, and what they cost. For a table and a graph. */

/** A tensor that a layer has: a weight that is trained, or a buffer that is not. */
export interface WeightSummary {
  /** As in a run's parameters or buffers: "conv1/kernel". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

export interface LayerSummary {
  /** Unique in the model, and the name under which its activations are found. */
  readonly name: string;
  /** Its class, as Keras has it: "Conv2D", "Dense", "InputLayer". */
  readonly kind: string;
  /** The layers that it gets its inputs from, by name, in order; empty for an input. A layer that is used twice has both uses'. */
  readonly inputs: readonly string[];
  /** Without the batch; null where a length is free. Of its first output, where it has more. */
  readonly outputShape: readonly (number | null)[];
  readonly weights: readonly WeightSummary[];
  /** Numbers in its weights, trained or not. */
  readonly parameters: number;
  /**
   * Multiplications and additions of its matrix products and convolutions for one example, forward; 0 where it has none, null
   * where they are not known. Biases, activations, pooling and normalisation are left out: they are a small part.
   */
  readonly flops: number | null;
  /** What a person would set: kernel size, strides, padding, activation, rate. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

export interface ModelSummary {
  /** In the order in which they are computed. */
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  /** Of those, numbers that training changes. */
  readonly trainable: number;
  /** The sum over all layers; null where a layer's are not known. */
  readonly flops: number | null;
}
