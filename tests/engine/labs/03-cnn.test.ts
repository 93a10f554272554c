import { beforeAll, describe, expect, it } from 'vitest';
import { cnn, network } from '../../../src/engine/labs/03-cnn.ts';
import {
  startRuntime,
  tf,
  uniform,
  randomKey,
  type Scalar,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';
import {
  mapParameters,
  putOnDevice,
  train,
  TrainingControl,
  type TrainingResult,
  type Weights,
} from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { blobs } from '../../support/blobs.ts';

beforeAll(() => startRuntime());

const DEFAULTS = resolveConfig(cnn.fields, {}) as never as Parameters<typeof network>[0];
const SMALL = { ...DEFAULTS, filters: 2, units: 5, dropout: 0 };
const step = (n: number): Scalar => tf.scalar(n, 'int32');

type Values = { readonly values: ArrayLike<number>; readonly shape: readonly number[] };

/** A convolution without padding, bias and ReLU, in plain loops: x is [height][width][channels]. */
function convolveByHand(x: number[][][], kernel: Values, bias: Values, stride: number): number[][][] {
  const [k, , channels, filters] = kernel.shape as [number, number, number, number];
  const places = (extent: number): number[] =>
    Array.from({ length: Math.floor((extent - k) / stride) + 1 }, (_, i) => i * stride);
  return places(x.length).map((y0) =>
    places((x[0] as number[][]).length).map((x0) =>
      Array.from({ length: filters }, (_, f) => {
        let sum = bias.values[f] as number;
        for (let y = 0; y < k; y++)
          for (let dx = 0; dx < k; dx++)
            for (let c = 0; c < channels; c++)
              sum +=
                (x[y0 + y]?.[x0 + dx]?.[c] as number) *
                (kernel.values[((y * k + dx) * channels + c) * filters + f] as number);
        return Math.max(0, sum);
      }),
    ),
  );
}

function poolByHand(x: number[][][], pool: (values: number[]) => number): number[][][] {
  return Array.from({ length: Math.floor(x.length / 2) }, (_, y) =>
    Array.from({ length: Math.floor((x[0] as number[][]).length / 2) }, (_, column) =>
      (x[0]?.[0] as number[]).map((_, c) =>
        pool([0, 1].flatMap((dy) => [0, 1].map((dx) => x[2 * y + dy]?.[2 * column + dx]?.[c] as number))),
      ),
    ),
  );
}

function denseByHand(x: number[], kernel: Values, bias: Values): number[] {
  const width = kernel.shape[1] as number;
  return Array.from({ length: width }, (_, j) =>
    x.reduce(
      (sum, value, i) => sum + value * (kernel.values[i * width + j] as number),
      bias.values[j] as number,
    ),
  );
}

function logitsByHand({ parameters }: Weights, image: number[][][], pooling: string): number[] {
  const of = (name: string): Values => {
    const tensor = parameters[name] as Tensor;
    return { values: tensor.dataSync(), shape: tensor.shape };
  };
  const halve = (x: number[][][]): number[][][] => {
    if (pooling === 'stride') return x;
    if (pooling === 'max') return poolByHand(x, (values) => Math.max(...values));
    return poolByHand(x, (values) => values.reduce((a, b) => a + b) / 4);
  };
  const stride = pooling === 'stride' ? 2 : 1;
  let x = halve(convolveByHand(image, of('conv1/kernel'), of('conv1/bias'), stride));
  x = halve(convolveByHand(x, of('conv2/kernel'), of('conv2/bias'), stride));
  const dense = denseByHand(x.flat(2), of('dense/kernel'), of('dense/bias')).map((v) => Math.max(0, v));
  return denseByHand(dense, of('logits/kernel'), of('logits/bias'));
}

describe('lab 3', () => {
  it.each(['max', 'average', 'stride'])('computes its logits as plain loops do (%s)', (pooling) => {
    const model = network({ ...SMALL, pooling: pooling as never }, [14, 13, 2], 3);
    const initial = model.initialWeights(1);
    // Biases that are not 0, so that they are seen.
    const weights = {
      ...initial,
      parameters: mapParameters(initial.parameters, (tensor) =>
        tensor.rank === 1 ? uniform(tensor.shape, randomKey(1, 'bias', step(0))) : tensor,
      ),
    };
    const x = tf.randomNormal([2, 14, 13, 2], 0, 1, 'float32', 4);
    const logits = model.apply(weights, x).output.arraySync() as number[][];
    (x.arraySync() as number[][][][]).forEach((image, i) => {
      const byHand = logitsByHand(weights, image, pooling);
      byHand.forEach((z, j) => expect(logits[i]?.[j]).toBeCloseTo(z, 4));
    });
  });

  it('has the layers, shapes and sizes that are known of this network', () => {
    const summary = network(DEFAULTS, [28, 28, 1], 10).describe();
    expect(summary.layers.map(({ name, outputShape }) => [name, ...outputShape])).toEqual([
      ['image', 28, 28, 1],
      ['conv1', 26, 26, 32],
      ['pool1', 13, 13, 32],
      ['conv2', 11, 11, 64],
      ['pool2', 5, 5, 64],
      ['flatten', 1600],
      ['dense', 128],
      ['dropout', 128],
      ['logits', 10],
    ]);
    expect([summary.parameters, summary.trainable]).toEqual([225_034, 225_034]);
    expect(summary.layers.map(({ inputs }) => inputs)).toEqual([
      [],
      ['image'],
      ['conv1'],
      ['pool1'],
      ['conv2'],
      ['pool2'],
      ['flatten'],
      ['dense'],
      ['dropout'],
    ]);
    // 2 operations for each weight of the kernel, at each place.
    expect(summary.layers.map(({ flops }) => flops)).toEqual([
      0,
      2 * 9 * 32 * 26 * 26,
      0,
      2 * 9 * 32 * 64 * 11 * 11,
      0,
      0,
      2 * 1600 * 128,
      0,
      2 * 128 * 10,
    ]);
    expect(summary.flops).toBe(summary.layers.reduce((sum, { flops }) => sum + (flops ?? NaN), 0));
    const normalised = network({ ...DEFAULTS, batchNorm: 'yes' }, [28, 28, 1], 10).describe();
    // Four numbers for each feature map, two of them trained, and no bias.
    expect(normalised.parameters).toBe(225_034 + 3 * 96);
    expect(normalised.trainable).toBe(225_034 + 96);
  });

  it('shows what each layer makes of an image, under the names of its summary', () => {
    const config = resolveConfig(cnn.fields, { batchNorm: 'yes', pooling: 'average' });
    const model = network({ ...DEFAULTS, batchNorm: 'yes', pooling: 'average' }, [28, 28, 1], 10);
    const weights = model.initialWeights(1);
    const image = tf.randomUniform([1, 28, 28], 0, 255, 'float32', 3);
    const x = cnn.inspect.prepare({ image });
    const layers = cnn.inspect.layers(weights, x, config);
    const summary = cnn.inspect.describe?.(config, [28, 28], 10);
    expect(layers.map(({ name, tensor }) => [name, ...tensor.shape.slice(1)])).toEqual(
      summary?.layers.slice(1).map(({ name, outputShape }) => [name, ...outputShape]),
    );
    expect(layers.at(-1)?.tensor.dataSync()).toEqual(model.apply(weights, x).output.dataSync());
  });

  it('says when nothing is left of an image', () => {
    expect(() => network({ ...DEFAULTS, kernel: 5 }, [12, 28, 1], 10)).toThrow(
      'Two convolutions of 5 x 5 leave nothing of an image of 12 x 28.',
    );
    for (const pooling of ['max', 'average', 'stride'] as const) {
      expect(() => network({ ...DEFAULTS, kernel: 3, pooling }, [10, 10, 1], 10)).not.toThrow();
    }
  });

  it.each([
    { batchNorm: 'yes' },
    { pooling: 'average', optimizer: 'momentum', learningRate: 0.01 },
    { pooling: 'stride', schedule: 'constant' },
    { optimizer: 'rmsprop', shift: 0 },
  ])('learns with %o', async (settings) => {
    const data = putOnDevice(blobs({ side: 16 }), { validationShare: 0.1, seed: 1, integers: ['label'] });
    // The classes differ in their place: images are moved by less than a row.
    const still = { shift: 0.4, rotation: 0, scaling: 0 };
    const config = resolveConfig(cnn.fields, { epochs: 6, batchSize: 20, filters: 8, ...still, ...settings });
    const result: TrainingResult = await train({
      experiment: cnn.makeExperiment(config, data, 1),
      plan: 'graph',
      control: new TrainingControl(),
      onEvent: () => undefined,
    }).finally(() => data.dispose());
    expect(result.test['accuracy']).toBeGreaterThan(0.9);
  });
});
