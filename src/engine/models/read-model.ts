/** Reads a model file of another program, whatever its kind. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { ModelFileKind } from '../../shared/models.ts';
import { missingFile, readWholeFile } from '../data/index.ts';
import { buildNetwork, lastingNames, makeModel, type Network } from '../layers/index.ts';
import { startRuntime } from '../runtime/index.ts';
import { decode, type StoredTensor } from '../training/index.ts';
import { readKerasWeights } from './hdf5-weights.ts';
import { networkFromKeras } from './keras-network.ts';
import {
  MOST_CONFIG_BYTES,
  MOST_MODEL_BYTES,
  parseJson,
  type StoredArray,
  type StoredLayer,
  type StoredModel,
} from './stored-model.ts';
import { readTfjsModel } from './tfjs-model.ts';
import { readZip } from './zip.ts';

export interface ReadModel {
  readonly kind: ModelFileKind;
  /** Null where the file has weights alone. */
  readonly network: Network | null;
  /** As a run's weights are called: "conv1/kernel". In a file that only counts them, "conv1/0". */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/**
 * Reads `path`: a `.keras` file, `.weights.h5`, the `model.json` of TensorFlow.js or the folder or zip that it lies in, or
 * safetensors. What the file says of itself is believed only as far as its size allows.
 * Throws a LabError: `data/not-found`, `model/kind`, `model/too-large`, or what the reader finds wrong.
 */
export async function readModel(path: string): Promise<ReadModel> {
  if (!existsSync(path)) throw missingFile(path);
  const name = basename(path);
  const file = statSync(path).isDirectory() ? join(path, 'model.json') : path;
  if (!existsSync(file)) {
    throw new LabError('model/kind', `Expected a model in the folder "${name}": it has no model.json.`, {
      hint: 'Give the folder that TensorFlow.js has saved a model in, or the file of a model.',
    });
  }
  const bytes = readWholeFile(file, MOST_MODEL_BYTES);
  if (file.endsWith('.json')) return whole('tfjs', fromFolder(bytes, file));
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (start === '\x89HDF') return weightsAlone('weights', await readKerasWeights(bytes, name));
  if (start.startsWith('PK')) return fromZip(bytes, name);
  if (file.endsWith('.safetensors'))
    return { kind: 'safetensors', network: null, tensors: fromSafetensors(bytes, name) };
  throw new LabError('model/kind', `Expected the file of a model, and "${name}" is none that is known.`, {
    hint: 'There are: .keras, .weights.h5, the model.json of TensorFlow.js or a zip with it, and .safetensors.',
  });
}

function fromFolder(bytes: Uint8Array, file: string): StoredModel {
  const folder = dirname(file);
  return readTfjsModel(parseJson(bytes, basename(file)), basename(file), (name, most) => {
    const path = join(folder, name);
    return existsSync(path) ? readWholeFile(path, most) : null;
  });
}

/** A zip is what Keras saves, or a model of TensorFlow.js, which may lie in a folder. */
async function fromZip(bytes: Uint8Array, label: string): Promise<ReadModel> {
  const files = readZip(bytes, label, (name) => {
    if (/(^|\/)(config|metadata|model)\.json$/.test(name)) return MOST_CONFIG_BYTES;
    return /\.(h5|bin)$/.test(name) ? MOST_MODEL_BYTES : null;
  });
  const config = files.get('config.json');
  if (config !== undefined) {
    const weights = files.get('model.weights.h5');
    if (weights === undefined) {
      throw new LabError('model/kind', `Expected "model.weights.h5" in "${label}".`, {
        hint: 'Save the model again with Keras 3: model.save("model.keras").',
      });
    }
    const network = networkFromKeras(parseJson(config, `config.json of ${label}`));
    return whole('keras', {
      network,
      layers: await readKerasWeights(weights, `model.weights.h5 of ${label}`),
    });
  }
  const json = [...files.keys()].find((name) => name === 'model.json' || name.endsWith('/model.json'));
  if (json === undefined) {
    throw new LabError(
      'model/kind',
      `Expected a model in "${label}": it has neither config.json nor model.json.`,
      {
        hint: 'Give a .keras file, or a zip of the folder that TensorFlow.js has saved a model in.',
      },
    );
  }
  const folder = json.slice(0, -'model.json'.length);
  const parsed = parseJson(files.get(json) as Uint8Array, `${json} of ${label}`);
  return whole(
    'tfjs',
    readTfjsModel(parsed, `${json} of ${label}`, (name) => files.get(folder + name) ?? null),
  );
}

