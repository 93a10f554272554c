/**
 * A layers model with its weights as TensorFlow.js keeps one: `model.json` and weights in shards beside it, in a zip. The unpacked
 * folder is what `tf.loadLayersModel` opens.
 */
import { strToU8, zipSync } from 'fflate';
import { LabError } from '../../shared/errors.ts';
import type { LayersModel, Tensor } from '../runtime/index.ts';
import type { LayerVariable } from './initialisers.ts';
import { OWN_CLASSES } from './sequence-layers.ts';

/** What tfjs's own writer cuts weights into: browsers keep files of this size in their cache. */
const SHARD_BYTES = 4 * 1024 * 1024;

export interface TfjsModel {
  readonly model: LayersModel;
  /** The value of one of the model's weights; stays the caller's. */
  readonly valueOf: (variable: LayerVariable) => Tensor;
}

/** The zip's bytes: `model.json`, `group1-shard1of2.bin` and so on. Throws `export/tfjs` where two
 * weights have one name, or a layer is none of tfjs's. */
export function tfjsFile({ model, valueOf }: TfjsModel): Uint8Array {
  const weights = model.weights.map((variable) => ({
    name: variable.originalName,
    shape: variable.shape as number[],
    dtype: variable.dtype,
    bytes: bytesOf(valueOf(variable)),
  }));
  const names = weights.map(({ name }) => name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined) {
    throw new LabError('export/tfjs', `Two weights of the model are called "${double}".`, {
      hint: 'TensorFlow.js finds weights by their names: give the layers names of their own.',
    });
  }
  const topology = JSON.stringify(model.toJSON(null, false));
  const own = OWN_CLASSES.find((name) => topology.includes(`"${name}"`));
  if (own !== undefined) {
    throw new LabError('export/tfjs', `TensorFlow.js has no layer "${own}", which the model is made of.`, {
      hint: 'Export it for Keras, or its weights as safetensors.',
    });
  }
  const shards = shardsOf(weights.map(({ bytes }) => bytes));
  const files = shards.map((shard, i) => [`group1-shard${i + 1}of${shards.length}.bin`, shard] as const);
  const manifest = {
    paths: files.map(([name]) => name),
    weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
  };
  const description = {
    format: 'layers-model',
    generatedBy: 'Gradient Lab',
    convertedBy: null,
    modelTopology: JSON.parse(topology) as object,
    weightsManifest: [manifest],
  };
  return zipSync(
    { 'model.json': strToU8(JSON.stringify(description)), ...Object.fromEntries(files) },
    { level: 0 },
  );
}

function bytesOf(tensor: Tensor): Uint8Array {
  const values = tensor.dataSync() as Float32Array | Int32Array;
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** All weights behind each other, cut into shards; a model without weights has one, which is empty. */
function shardsOf(weights: readonly Uint8Array[]): Uint8Array[] {
  const all = Buffer.concat(weights);
  const count = Math.max(1, Math.ceil(all.length / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) => all.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES));
}
