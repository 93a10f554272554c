import { beforeAll, describe, expect, it } from 'vitest';
import { makeModel } from '../../../src/engine/layers/index.ts';
import {
  binding,
  compile,
  startRuntime,
  tf,
  type LayersModel,
  type Scalar,
  type SymbolicTensor,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';
import { mapParameters, valueAndGradients, type Weights } from '../../../src/engine/training/index.ts';

beforeAll(() => startRuntime());

const tensorsNow = (): number[] => [binding().getNumOfTensors(), tf.memory().numTensors];
const step = (n: number): Scalar => tf.scalar(n, 'int32');
const chain = (input: SymbolicTensor, ...layers: { apply(x: SymbolicTensor): unknown }[]): LayersModel =>
  tf.model({
    inputs: input,
    outputs: layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, input),
  });

/** Smooth all the way, so that differences say what the gradient is. */
const smooth = () =>
  makeModel(() =>
    chain(
      tf.input({ shape: [6, 6, 2] }),
      tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', kernelRegularizer: 'l1l2' }),
      tf.layers.batchNormalization(),
      tf.layers.averagePooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 4, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
    ),
  );
const inputs = (batch: number, shape: number[], seed = 1): Tensor =>
  tf.randomNormal([batch, ...shape], 0.5, 2, 'float32', seed);

