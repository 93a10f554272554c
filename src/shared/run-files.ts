/** The files that hold an exported run. */

/** The end of their names, by which the desktop knows them. */
export const RUN_FILE_ENDING = '.gradient-lab.json';
/** The longest text of a run that is taken in, in characters; a file is measured in bytes before it is read. */
export const MOST_RUN_FILE_BYTES = 200_000_000;

/** Files that a trained model can be written as: with its layers for Keras or TensorFlow.js, or the weights alone. */
export const MODEL_FORMATS = ['keras', 'tfjs', 'safetensors'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** The ends of their names. The layers for TensorFlow.js are several files, in a zip. */
export const MODEL_ENDINGS: Readonly<Record<ModelFormat, string>> = {
  keras: 'keras',
  tfjs: 'tfjs.zip',
  safetensors: 'safetensors',
};
