/** What every reader of model files gives. */
import { LabError } from '../../shared/errors.ts';
import type { Network } from '../layers/index.ts';

/** Bytes of a file of a model, and of all its weights together. */
export const MOST_MODEL_BYTES = 512 * 1024 * 1024;
/** Bytes of a model's description. */
export const MOST_CONFIG_BYTES = 16 * 1024 * 1024;

export interface StoredArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The weights of one layer, in the order in which Keras and tfjs keep them (kernel, bias; gamma, beta, mean, variance). */
export interface StoredLayer {
  readonly name: string;
  /** Its group in a file of Keras: the class and a count, "conv2d_1". */
  readonly group?: string;
  readonly weights: readonly StoredArray[];
}

export interface StoredModel {
  /** Null where the file has weights alone. */
  readonly network: Network | null;
  readonly layers: readonly StoredLayer[];
}

/** JSON of a file that anyone may have written. Throws `model/json`. */
export function parseJson(bytes: Uint8Array, label: string): unknown {
  if (bytes.length > MOST_CONFIG_BYTES) {
    throw new LabError(
      'model/too-large',
      `Expected a description of at most ${MOST_CONFIG_BYTES} bytes in "${label}", got ${bytes.length}.`,
      { hint: 'Check that this is the file you meant.' },
    );
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new LabError('model/json', `Expected JSON in "${label}", got something else.`, {
      hint: 'The file is damaged or of another kind: save the model again.',
      cause: error,
    });
  }
}

/** The fields of what should be an object; none where it is something else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