describe('a layers model', () => {
  it('leaves no tensor behind, neither when it is made nor when it is applied', () => {
    const before = tensorsNow();
    const model = smooth();
    expect(tf.memory().numTensors).toBe(before[1]);
    expect(Object.keys(tf.engine().registeredVariables)).toEqual([]);
    const weights = model.initialWeights(1);
    const x = inputs(5, [6, 6, 2]);
    const at = step(3);
    tf.dispose([model.apply(weights, x), model.apply(weights, x, { seed: 1, step: at })] as never);
    tf.dispose(model.activations(weights, x) as never);
    expect(() => model.apply({ parameters: {}, buffers: {} }, x)).toThrow('conv2d_1/kernel');
    tf.dispose([weights, x, at] as never);
    expect(tensorsNow()).toEqual(before);
  });

  it('has names and first weights that do not depend on what was made before', () => {
    const [first, second] = [smooth(), smooth()];
    const { parameters, buffers } = first.initialWeights(3);
    expect(Object.keys(parameters)).toEqual([
      'conv2d_1/kernel',
      'conv2d_1/bias',
      'batch_normalization_1/gamma',
      'batch_normalization_1/beta',
      'dense_1/kernel',
      'dense_1/bias',
    ]);
    expect(Object.keys(buffers)).toEqual([
      'batch_normalization_1/moving_mean',
      'batch_normalization_1/moving_variance',
    ]);
    const values = (weights: Weights) =>
      Object.entries({ ...weights.parameters, ...weights.buffers }).map(([name, t]) => [
        name,
        ...t.dataSync(),
      ]);
    expect(values(second.initialWeights(3))).toEqual(values(first.initialWeights(3)));
    expect(values(first.initialWeights(4))).not.toEqual(values(first.initialWeights(3)));
    expect(parameters['conv2d_1/kernel']?.dataSync()).not.toEqual(
      parameters['dense_1/kernel']?.dataSync().slice(0, 54),
    );
  });

  it('draws each layer from its own initialiser', () => {
    const model = makeModel(() =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            units: 300,
            inputShape: [200],
            kernelInitializer: 'heNormal',
            biasInitializer: 'ones',
          }),
          tf.layers.dense({ units: 300, kernelInitializer: 'glorotUniform' }),
          tf.layers.dense({ units: 30, kernelInitializer: 'orthogonal' }),
        ],
      }),
    );
    const { parameters } = model.initialWeights(1);
    const moments = (name: string) => {
      const { mean, variance } = tf.moments(parameters[name] as Tensor);
      return [mean.dataSync()[0] as number, variance.dataSync()[0] as number] as const;
    };
    const [heMean, heVariance] = moments('dense_1/kernel');
    expect(Math.abs(heMean)).toBeLessThan(0.002);
    expect(heVariance / (2 / 200)).toBeCloseTo(1, 1);
    expect(moments('dense_1/bias')).toEqual([1, 0]);
    const limit = Math.sqrt(6 / 600);
    const glorot = parameters['dense_2/kernel'] as Tensor;
    expect(glorot.abs().max().dataSync()[0]).toBeLessThanOrEqual(limit);
    expect((moments('dense_2/kernel')[1] / limit ** 2) * 3).toBeCloseTo(1, 1);
    const q = parameters['dense_3/kernel'] as Tensor;
    const products = tf.matMul(q as never, q as never, true).sub(tf.eye(30));
    expect(products.abs().max().dataSync()[0]).toBeLessThan(1e-4);
  });

  it('has the gradients that finite differences give, regularisers and batch statistics included', () => {
    const model = smooth();
    const weights = model.initialWeights(2);
    const x = inputs(6, [6, 6, 2]);
    const target = inputs(6, [4], 9);
    const loss = (parameters: Weights['parameters']): Scalar => {
      const { output, penalty } = model.apply({ ...weights, parameters }, x, { seed: 7, step: step(1) });
      return tf.add(tf.mean(tf.square(tf.sub(output, target))), penalty);
    };
    const { gradients } = valueAndGradients(
      (current) => ({ loss: loss(current), aux: {} }),
      weights.parameters,
    );
    for (const [name, gradient] of Object.entries(gradients)) {
      for (let i = 0; i < gradient.size; i += Math.ceil(gradient.size / 5)) {
        const at = (delta: number): number =>
          loss(
            mapParameters(weights.parameters, (tensor, other) => {
              if (other !== name) return tensor;
              const values = tensor.dataSync().slice();
              values[i] = (values[i] as number) + delta;
              return tf.tensor(values, tensor.shape);
            }),
          ).dataSync()[0] as number;
        const difference = (at(0.01) - at(-0.01)) / 0.02;
        expect(Math.abs((gradient.dataSync()[i] as number) - difference), `${name} ${i}`).toBeLessThan(
          2e-3 + 5e-3 * Math.abs(difference),
        );
      }
    }
  });

  it('adds what its regularisers ask for', () => {
    const model = smooth();
    const weights = model.initialWeights(2);
    const sums = (name: string, f: (x: number) => number): number =>
      [...((weights.parameters[name] as Tensor).dataSync() as Float32Array)].reduce(
        (sum, x) => sum + f(x),
        0,
      );
    const byHand =
      sums('conv2d_1/kernel', (x) => 0.01 * Math.abs(x) + 0.01 * x * x) +
      sums('dense_1/kernel', (x) => 0.1 * x * x);
    const { penalty } = model.apply(weights, inputs(2, [6, 6, 2]));
    expect(penalty.dataSync()[0]).toBeCloseTo(byHand, 5);
  });

  it('moves the averages of batch normalisation as a plain loop does, while training alone', () => {
    const model = makeModel(() =>
      tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [4, 4, 3], momentum: 0.9 })] }),
    );
    let weights = model.initialWeights(1);
    const mean = [0, 0, 0];
    const variance = [1, 1, 1];
    for (let turn = 0; turn < 4; turn++) {
      const x = inputs(5, [4, 4, 3], turn + 1);
      const values = x.dataSync();
      for (const c of [0, 1, 2]) {
        const own = Array.from(values).filter((_, i) => i % 3 === c);
        const average = own.reduce((a, b) => a + b) / own.length;
        const spread = own.reduce((sum, v) => sum + (v - average) ** 2, 0) / own.length;
        mean[c] = 0.9 * (mean[c] as number) + 0.1 * average;
        variance[c] = 0.9 * (variance[c] as number) + 0.1 * spread;
      }
      expect(model.apply(weights, x).buffers['batch_normalization_1/moving_mean']?.dataSync()).toEqual(
        weights.buffers['batch_normalization_1/moving_mean']?.dataSync(),
      );
      const { output, buffers } = model.apply(weights, x, { seed: 1, step: step(turn) });
      const normalised = tf.moments(output, [0, 1, 2]);
      normalised.mean.dataSync().forEach((m) => expect(m).toBeCloseTo(0, 5));
      normalised.variance.dataSync().forEach((v) => expect(v).toBeCloseTo(1, 2));
      weights = { ...weights, buffers };
    }
    weights.buffers['batch_normalization_1/moving_mean']
      ?.dataSync()
      .forEach((m, c) => expect(m).toBeCloseTo(mean[c] as number, 5));
    weights.buffers['batch_normalization_1/moving_variance']
      ?.dataSync()
      .forEach((v, c) => expect(v).toBeCloseTo(variance[c] as number, 4));
    // Outside of training they are what is taken off and divided by.
    const x = inputs(1, [4, 4, 3], 9);
    const expected = [...x.dataSync()].map(
      (v, i) => (v - (mean[i % 3] as number)) / Math.sqrt((variance[i % 3] as number) + 1e-3),
    );
    model
      .apply(weights, x)
      .output.dataSync()
      .forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 4));
  });

  it('keeps weights that it came with, and leaves frozen layers alone', () => {
    const dense = tf.layers.dense({ units: 2, inputShape: [3], name: 'frozen', trainable: false });
    const model = makeModel(() => {
      const before = tf.sequential({ layers: [dense, tf.layers.dense({ units: 1, name: 'head' })] });
      return before;
    });
    expect(Object.keys(model.initialWeights(1).parameters)).toEqual(['head/kernel', 'head/bias']);
    expect(Object.keys(model.initialWeights(1).buffers)).toEqual(['frozen/kernel', 'frozen/bias']);

    const loaded = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [2], name: 'loaded' })],
    });
    loaded.setWeights([tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([5, 6])]);
    const kept = makeModel(() => loaded);
    for (const seed of [1, 2]) {
      const { parameters } = kept.initialWeights(seed);
      expect([...(parameters['loaded/kernel'] as Tensor).dataSync()]).toEqual([1, 2, 3, 4]);
      expect([...(parameters['loaded/bias'] as Tensor).dataSync()]).toEqual([5, 6]);
    }
  });

  it('may have layers of your own, models inside, layers used twice, several inputs and outputs', () => {
    class Scale extends tf.layers.Layer {
      static readonly className = 'Scale';
      private gain: { read(): Tensor } | undefined;
      override build(): void {
        this.gain = this.addWeight('gain', [1], 'float32', tf.initializers.constant({ value: 3 }));
        this.built = true;
      }
      override call(x: Tensor | Tensor[]): Tensor {
        return tf.mul((Array.isArray(x) ? x[0] : x) as Tensor, this.gain?.read() as Tensor);
      }
      override getClassName(): string {
        return 'Scale';
      }
    }
    const model = makeModel(() => {
      const inner = tf.sequential({
        layers: [new Scale({ inputShape: [2] }), tf.layers.dense({ units: 2, kernelInitializer: 'ones' })],
      });
      const [a, b] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
      const shared = tf.layers.dropout({ rate: 0.5 });
      const both = tf.layers.add().apply([inner.apply(a), inner.apply(b)] as SymbolicTensor[]);
      return tf.model({
        inputs: [a, b],
        outputs: [both, shared.apply(a), shared.apply(b)] as SymbolicTensor[],
      });
    });
    const weights = model.initialWeights(1);
    expect(Object.keys(weights.parameters)).toEqual(['scale_1/gain', 'dense_1/kernel', 'dense_1/bias']);
    const [a, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[10, 20]])];
    const { outputs } = model.apply(weights, [a, b]);
    expect(outputs.map((tensor) => [...tensor.dataSync()])).toEqual([
      [99, 99],
      [1, 2],
      [10, 20],
    ]);
    const wide = tf.ones([1000, 2]);
    const [, first, second] = model.apply(weights, [wide, wide], { seed: 1, step: step(0) }).outputs;
    expect(first?.dataSync()).not.toEqual(second?.dataSync());
    const summary = model.describe();
    expect(summary.layers.find(({ kind }) => kind === 'Add')?.inputs).toHaveLength(2);
    expect(summary.parameters).toBe(1 + 4 + 2);
  });

  it('applies the constraints of its layers', () => {
    const model = makeModel(() =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelConstraint: 'nonNeg', name: 'd' })],
      }),
    );
    const constrained = model.constrain({
      'd/kernel': tf.tensor2d([[-1], [2]]),
      'd/bias': tf.tensor1d([-3]),
    });
    expect([...(constrained['d/kernel'] as Tensor).dataSync()]).toEqual([0, 2]);
    expect([...(constrained['d/bias'] as Tensor).dataSync()]).toEqual([-3]);
  });

  it('refuses a layer that carries a state from batch to batch, and weights of other shapes', () => {
    expect(() =>
      makeModel(() =>
        tf.sequential({ layers: [tf.layers.lstm({ units: 2, batchInputShape: [1, 3, 2], stateful: true })] }),
      ),
    ).toThrow('carries a state from batch to batch');
    const model = smooth();
    const { parameters, buffers } = model.initialWeights(1);
    const wrong = { ...parameters, 'dense_1/bias': tf.zeros([5]) };
    expect(() => model.apply({ parameters: wrong, buffers }, inputs(1, [6, 6, 2]))).toThrow(
      'Expected the weight "dense_1/bias" to be [4], got [5].',
    );
  });
});

