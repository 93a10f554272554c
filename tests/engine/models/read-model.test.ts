import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildNetwork, makeModel, asLogits, type Network } from '../../../src/engine/layers/index.ts';
import {
  importModel,
  listModels,
  loadModel,
  readModel,
  removeModel,
} from '../../../src/engine/models/index.ts';
import {
  binding,
  startRuntime,
  tf,
  type SymbolicTensor,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';
import { toTensor, type StoredTensor, type Weights } from '../../../src/engine/training/index.ts';
import { LabError } from '../../../src/shared/errors.ts';
import { errorOf, tempFolder, tempHome } from '../data/helpers.ts';

beforeAll(() => startRuntime());

const FILES = join(import.meta.dirname, 'keras');
const KERAS = join(FILES, 'small.keras');
const WEIGHTS = join(FILES, 'small.weights.h5');
const known = JSON.parse(readFileSync(join(FILES, 'small.json'), 'utf8')) as { predictions: number[][] };

/** sin(0), sin(1), ... as images, as make.py has them. */
const images = (shape: [number, ...number[]]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    shape,
  );
};

/** What the network makes of `x` with the stored weights. */
function predict(
  { network, tensors }: { network: Network | null; tensors: Readonly<Record<string, StoredTensor>> },
  x: Tensor,
): number[][] {
  const model = makeModel(() => buildNetwork(network as Network));
  const initial = model.initialWeights(1);
  const stored = (names: Weights['parameters']) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, toTensor(tensors[name] as StoredTensor)]));
  const weights = { parameters: stored(initial.parameters), buffers: stored(initial.buffers) };
  return model.apply(weights, x).output.arraySync() as number[][];
}

function expectClose(got: number[][], wanted: number[][]): void {
  expect(got).toHaveLength(wanted.length);
  got.flat().forEach((value, i) => expect(value).toBeCloseTo(wanted.flat()[i] as number, 5));
}

const fileOf = (name: string, bytes: Uint8Array | string): string => {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
};

describe('a file of the real Keras', () => {
  it('gives the layers, and the predictions that Keras makes', async () => {
    const read = await readModel(KERAS);
    expect(read.kind).toBe('keras');
    expect(read.network?.layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'conv2d Conv2D',
      'norm BatchNormalization',
      'activation Activation',
      'max_pooling2d MaxPooling2D',
      'dropout Dropout',
      'flatten Flatten',
      'classes Dense',
    ]);
    expectClose(predict(read, images([5, 8, 8, 1])), known.predictions);
  });

  it('of weights alone has the same numbers, counted', async () => {
    const [whole, alone] = [await readModel(KERAS), await readModel(WEIGHTS)];
    expect(alone.network).toBeNull();
    const { tensors } = alone;
    expect(Object.keys(tensors).sort()).toEqual(
      ['classes/0', 'classes/1', 'conv2d/0', 'norm/0', 'norm/1', 'norm/2', 'norm/3'].sort(),
    );
    expect(tensors['conv2d/0']).toEqual(whole.tensors['conv2d/kernel']);
    expect(tensors['norm/3']).toEqual(whole.tensors['norm/moving_variance']);
    expect(tensors['classes/1']).toEqual(whole.tensors['classes/bias']);
  });

  it('gives logits when its softmax is taken off', async () => {
    const read = await readModel(KERAS);
    const logits = predict({ ...read, network: asLogits(read.network as Network) }, images([5, 8, 8, 1]));
    const probabilities = (tf.softmax(tf.tensor2d(logits)) as Tensor).arraySync() as number[][];
    expectClose(probabilities, known.predictions);
    expect(logits.flat().some((value) => value > 1 || value < 0)).toBe(true);
  });

  const python = process.env['GRADIENT_LAB_BENCH_PYTHON'];
  it.runIf(python !== undefined)(
    'of every kind of layer gives equal predictions (GRADIENT_LAB_BENCH_PYTHON)',
    { timeout: 180_000 },
    async () => {
      const folder = tempFolder();
      const { status, stderr, stdout } = spawnSync(python as string, ['-c', EVERY_KIND, folder], {
        encoding: 'utf8',
      });
      expect(status, stderr.slice(-2000)).toBe(0);
      const predictions = JSON.parse(/PREDICTED(.*)/.exec(stdout)?.[1] ?? 'null') as Record<
        string,
        number[][]
      >;
      for (const [file, predicted] of Object.entries(predictions)) {
        expectClose(predict(await readModel(join(folder, file)), images([3, 12, 12, 2])), predicted);
      }
      expect(Object.keys(predictions)).toHaveLength(2);
    },
  );
});

