import { beforeAll, describe, expect, it } from 'vitest';
import { loadDataSet } from '../../../src/engine/data/index.ts';
import {
  activations,
  forward,
  initialParameters,
  measure,
  mlp,
  prepare,
} from '../../../src/engine/labs/01-mlp.ts';
import {
  normal,
  randomKey,
  startRuntime,
  tf,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '../../../src/engine/runtime/index.ts';
import {
  NonFiniteError,
  putOnDevice,
  train,
  TrainingControl,
  valueAndGradients,
  type Parameters,
  type TrainingResult,
} from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';

beforeAll(() => startRuntime());

/** The same network in plain loops and double precision: mean cross-entropy of a batch. */
function lossByHand(
  parameters: Record<string, { values: number[]; shape: number[] }>,
  x: number[][],
  labels: number[],
): number {
  const layers = Object.keys(parameters).length / 2;
  const losses = x.map((row, example) => {
    let hidden = row;
    for (let layer = 1; layer <= layers; layer++) {
      const weights = parameters[`weights${layer}`] as { values: number[]; shape: number[] };
      const bias = (parameters[`bias${layer}`] as { values: number[] }).values;
      const width = weights.shape[1] as number;
      hidden = bias.map((b, j) =>
        hidden.reduce((sum, h, i) => sum + h * (weights.values[i * width + j] as number), b),
      );
      if (layer < layers) hidden = hidden.map((h) => Math.max(0, h));
    }
    const top = Math.max(...hidden);
    const logSum = top + Math.log(hidden.reduce((sum, z) => sum + Math.exp(z - top), 0));
    return logSum - (hidden[labels[example] as number] as number);
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

describe('lab 1', () => {
  const labels = [3, 0, 9, 1];
  const makeInputs = (): { parameters: Parameters; x: Tensor2D } => ({
    parameters: initialParameters([6, 5, 4, 10], 1),
    x: normal([4, 6], randomKey(2, 'x', tf.scalar(0, 'int32'))) as Tensor2D,
  });

  it('has the gradients that finite differences of a plain loop give', () => {
    const { parameters, x } = makeInputs();
    const { loss, gradients } = valueAndGradients(
      (p) => ({
        loss: tf.mean<Scalar>(measure(forward(p, x), tf.tensor1d(labels, 'int32')).loss),
        aux: [] as Tensor[],
      }),
      parameters,
    );
    const plain = Object.fromEntries(
      Object.entries(parameters).map(([name, t]) => [name, { values: [...t.dataSync()], shape: t.shape }]),
    );
    const rows = x.arraySync();
    expect(loss.dataSync()[0]).toBeCloseTo(lossByHand(plain, rows, labels), 5);

    const h = 1e-5;
    let compared = 0;
    for (const [name, { values }] of Object.entries(plain)) {
      const gradient = (gradients[name] as Tensor).dataSync();
      values.forEach((value, i) => {
        const at = (v: number): number => {
          values[i] = v;
          const result = lossByHand(plain, rows, labels);
          values[i] = value;
          return result;
        };
        expect(gradient[i]).toBeCloseTo((at(value + h) - at(value - h)) / (2 * h), 4);
        compared++;
      });
    }
    expect(compared).toBe(6 * 5 + 5 + 5 * 4 + 4 + 4 * 10 + 10);
  });

  it('starts with weights of variance 2 / fan-in, and zero biases', () => {
    const parameters = initialParameters([784, 512, 512, 10], 7);
    const weights = (parameters['weights1'] as Tensor).dataSync() as Float32Array;
    const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
    expect(variance * 784).toBeCloseTo(2, 1);
    expect((parameters['bias2'] as Tensor).dataSync().every((b) => b === 0)).toBe(true);
    const count = Object.values(parameters).reduce((sum, t) => sum + t.size, 0);
    expect(count).toBe(669_706); // as the same network in Keras
  });

  it('names the activations of each layer, and hands the last ones on as logits', () => {
    const { parameters, x } = makeInputs();
    const layers = activations(parameters, x);
    expect(layers.map(({ name, tensor }) => [name, ...tensor.shape])).toEqual([
      ['hidden1', 4, 5],
      ['hidden2', 4, 4],
      ['logits', 4, 10],
    ]);
    expect(layers.slice(0, -1).every(({ tensor }) => tensor.dataSync().every((h) => h >= 0))).toBe(true);
    expect(layers[2]?.tensor.dataSync()).toEqual(forward(parameters, x).dataSync());
  });

  it('puts MNIST around 0 with deviation 1, whatever the size of the image', () => {
    const x = prepare({ image: tf.tensor3d([0, 255, 33.3285, 0], [1, 2, 2]) });
    expect(x.shape).toEqual([1, 4]);
    const [black, white, mean] = x.dataSync();
    expect(black).toBeCloseTo(-0.1307 / 0.3081, 5);
    expect(white).toBeCloseTo((1 - 0.1307) / 0.3081, 5);
    expect(mean).toBeCloseTo(0, 5);
  });

  it('counts as right where the largest logit is the label', () => {
    const logits = tf.tensor2d([1, 2, 0, 5, 4, 3], [2, 3]);
    const { loss, accuracy } = measure(logits, tf.tensor1d([1, 2], 'int32'));
    expect([...accuracy.dataSync()]).toEqual([1, 0]);
    expect(loss.dataSync()[0]).toBeCloseTo(-Math.log(Math.exp(2) / (Math.exp(1) + Math.exp(2) + 1)), 5);
  });
});

describe('the presets of lab 1 on the drawn digits', () => {
  const trainPreset = async (name: string): Promise<TrainingResult> => {
    const values = mlp.presets.find((preset) => preset.name === name)?.values;
    const data = putOnDevice(loadDataSet('drawn-digits'), {
      validationShare: 0.05,
      seed: 1,
      integers: mlp.labelFeatures,
    });
    try {
      return await train({
        experiment: mlp.makeExperiment(resolveConfig(mlp.fields, values ?? { none: name }), data, 1),
        plan: 'graph',
        control: new TrainingControl(),
        onEvent: () => undefined,
      });
    } finally {
      data.dispose();
    }
  };

  it('give a quick look that is worth it', async () => {
    expect((await trainPreset('Quick look')).test['accuracy']).toBeGreaterThan(0.94);
  });

  it('fail within 25 steps where the step is too large', async () => {
    const error = await trainPreset('Too large a step').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).found.step).toBeLessThan(25);
  });
});
