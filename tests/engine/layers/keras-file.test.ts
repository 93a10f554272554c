import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeModel } from '../../../src/engine/layers/index.ts';
import { startRuntime, tf, type SymbolicTensor } from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

const apply = (layer: { apply(x: unknown): unknown }, x: unknown) => layer.apply(x) as SymbolicTensor;

/** A layer of each kind that is written, a branch, names given and not. */
const branched = () =>
  makeModel(() => {
    const { layers } = tf;
    const input = tf.input({ shape: [8, 8, 1], name: 'image' });
    let x = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }), input);
    x = apply(layers.batchNormalization({ momentum: 0.9 }), x);
    x = apply(layers.activation({ activation: 'relu' }), x);
    const side = apply(
      layers.conv2d({ filters: 4, kernelSize: [3, 1], padding: 'same', activation: 'tanh', name: 'side' }),
      x,
    );
    x = apply(layers.add(), [x, side]);
    x = apply(layers.concatenate(), [x, side]);
    x = apply(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'elu' }), x);
    x = apply(layers.reLU({ maxValue: 1.5 }), apply(layers.permute({ dims: [2, 1, 3] }), x));
    x = apply(layers.leakyReLU({ alpha: 0.1 }), x);
    x = apply(layers.zeroPadding2d({ padding: [[1, 0], [0, 1]] }), x); // prettier-ignore
    x = apply(layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }), x);
    x = apply(layers.maxPooling2d({ poolSize: 2 }), x);
    x = apply(layers.dropout({ rate: 0.3 }), x);
    const pooled = apply(layers.globalAveragePooling2d({}), x);
    const flat = apply(layers.flatten(), x);
    x = apply(layers.dense({ units: 6, activation: 'sigmoid' }), flat);
    x = apply(layers.layerNormalization(), apply(layers.concatenate(), [x, pooled]));
    return tf.model({
      inputs: input,
      outputs: apply(layers.dense({ units: 3, activation: 'softmax', name: 'classes' }), x),
    });
  });

/** Weights that no initialiser gives, moving averages too. */
function weightsOf(model: ReturnType<typeof branched>) {
  const { parameters, buffers } = model.initialWeights(3);
  const moved = (tensors: typeof parameters) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor], i) => [
        name,
        tf.add(tf.abs(tensor), tf.abs(tf.randomNormal(tensor.shape, 0, 0.1, 'float32', i))),
      ]),
    );
  return { parameters: moved(parameters), buffers: moved(buffers) };
}

const python = process.env['GRADIENT_LAB_BENCH_PYTHON'];

describe('a .keras file', () => {
  it('has its parts, and weights in the groups that Keras looks for', async () => {
    const model = branched();
    const parts = unzipSync(await model.toKeras(weightsOf(model)));
    expect(Object.keys(parts)).toEqual(['metadata.json', 'config.json', 'model.weights.h5']);
    const config = JSON.parse(strFromU8(parts['config.json'] as Uint8Array)) as {
      class_name: string;
      config: { layers: { class_name: string; name: string }[]; input_layers: unknown };
    };
    expect(config.class_name).toBe('Functional');
    expect(config.config.input_layers).toEqual([['image', 0, 0]]);
    expect(new Set(config.config.layers.map(({ name }) => name)).size).toBe(config.config.layers.length);

    const { default: hdf5 } = await import('h5wasm/node');
    await hdf5.ready;
    const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-keras-test-'));
    writeFileSync(join(folder, 'w.h5'), parts['model.weights.h5'] as Uint8Array);
    const file = new hdf5.File(join(folder, 'w.h5'), 'r');
    expect((file.get('layers/conv2d_1/vars') as { attrs: Record<string, { value: unknown }> }).attrs['name']?.value).toBe('side'); // prettier-ignore
    expect((file.get('layers/batch_normalization/vars/3') as { shape: number[] }).shape).toEqual([4]);
    file.close();
    rmSync(folder, { recursive: true });
  });

  it.runIf(python !== undefined)(
    'is loaded by the real Keras, with equal predictions (GRADIENT_LAB_BENCH_PYTHON)',
    { timeout: 120_000 },
    async () => {
      const model = branched();
      const weights = weightsOf(model);
      const x = tf.randomNormal([5, 8, 8, 1], 0, 1, 'float32', 1);
      const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-keras-test-'));
      writeFileSync(join(folder, 'model.keras'), await model.toKeras(weights));
      const program = `
import json, sys, numpy, keras
model = keras.saving.load_model(sys.argv[1])
x = numpy.array(json.load(sys.stdin), dtype='float32')
print('PREDICTED' + json.dumps(model.predict(x, verbose=0).tolist()))`;
      const child = spawnSync(python as string, ['-c', program, join(folder, 'model.keras')], {
        input: JSON.stringify(x.arraySync()),
        encoding: 'utf8',
      });
      rmSync(folder, { recursive: true });
      expect(child.stderr.split('\n').slice(-4).join('\n')).not.toMatch(/Error/);
      const predicted = JSON.parse(/PREDICTED(.*)/.exec(child.stdout)?.[1] ?? 'null') as number[][];
      const ours = model.apply(weights, x).output.arraySync() as number[][];
      expect(predicted).toHaveLength(5);
      predicted.flat().forEach((value, i) => expect(value).toBeCloseTo(ours.flat()[i] as number, 5));
    },
  );

  it('is refused for layers that Keras has not', async () => {
    const model = makeModel(() =>
      tf.sequential({
        layers: [
          tf.layers.inputLayer({ inputShape: [4, 4, 1] }),
          tf.layers.cropping2D({ cropping: [[1, 1], [1, 1]] }), // prettier-ignore
        ],
      }),
    );
    await expect(model.toKeras(model.initialWeights(1))).rejects.toThrow(/Cropping2D/);
  });

  it('writes a sequential model as a graph', async () => {
    const model = makeModel(() =>
      tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] }),
    );
    const parts = unzipSync(await model.toKeras(model.initialWeights(1)));
    const text = strFromU8(parts['config.json'] as Uint8Array);
    expect(text).toContain('"class_name":"InputLayer"');
    expect(text).toContain('"keras_history"');
  });
});
