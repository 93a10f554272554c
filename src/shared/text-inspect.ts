/** What the app asks of a model that reads texts, and what the engine answers. Arrays are row-major. */
import type { SplitName } from './data.ts';
import type { LayerActivation } from './inspect.ts';
import type { TextEncoding, TokenizedText } from './texts.ts';

/** The longest text that a model is asked about, in characters; the longest review of IMDB has 13,704. */
export const MOST_CHARACTERS = 20_000;

/** A recurrent layer, and what can be looked at in it. */
export interface ReadLayer {
  readonly name: string;
  readonly units: number;
  /** "hidden state" first, then cells and gates. */
  readonly parts: readonly string[];
}

/** A text as a run's model reads it. */
export interface TextReading {
  /** Steps of training behind the model. */
  readonly step: number;
  readonly classes: readonly string[];
  readonly encoding: TextEncoding;
  /** The text's tokens; the model reads those from `keptFrom` up to `keptTo`, which are meant by "tokens" below. */
  readonly tokenized: TokenizedText;
  /** What the model says after each token: [tokens, classes]. The last row is its answer. */
  readonly probabilities: Float32Array;
  readonly layers: readonly ReadLayer[];
}

/** One part of a layer over the tokens of a text. */
export interface UnitsOverText {
  readonly units: number;
  /** [tokens, units] */
  readonly values: Float32Array;
}

/** What one layer makes of a text. */
export interface TextActivation {
  readonly tokenized: TokenizedText;
  /** [tokens, units] of a layer that works word by word, [units] of what comes after it. */
  readonly activation: LayerActivation;
}

/** How much each token matters to the logit of a class, by the gradient at its embedding. */
export interface TextSaliency {
  readonly label: number;
  /** The gradient times the embedding, summed: [tokens]. Above 0: speaks for the class. */
  readonly product: Float32Array;
  /** The length of the gradient: [tokens]. */
  readonly length: Float32Array;
}

/** What the model says of the text without each of its tokens. */
export interface TextOcclusion {
  /** [tokens, classes]; not a number for the only token of a text. */
  readonly probabilities: Float32Array;
}

/** A unit of a part of a recurrent layer; units count from 0. */
export interface PassageQuery {
  readonly layer: string;
  readonly part: string;
  readonly unit: number;
}

/** Words of a text of the data set around the one at which a unit is most active. */
export interface Passage {
  readonly split: SplitName;
  /** The text's number in the split. */
  readonly index: number;
  readonly label: number;
  /** The passage; token k is `text.slice(starts[k], ends[k])`. */
  readonly text: string;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The unit at each token. */
  readonly values: Float32Array;
  /** Which of the tokens is the peak. */
  readonly peak: number;
}

/** What comes of a search for passages: how far it is, and then what it found. */
export type PassageEvent =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'found';
      /** Texts that were looked through. */
      readonly texts: number;
      /** Those with the highest and with the lowest values, the most extreme first; of one text only the peak. */
      readonly highest: readonly Passage[];
      readonly lowest: readonly Passage[];
    };

/** How far back a gradient reaches: what is measured at so many tokens before a text's last one, from 0 on. */
export interface GradientReach {
  /** Texts that were measured. */
  readonly texts: number;
  /** How many of them are that long: [distances]. */
  readonly counts: Int32Array;
  /** The length of the gradient of the loss by the state there: the median over the texts, and the quarters: [distances]. */
  readonly median: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}
