/**
 * A model as TensorFlow.js keeps it: `model.json` with the layers and the names of the files of weights beside it. Models of
 * Keras that its converter has written are such, too.
 */
import { LabError } from '../../shared/errors.ts';
import { networkFromKeras } from './keras-network.ts';
import {
  fieldsOf,
  listOf,
  MOST_MODEL_BYTES,
  type StoredArray,
  type StoredLayer,
  type StoredModel,
} from './stored-model.ts';

/** The bytes of a file beside `model.json`, at most `most`; null where there is none. */
export type ReadBeside = (name: string, most: number) => Uint8Array | null;

/** Throws `model/tfjs`, `model/too-large`, and what `networkFromKeras` does. */
export function readTfjsModel(json: unknown, label: string, read: ReadBeside): StoredModel {
  const { format, modelTopology, weightsManifest } = fieldsOf(json);
  if (format === 'graph-model') {
    throw new LabError('model/tfjs', `"${label}" holds a graph of operations: it has no layers.`, {
      hint: 'Convert the model with --output_format tfjs_layers_model.',
    });
  }
  const topology = fieldsOf(modelTopology);
  const network = networkFromKeras(topology['model_config'] ?? topology);
  const layers = new Map<string, StoredArray[]>();
  let left = MOST_MODEL_BYTES;
  for (const group of listOf(weightsManifest)) {
    const { paths, weights } = fieldsOf(group);
    const specs = listOf(weights).map((spec) => readSpec(spec, label));
    const bytes = specs.reduce((sum, { numbers }) => sum + 4 * numbers, 0);
    left -= bytes;
    if (!(left >= 0)) {
      throw new LabError(
        'model/too-large',
        `Expected at most ${MOST_MODEL_BYTES} bytes of weights in "${label}".`,
        {
          hint: 'Choose a smaller model.',
        },
      );
    }
    const data = joined(listOf(paths), bytes, label, read);
    let at = 0;
    for (const { layer, shape, numbers } of specs) {
      const values = new Float32Array(data.slice(at, at + 4 * numbers).buffer);
      at += 4 * numbers;
      layers.set(layer, [...(layers.get(layer) ?? []), { shape, values }]);
    }
  }
  return { network, layers: [...layers].map(([name, weights]): StoredLayer => ({ name, weights })) };
}

/** "sequential/conv2d/kernel" is a weight of "conv2d": what stands before is the model's name. */
function readSpec(
  spec: unknown,
  label: string,
): { readonly layer: string; readonly shape: readonly number[]; readonly numbers: number } {
  const { name, shape, dtype, quantization } = fieldsOf(spec);
  const layer = typeof name === 'string' ? name.split('/').at(-2) : undefined;
  const lengths = listOf(shape);
  const isShape =
    Array.isArray(shape) &&
    lengths.length <= 6 &&
    lengths.every((n) => Number.isInteger(n) && (n as number) >= 0);
  if (layer === undefined || !isShape)
    throw damaged(label, `a weight ${JSON.stringify(name)?.slice(0, 60)} without a shape`);
  if (dtype !== 'float32' || quantization !== undefined) {
    const what = quantization === undefined ? `of the type ${JSON.stringify(dtype)}` : 'quantised';
    throw new LabError('model/tfjs', `The weight "${String(name)}" in "${label}" is ${what}.`, {
      hint: 'Convert the model without quantisation: weights have to be float32.',
    });
  }
  const numbers = lengths.reduce<number>((product, n) => product * (n as number), 1);
  return { layer, shape: lengths as number[], numbers };
}

/** The files of a group of weights behind each other: just as many bytes as its weights have. */
function joined(paths: readonly unknown[], bytes: number, label: string, read: ReadBeside): Uint8Array {
  if (paths.length > 10_000) throw damaged(label, `${paths.length} files of weights`);
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const path of paths) {
    if (typeof path !== 'string' || !/^[\w][\w. -]*$/.test(path)) {
      throw damaged(label, `${JSON.stringify(path)?.slice(0, 60)} as the name of a file of weights`);
    }
    const part = read(path, bytes - at);
    if (part === null) {
      throw new LabError('model/tfjs', `The file "${path}", which "${label}" names, is not beside it.`, {
        hint: 'Keep model.json and the files of weights in one folder, or in a zip.',
      });
    }
    if (at + part.length > bytes) throw damaged(label, `more weights than it names in "${path}"`);
    all.set(part, at);
    at += part.length;
  }
  if (at !== bytes) throw damaged(label, `${at} bytes of weights, expected ${bytes}`);
  return all;
}

function damaged(label: string, got: string): LabError {
  return new LabError('model/tfjs', `Expected a model of TensorFlow.js in "${label}", got ${got}.`, {
    hint: 'The files are damaged, or not all there: save the model again.',
  });
}
