/** Models that came from files of other programs, as the lab keeps them. */

export const MODEL_FILE_KINDS = ['keras', 'weights', 'tfjs', 'safetensors'] as const;
/** `.keras`; `.weights.h5`; the `model.json` of TensorFlow.js with its weights; `.safetensors`. */
export type ModelFileKind = (typeof MODEL_FILE_KINDS)[number];

/** How a list calls them. */
export const MODEL_FILE_LABELS: Readonly<Record<ModelFileKind, string>> = {
  keras: 'Keras',
  weights: 'Keras weights',
  tfjs: 'TensorFlow.js',
  safetensors: 'safetensors',
};

export interface ImportedModel {
  /** Lower-case words with hyphens; unique among the models. */
  readonly id: string;
  readonly kind: ModelFileKind;
  /** The name of the file that it came from, without its folder. */
  readonly source: string;
  /** Of the weights as they are kept. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly importedAt: number;
  /** Numbers in all weights. */
  readonly weights: number;
  /** Names of the layers that have weights. */
  readonly layers: readonly string[];
  /** The network itself, where the file has it: what goes in and what comes out, without the batch. */
  readonly network: { readonly input: readonly number[]; readonly output: readonly number[] } | null;
}
