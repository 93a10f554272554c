/** What the app asks of a trained model and of a data set, and what the engine answers. Arrays are row-major. */
import type { SplitName } from './data.ts';
import type { Config } from './fields.ts';
import type { LabId } from './labs.ts';

/** Images of a data set for a grid: `count` of them from `offset` on, of those that fit the filter. */
export interface ExampleQuery {
  readonly dataSet: string;
  readonly split: SplitName;
  /** Only this class; null: all. */
  readonly label: number | null;
  readonly offset: number;
  /** 1 to 1,000. */
  readonly count: number;
}

export interface ExamplePage {
  /** Examples that fit the filter. */
  readonly total: number;
  /** Their numbers in the split: [n]. */
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  /** [n, height, width, channels], 0 to 255. */
  readonly images: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

export interface DataSetStatistics {
  /** For each split, examples of each class. */
  readonly classCounts: Readonly<Partial<Record<SplitName, Int32Array>>>;
  /** Of the training split's values, 0 to 255. */
  readonly mean: number;
  readonly deviation: number;
  /** Counts of the training split's values 0 to 255: [256]. */
  readonly valueCounts: Int32Array;
  /** The mean image of each class: [classes, height, width, channels], 0 to 255. */
  readonly classMeans: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** One example, as it is stored and as the lab's model gets it. */
export interface ExampleDetail {
  readonly index: number;
  readonly label: number;
  readonly image: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The tensor after the lab's own preparation. */
  readonly tensor: Float32Array;
  readonly tensorShape: readonly number[];
  /** How it was made, in words: "(pixel / 255 - 0.1307) / 0.3081". */
  readonly preparation: string;
}

/** One example and what augmentation makes of it. */
export interface AugmentationQuery {
  readonly lab: LabId;
  readonly dataSet: string;
  readonly split: SplitName;
  readonly index: number;
  /** Values of the lab's fields; those left out take their defaults. */
  readonly settings: Config;
  readonly seed: number;
  /** The step whose randomness is drawn from, counted from 1. */
  readonly step: number;
  /** 1 to 64. */
  readonly count: number;
}

export interface AugmentedExample {
  /** As it is stored. */
  readonly image: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The first `count` images of a batch of this one alone, as a step has them: [count, height, width, channels], 0 to 255. */
  readonly draws: Uint8Array;
}

/** A person's own picture as a model gets it. */
export interface FittedPicture {
  readonly image: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** The activations of one layer for one input. */
export interface LayerActivation {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Prediction {
  /** Of each class: [classes]. */
  readonly probabilities: Float32Array;
  readonly layers: readonly LayerActivation[];
  /** What the model saw: [height, width], 0 to 255. */
  readonly input: Uint8Array;
}

export interface WeightTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Every example of a split as the model sees it. */
export interface SplitPredictions {
  readonly step: number;
  readonly split: SplitName;
  readonly classes: readonly string[];
  /** Rows true, columns predicted: [classes, classes]. */
  readonly confusion: Int32Array;
  /** Numbers of the examples in the data set's split, and for each: true class, predicted class, loss, probability of the predicted class. */
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  readonly loss: Float32Array;
  readonly probability: Float32Array;
  /** The data set's split that `indices` count in: validation rows may be part of the training split. */
  readonly indexedIn: SplitName;
}