/** Two models that have every kind of layer between them: a graph and a list. */
const EVERY_KIND = `
import json, sys, numpy as np, keras
from keras import layers as L
keras.utils.set_random_seed(3)
image = keras.Input((12, 12, 2), name='image')
x = L.Rescaling(0.5, offset=0.1)(image)
x = L.Conv2D(4, 3, padding='same', dilation_rate=2, use_bias=False)(x)
x = L.BatchNormalization(momentum=0.9, scale=False)(x)
x = L.Activation('silu')(x)
side = L.SeparableConv2D(4, (3, 1), padding='same', activation='tanh', depth_multiplier=2, name='side')(x)
x = L.Add()([x, side])
x = L.Multiply()([x, side])
x = L.Maximum()([x, side])
x = L.Minimum()([x, side])
x = L.Average()([x, side])
x = L.Concatenate()([x, side])
x = L.DepthwiseConv2D(3, strides=1, depth_multiplier=2, activation='elu')(x)
x = L.Permute((2, 1, 3))(x)
x = L.ReLU(max_value=1.5)(x)
x = L.LeakyReLU(negative_slope=0.1)(x)
x = L.ELU()(x)
x = L.ZeroPadding2D(((1, 0), (0, 1)))(x)
x = L.Cropping2D(((0, 1), (1, 0)))(x)
x = L.UpSampling2D(2)(x)
x = L.AveragePooling2D(3, 2, 'same')(x)
x = L.MaxPooling2D(2)(x)
x = L.GaussianNoise(0.3)(x)
x = L.GaussianDropout(0.3)(x)
x = L.Dropout(0.3)(x)
pooled = L.Concatenate()([L.GlobalAveragePooling2D()(x), L.GlobalMaxPooling2D()(x)])
y = L.Reshape((-1,))(x)
y = L.Dense(6, activation='selu')(y)
y = L.LayerNormalization(epsilon=0.01)(L.Concatenate()([y, pooled]))
y = L.Softmax()(L.Dense(5)(y))
graph = keras.Model(image, L.Dense(3, activation='softplus')(y))
plain = keras.Sequential([keras.Input((12, 12, 2)), L.Conv2D(3, 3, strides=2, activation='relu6'), L.Flatten(),
  L.Dense(4, activation='softsign'), L.Dense(3, activation='softmax')])
x = np.sin(np.arange(3 * 288, dtype='float32')).reshape(3, 12, 12, 2)
out = {}
for name, model in [('graph.keras', graph), ('plain.keras', plain)]:
  for weight in model.weights: weight.assign(np.abs(weight.numpy()) + np.abs(np.random.normal(0, 0.1, weight.shape)))
  model.save(sys.argv[1] + '/' + name)
  out[name] = model.predict(x, verbose=0).tolist()
print('PREDICTED' + json.dumps(out))`;

