import type { Model } from '../../../src/engine/layers/index.ts';
import {
  sparseSoftmaxCrossEntropyByExample,
  tf,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from '../../../src/engine/runtime/index.ts';
import {
  adam,
  constant,
  globalNorm,
  named,
  putOnDevice,
  valueAndGradients,
  type Batch,
  type DeviceData,
  type Experiment,
  type Weights,
} from '../../../src/engine/training/index.ts';
import { blobs } from '../../support/blobs.ts';

/** The tiny images of the tests, 8 x 8 with ten classes. */
export function placeBlobs(): DeviceData {
  return putOnDevice(blobs(), { validationShare: 0.1, seed: 1, integers: ['label'] });
}

/** An experiment of the tiny images with `model`, which gets [batch, 8, 8, 1]. */
export function experimentWith(
  model: Pick<Model, 'initialWeights' | 'apply'>,
  data: DeviceData,
  { seed = 1, epochs = 2 } = {},
): Experiment {
  const optimizer = adam();
  const prepare = (batch: Batch) => tf.reshape(tf.div(named(batch, 'image'), 255), [-1, 8, 8, 1]);
  const lossAndGradients = ({ parameters, buffers }: Weights, batch: Batch, step: Scalar) =>
    valueAndGradients((current) => {
      const applied = model.apply({ parameters: current, buffers }, prepare(batch), { seed, step });
      const labels = named(batch, 'label') as Tensor1D;
      const losses = sparseSoftmaxCrossEntropyByExample(labels, applied.output as Tensor2D);
      return { loss: tf.add(tf.mean(losses), applied.penalty), aux: applied.buffers };
    }, parameters);
  return {
    seed,
    epochs,
    batchSize: 20,
    patience: 0,
    metricNames: ['loss', 'gradientNorm'],
    splits: data.splits,
    optimizer,
    schedule: constant(0.003),
    initialParameters: () => model.initialWeights(seed).parameters,
    initialBuffers: () => model.initialWeights(seed).buffers,
    step(state, batch, { learningRate, step }) {
      const { loss, gradients, aux: buffers } = lossAndGradients(state, batch, step);
      const next = optimizer.update({ ...state, gradients, learningRate, step });
      return { state: { ...next, buffers }, metrics: { loss, gradientNorm: globalNorm(gradients) } };
    },
    gradients: (weights, batch, step) => lossAndGradients(weights, batch, step).gradients,
    evaluate(weights, batch) {
      const { output } = model.apply(weights, prepare(batch));
      const labels = named(batch, 'label') as Tensor1D;
      return {
        loss: sparseSoftmaxCrossEntropyByExample(labels, output as Tensor2D),
        accuracy: tf.cast(tf.equal(tf.argMax(output, 1), labels), 'float32'),
      };
    },
  };
}