function fromSafetensors(bytes: Uint8Array, label: string): ReadModel['tensors'] {
  const { tensors } = decode(bytes, label);
  const other = Object.entries(tensors).find(([, { dtype }]) => dtype !== 'F32');
  if (other === undefined) return tensors;
  throw new LabError(
    'model/kind',
    `The tensor "${other[0]}" in "${label}" is ${other[1].dtype}, expected F32.`,
    {
      hint: 'Save the weights as float32.',
    },
  );
}

function weightsAlone(kind: ModelFileKind, layers: readonly StoredLayer[]): ReadModel {
  const tensors = layers.flatMap(({ name, weights }) =>
    weights.map((array, i) => [`${name}/${i}`, stored(array)] as const),
  );
  return { kind, network: null, tensors: Object.fromEntries(tensors) };
}

/** The weights under the names that the network's layers give them; each is there, in its shape. */
function whole(kind: ModelFileKind, { network: read, layers }: StoredModel): ReadModel {
  const given = read as Network;
  const lasting = lastingNames();
  const network = renamed(given, lasting);
  startRuntime();
  const described = makeModel(() => buildNetwork(network), { mostWeights: MOST_MODEL_BYTES / 4 }).describe();
  const find = finder(given, layers, lasting);
  const tensors = described.layers.flatMap((layer) => {
    const arrays = layer.weights.length === 0 ? [] : find(layer.name);
    if (arrays.length !== layer.weights.length) {
      throw mismatch(layer.name, `${layer.weights.length} weights`, `${arrays.length}`);
    }
    return layer.weights.map(({ name, shape }, i) => {
      const array = arrays[i] as StoredArray;
      if (String(array.shape) !== String(shape)) {
        throw mismatch(name, `[${shape.join(', ')}]`, `[${array.shape.join(', ')}]`);
      }
      return [name, stored(array)] as const;
    });
  });
  return { kind, network, tensors: Object.fromEntries(tensors) };
}

/** Finds a layer's weights by its lasting name; in files of older writers by the group that Keras puts its class in. */
function finder(
  network: Network,
  layers: readonly StoredLayer[],
  lasting: (name: string) => string,
): (name: string) => readonly StoredArray[] {
  const byName = new Map(layers.map((layer) => [lasting(layer.name), layer.weights]));
  const byGroup = new Map(layers.map((layer) => [layer.group, layer.weights]));
  const counts = new Map<string, number>();
  const groups = network.layers.map(({ name, kind }): [string, string] => {
    const base = kind
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase();
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return [lasting(name), count === 0 ? base : `${base}_${count}`];
  });
  const groupOf = new Map(groups);
  return (name) => byName.get(name) ?? byGroup.get(groupOf.get(name)) ?? [];
}

/** Under names that stay the same from process to process. */
function renamed({ input, layers, output }: Network, lasting: (name: string) => string): Network {
  return {
    input: { ...input, name: lasting(input.name) },
    layers: layers.map((layer) => ({
      ...layer,
      name: lasting(layer.name),
      inputs: layer.inputs.map(lasting),
    })),
    output: lasting(output),
  };
}

function stored({ shape, values }: StoredArray): StoredTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function mismatch(name: string, expected: string, got: string): LabError {
  return new LabError('model/shape', `Expected ${expected} for "${name}", got ${got}.`, {
    hint: 'The layers and the weights of the file do not belong together: save the model again.',
  });
}