describe('a model of TensorFlow.js', () => {
  const branched = () =>
    makeModel(() => {
      const input = tf.input({ shape: [8, 8, 1] });
      const filtered = tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }).apply(input);
      const other = tf.layers.conv2d({ filters: 3, kernelSize: 3, name: 'other' }).apply(input);
      const sum = tf.layers.add().apply([filtered, other] as SymbolicTensor[]);
      const flat = tf.layers.flatten().apply(sum);
      return tf.model({
        inputs: input,
        outputs: tf.layers.dense({ units: 4 }).apply(flat) as SymbolicTensor,
      });
    });

  it('is read from a zip, a folder and its model.json alike, with the predictions that it made', async () => {
    const model = branched();
    const weights = model.initialWeights(2);
    const zip = model.toTfjs(weights);
    const x = images([5, 8, 8, 1]);
    const ours = model.apply(weights, x).output.arraySync() as number[][];
    const folder = tempFolder();
    for (const [name, bytes] of Object.entries(unzipSync(zip))) writeFileSync(join(folder, name), bytes);
    const inFolder = zipSync(
      Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [`my/${name}`, bytes])),
    );
    for (const path of [
      fileOf('m.zip', zip),
      fileOf('m.zip', inFolder),
      folder,
      join(folder, 'model.json'),
    ]) {
      const read = await readModel(path);
      expect(read.kind).toBe('tfjs');
      expect(Object.keys(read.tensors)).toContain('conv2d_1/kernel');
      expectClose(predict(read, x), ours);
    }
  });

  it('is refused with what is wrong with it', async () => {
    const model = branched();
    const files = unzipSync(model.toTfjs(model.initialWeights(2)));
    type Json = Record<string, unknown> & {
      weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
    };
    const changed = (change: (json: Json) => void, others = files): string => {
      const json = JSON.parse(Buffer.from(files['model.json'] as Uint8Array).toString()) as Json;
      change(json);
      return fileOf('m.zip', zipSync({ ...others, 'model.json': strToU8(JSON.stringify(json)) }));
    };
    const [group] = ['group1-shard1of1.bin'];
    const cases: [string, string, RegExp][] = [
      [changed((json) => (json['format'] = 'graph-model')), 'model/tfjs', /graph of operations/],
      [changed(() => undefined, {}), 'model/tfjs', /is not beside it/],
      [
        changed((json) => (json.weightsManifest[0]!.paths = ['../../secret'])),
        'model/tfjs',
        /"\.\.\/\.\.\/secret"/,
      ],
      [
        changed((json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [1e6, 1e6])),
        'model/too-large',
        /at most/,
      ],
      [
        changed((json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [-1])),
        'model/tfjs',
        /without a shape/,
      ],
      [
        changed((json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [1])),
        'model/tfjs',
        /more weights|bytes/,
      ],
      [
        changed((json) => (json.weightsManifest[0]!.weights[0]!['quantization'] = {})),
        'model/tfjs',
        /quantised/,
      ],
      [changed((json) => json.weightsManifest[0]!.weights.reverse()), 'model/shape', /Expected/],
      [changed((json) => (json['modelTopology'] = {})), 'model/unsupported', /sequential or functional/],
      [changed(() => undefined, { [group]: new Uint8Array(4) }), 'model/tfjs', /bytes of weights/],
    ];
    for (const [path, code, message] of cases) {
      const error = await errorOf(() => readModel(path));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    }
  });
});

