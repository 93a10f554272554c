/** Lab 3's network of layers and by hand, trained side by side: see ../layers.mjs. */
import { ensureDataSet } from '../../../src/engine/data/index.ts';
import { network } from '../../../src/engine/labs/03-cnn.ts';
import type { Model } from '../../../src/engine/layers/index.ts';
import {
  dropout,
  permutation,
  randomKey,
  sparseSoftmaxCrossEntropyByExample,
  startRuntime,
  tf,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '../../../src/engine/runtime/index.ts';
import {
  adam,
  constant,
  initialState,
  named,
  putOnDevice,
  valueAndGradients,
  type DeviceData,
  type Experiment,
  type ModelState,
} from '../../../src/engine/training/index.ts';
import { TrainingSteps } from '../../../src/engine/training/steps.ts';

const BATCH = 64;
/** A call takes so many steps. */
const STEPS = 16;
const SEED = 1;
/** The order of MNIST's 60,000 images is gone through in whole calls, again and again. */
const STEPS_OF_ORDER = 57 * STEPS;

type Network = Pick<Model, 'initialWeights' | 'apply'>;

const ofLayers = network(
  { filters: 32, kernel: 3, pooling: 'max', units: 128, dropout: 0.5, batchNorm: 'no' },
  [28, 28, 1],
  10,
);

/** The same in low-level ops, from the same first weights. */
const byHand: Network = {
  initialWeights: (seed) => ofLayers.initialWeights(seed),
  apply({ parameters, buffers }, x, training) {
    const of = <T extends Tensor>(name: string) => named(parameters, name) as T;
    const convolved = (y: Tensor4D, name: string): Tensor4D => {
      const filtered = tf.conv2d(y, of<Tensor4D>(`${name}/kernel`), 1, 'valid');
      return tf.maxPool(tf.relu(tf.add<Tensor4D>(filtered, of(`${name}/bias`))), 2, 2, 'valid');
    };
    const y = convolved(convolved(x as Tensor4D, 'conv1'), 'conv2');
    const flat: Tensor2D = tf.reshape(y, [y.shape[0], -1]);
    const dense = tf.relu(tf.add(tf.matMul(flat, of<Tensor2D>('dense/kernel')), of('dense/bias')));
    const kept = training
      ? dropout(dense, 0.5, randomKey(training.seed, 'layer dropout', training.step))
      : dense;
    const output = tf.add(tf.matMul(kept as Tensor2D, of<Tensor2D>('logits/kernel')), of('logits/bias'));
    return { output, outputs: [output], penalty: tf.scalar(0), buffers };
  },
};

function experimentWith(model: Network, data: DeviceData): Experiment {
  const optimizer = adam();
  return {
    seed: SEED,
    epochs: 1,
    batchSize: BATCH,
    patience: 0,
    metricNames: ['loss'],
    splits: data.splits,
    optimizer,
    schedule: constant(0.001),
    initialParameters: () => model.initialWeights(SEED).parameters,
    step(state, batch, { learningRate, step }) {
      const x = tf.reshape(tf.div(named(batch, 'image'), 255), [BATCH, 28, 28, 1]);
      const labels = named(batch, 'label') as Tensor1D;
      const { loss, gradients } = valueAndGradients((parameters) => {
        const { output } = model.apply({ parameters, buffers: {} }, x, { seed: SEED, step });
        const losses = sparseSoftmaxCrossEntropyByExample(labels, output as Tensor2D);
        return { loss: tf.mean<Scalar>(losses), aux: {} };
      }, state.parameters);
      return { state: optimizer.update({ ...state, gradients, learningRate, step }), metrics: { loss } };
    },
    gradients: () => ({}),
    evaluate: () => ({}),
  };
}

class Side {
  readonly milliseconds: number[] = [];
  readonly losses: number[] = [];
  private readonly steps: TrainingSteps;
  private state: ModelState;
  private step = 0;

  constructor(model: Network, data: DeviceData) {
    const experiment = experimentWith(model, data);
    this.steps = new TrainingSteps(experiment, 'graph', () => undefined);
    this.steps.startEpoch({
      order: permutation(data.splits.train.rows.length, SEED, 'order', 0),
      widths: undefined,
    });
    this.state = initialState(experiment);
  }

  async call(counts: boolean): Promise<void> {
    const start = performance.now();
    const position = this.step % STEPS_OF_ORDER;
    const { state, metrics } = await this.steps.take(this.state, this.step, position, STEPS);
    if (counts) this.milliseconds.push(performance.now() - start);
    tf.dispose(this.state as never);
    this.state = state;
    this.step += STEPS;
    this.losses.push(...(metrics['loss'] as Float32Array));
  }
}

/** Milliseconds of each call of both, and how far their losses ever were from each other. */
export async function compare(
  rounds: number,
): Promise<{ layers: number[]; byHand: number[]; largestDifference: number }> {
  startRuntime();
  const data = putOnDevice(await ensureDataSet('mnist'), {
    validationShare: 0,
    seed: SEED,
    integers: ['label'],
  });
  const sides = [new Side(ofLayers, data), new Side(byHand, data)] as const;
  const [layers, hand] = sides;
  for (let round = -3; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : [hand, layers]) await side.call(round >= 0);
  }
  const differences = layers.losses.map((loss, i) => Math.abs(loss - (hand.losses[i] as number)));
  return {
    layers: layers.milliseconds,
    byHand: hand.milliseconds,
    largestDifference: Math.max(...differences),
  };
}