describe('layers that draw', () => {
  const drawing = {
    dropout: () => tf.layers.dropout({ rate: 0.4, inputShape: [20, 8] }),
    'dropout with a shape': () =>
      tf.layers.dropout({ rate: 0.4, noiseShape: [200, 1, 8], inputShape: [20, 8] }),
    spatial: () => tf.layers.spatialDropout1d({ rate: 0.4, inputShape: [20, 8] }),
    gaussianNoise: () => tf.layers.gaussianNoise({ stddev: 0.5, inputShape: [20, 8] }),
    gaussianDropout: () => tf.layers.gaussianDropout({ rate: 0.4, inputShape: [20, 8] }),
    alpha: () => tf.layers.alphaDropout({ rate: 0.4, inputShape: [20, 8] }),
  };

  it.each(Object.entries(drawing))('%s: anew each step, the same for the same seed', async (_, layer) => {
    const model = makeModel(() => tf.sequential({ layers: [layer()] }));
    const weights = model.initialWeights(1);
    const x = tf.randomNormal([200, 20, 8], 0, 1, 'float32', 3);
    const at = async (seed: number, n: number): Promise<Float32Array> => {
      const compiled = compile((s: Scalar) => model.apply(weights, x, { seed, step: s }).output, {
        plan: 'graph',
      });
      const values = (await compiled(step(n))).dataSync() as Float32Array;
      compiled.dispose();
      return values;
    };
    const first = await at(1, 5);
    expect(first).toEqual(model.apply(weights, x, { seed: 1, step: step(5) }).output.dataSync());
    expect(await at(1, 6)).not.toEqual(first);
    expect(await at(2, 5)).not.toEqual(first);
    expect(model.apply(weights, x).output.dataSync()).toEqual(x.dataSync());
    // All of them leave the mean where it is.
    const mean = first.reduce((a, b) => a + b, 0) / first.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
  });

  it('drop whole channels, or single values, at their rate', () => {
    const zeros = (layer: ReturnType<(typeof drawing)['dropout']>): [number, boolean] => {
      const model = makeModel(() => tf.sequential({ layers: [layer] }));
      const { output } = model.apply(model.initialWeights(1), tf.ones([200, 20, 8]), {
        seed: 1,
        step: step(0),
      });
      const values = output.dataSync();
      const dropped = values.filter((v) => v === 0).length / values.length;
      values.filter((v) => v !== 0).forEach((v) => expect(v).toBeCloseTo(1 / 0.6, 5));
      return [dropped, values.every((v, i) => v === values[Math.floor(i / 160) * 160 + (i % 8)])];
    };
    const [single, singleWhole] = zeros(drawing.dropout());
    const [spatial, spatialWhole] = zeros(drawing.spatial());
    expect(single).toBeCloseTo(0.4, 1);
    expect(spatial).toBeCloseTo(0.4, 1);
    expect([singleWhole, spatialWhole]).toEqual([false, true]);
  });

  it('keep what they keep: alpha dropout mean and variance, gaussian noise its deviation', () => {
    const momentsOf = (layer: ReturnType<(typeof drawing)['alpha']>): [number, number] => {
      const model = makeModel(() => tf.sequential({ layers: [layer] }));
      const x = tf.randomNormal([200, 20, 8], 0, 1, 'float32', 5);
      const { output } = model.apply(model.initialWeights(1), x, { seed: 1, step: step(0) });
      const { mean, variance } = tf.moments(output);
      return [mean.dataSync()[0] as number, variance.dataSync()[0] as number];
    };
    expect(momentsOf(drawing.alpha())[1]).toBeCloseTo(1, 1);
    expect(momentsOf(drawing.gaussianNoise() as never)[1]).toBeCloseTo(1.25, 1);
    expect(momentsOf(drawing.gaussianDropout() as never)[1]).toBeCloseTo(1 / 0.6, 1);
  });
});