describe('a network that cannot be built', () => {
  const config = () =>
    JSON.parse(Buffer.from(unzipSync(readFileSync(KERAS))['config.json'] as Uint8Array).toString()) as {
      class_name: string;
      config: { layers: { class_name: string; config: Record<string, unknown>; inbound_nodes: unknown[] }[] };
    };
  type Config = ReturnType<typeof config>;
  const withConfig = (change: (config: Config) => void): string => {
    const json = config();
    change(json);
    const files = unzipSync(readFileSync(KERAS));
    return fileOf('m.keras', zipSync({ ...files, 'config.json': strToU8(JSON.stringify(json)) }));
  };
  const layer = (json: Config, i: number) => json.config.layers[i] as Config['config']['layers'][number];

  it.each<[string, (json: Config) => void, string, RegExp]>([
    [
      'a kind that is not known',
      (json) => (layer(json, 1).class_name = 'LSTM'),
      'model/unsupported-layer',
      /"conv2d" is of the kind LSTM/,
    ],
    [
      'a setting that tfjs has not',
      (json) => (layer(json, 1).config['groups'] = 2),
      'model/unsupported-setting',
      /"conv2d" \(Conv2D\) has groups: 2/,
    ],
    [
      'channels first',
      (json) => (layer(json, 1).config['data_format'] = 'channels_first'),
      'model/unsupported-setting',
      /dataFormat/,
    ],
    [
      'an activation that differs',
      (json) => (layer(json, 3).config['activation'] = 'hard_sigmoid'),
      'model/unsupported-setting',
      /hard_sigmoid/,
    ],
    [
      'a number beyond all bounds',
      (json) => (layer(json, 7).config['units'] = 1e9),
      'model/unsupported-setting',
      /units: 1000000000/,
    ],
    [
      'too many weights',
      (json) => (
        (layer(json, 1).config['filters'] = 65536),
        (layer(json, 1).config['kernel_size'] = [4096, 4096])
      ),
      'model/too-large',
      /at most/,
    ],
    [
      'other shapes than its weights',
      (json) => (layer(json, 7).config['units'] = 5),
      'model/shape',
      /"classes\/kernel".*48, 4/,
    ],
    [
      'a free length',
      (json) => (layer(json, 0).config['batch_shape'] = [null, null, 8, 1]),
      'model/unsound',
      /fixed lengths/,
    ],
    [
      'a layer that is used twice',
      (json) => layer(json, 1).inbound_nodes.push(layer(json, 1).inbound_nodes[0]),
      'model/unsound',
      /used 2 times/,
    ],
    [
      'a layer that finds nothing left',
      (json) => (layer(json, 4).config['pool_size'] = 9),
      'model/unsound',
      /"max_pooling2d"/,
    ],
    [
      'a ring of layers',
      (json) =>
        ([layer(json, 1).inbound_nodes, layer(json, 2).inbound_nodes] = [
          layer(json, 3).inbound_nodes,
          layer(json, 2).inbound_nodes,
        ]),
      'model/unsound',
      /waits for one that does not come/,
    ],
    [
      'a name that is none',
      (json) => ((layer(json, 1) as unknown as { name: unknown }).name = '__proto__'),
      'model/unsound',
      /name of a layer/,
    ],
    ['a class of its own', (json) => (json.class_name = 'MyModel'), 'model/unsupported', /MyModel/],
    ['no layers', (json) => (json.config.layers = []), 'model/unsupported', /one input/],
    [
      'ten thousand layers',
      (json) => (json.config.layers = Array.from({ length: 10_000 }, () => layer(json, 1))),
      'model/unsound',
      /10000 layers/,
    ],
  ])('is refused for %s', async (_, change, code, message) => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    const error = await errorOf(() => readModel(withConfig(change)));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });
});

describe('damaged files', () => {
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const below = (n: number): number => Math.floor(random() * n);

  /** Cut off, with bytes changed, with a run of extreme bytes, with a piece copied elsewhere. */
  function mutated(bytes: Uint8Array, how: number): Uint8Array {
    const copy = bytes.slice();
    if (how === 0) return copy.subarray(0, below(copy.length));
    if (how === 1) for (let i = 0; i <= below(8); i++) copy[below(copy.length)] = below(256);
    if (how === 2)
      copy.fill(
        [0, 255, 127, 128][below(4)] as number,
        ...([below(copy.length)].flatMap((at) => [at, at + 8]) as [number, number]),
      );
    if (how === 3) copy.copyWithin(below(copy.length), below(copy.length), below(copy.length));
    return copy;
  }

  it.each([
    ['keras', 'keras', 150],
    ['weights.h5', 'h5', 400],
  ])(
    'of the kind .%s are read whole or refused, whatever byte is wrong',
    { timeout: 120_000 },
    async (ending, _, rounds) => {
      const whole = readFileSync(join(FILES, `small.${ending}`));
      const folder = tempFolder();
      const path = join(folder, `m.${ending}`);
      let refused = 0;
      for (let i = 0; i < rounds; i++) {
        writeFileSync(path, mutated(whole, i % 4));
        try {
          const { tensors } = await readModel(path);
          expect(
            Object.values(tensors).every(
              ({ bytes, shape }) => bytes.length === 4 * shape.reduce((a, b) => a * b, 1),
            ),
          ).toBe(true);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(rounds / 4);
      // And the reader is as good as before.
      expect((await readModel(join(FILES, `small.${ending}`))).tensors).not.toEqual({});
    },
  );

  it.each([
    ['m.keras', '', 'model/kind'],
    ['m.keras', 'PK\x05\x06', 'model/zip'],
    ['m.weights.h5', '', 'model/kind'],
    ['m.weights.h5', '\x89HDF\r\n\x1a\n', 'model/hdf5'],
    ['model.json', '', 'model/json'],
    ['model.json', '[]', 'model/unsupported'],
    ['m.safetensors', '', 'safetensors/invalid'],
    ['m.onnx', 'x', 'model/kind'],
  ])('%s with %j is refused', async (name, content, code) => {
    expect((await errorOf(() => readModel(fileOf(name, Buffer.from(content, 'latin1'))))).code).toBe(code);
  });

  it('are refused where the library would look for ever', { timeout: 20_000 }, async () => {
    const bytes = readFileSync(WEIGHTS);
    // The free space at the end of the first heap, object 0, says that it has no size.
    let at = bytes.indexOf('GCOL') + 16;
    while (bytes.readUInt16LE(at) !== 0) at += 16 + Math.ceil(Number(bytes.readBigUInt64LE(at + 8)) / 8) * 8;
    bytes.writeBigUInt64LE(0n, at + 8);
    const error = await errorOf(() => readModel(fileOf('m.weights.h5', bytes)));
    expect([error.code, error.message]).toEqual(['model/hdf5', expect.stringContaining('a heap')]);
  });

  it('of nothing at all are said to be missing', async () => {
    expect((await errorOf(() => readModel('/no/such/file.keras'))).code).toBe('data/not-found');
    expect((await errorOf(() => readModel(tempFolder()))).code).toBe('model/kind');
  });
});

describe('the models that are kept', () => {
  it('are read back as they were imported, once each', async () => {
    tempHome();
    expect(listModels()).toEqual([]);
    const info = await importModel(KERAS);
    expect(info).toMatchObject({
      ...{ id: 'small', kind: 'keras', source: 'small.keras', weights: 27 + 12 + 196 },
      ...{ layers: ['conv2d', 'norm', 'classes'], network: { input: [8, 8, 1], output: [4] } },
    });
    expect(await importModel(KERAS)).toEqual(info);
    const alone = await importModel(WEIGHTS);
    expect(alone).toMatchObject({ id: 'small-2', kind: 'weights', network: null });
    expect(listModels()).toEqual([info, alone]);
    expectClose(predict(loadModel('small'), images([5, 8, 8, 1])), known.predictions);
    expect((await errorOf(() => importModel(WEIGHTS, { as: 'small' }))).code).toBe('model/exists');
    expect((await errorOf(() => importModel(KERAS, { as: '../x' }))).code).toBe('model/id');
    await removeModel('small');
    expect(listModels().map(({ id }) => id)).toEqual(['small-2']);
    expect((await errorOf(() => loadModel('small'))).code).toBe('model/unknown');
  });

  it('that were damaged on the disk are refused', async () => {
    const models = join(tempHome(), '..', 'models');
    await importModel(KERAS);
    const weights = join(models, 'small', 'weights.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(weights, bytes);
    expect((await errorOf(() => loadModel('small'))).code).toMatch(/^safetensors\//);
    mkdirSync(join(models, 'other'));
    cpSync(join(models, 'small', 'model.json'), join(models, 'other', 'model.json'));
    expect(listModels().map(({ id }) => id)).toEqual(['small']);
  });
});
