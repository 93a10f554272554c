/**
 * Batch normalisation over a batch's own statistics, by TensorFlow's fused kernels: one pass forwards and one back, where tfjs puts
 * together a dozen ops that each read and write the whole batch. (The kernels' version 2: version 3 hands something of unknown shape on
 * to its gradient, for cuDNN alone.)
 */
import { binding } from './backend.ts';
import type { OpAttribute } from './binding.ts';
import { rawOp, typeAttribute } from './ops.ts';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from './tf.ts';

/** What normalising a batch gives. */
export interface BatchNormalised {
  /** gamma * (x - mean) / sqrt(variance + epsilon) + beta, of the shape of x. */
  readonly normalised: Tensor;
  /** [channels]; no gradient flows through it. */
  readonly mean: Tensor1D;
  /** The batch's own variance (divided by the number of values, not by one less), [channels]; no gradient flows through it. */
  readonly variance: Tensor1D;
}

/**
 * Normalises each channel of `x` [..., channels] over all other axes, with `gamma` and `beta` [channels] (Ioffe and Szegedy 2015,
 * algorithm 1). Its gradient is that of section 3 of the paper, in one kernel.
 */
export function batchNormalised(
  x: Tensor,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): BatchNormalised {
  return tf.tidy(() => {
    const channels = x.shape.at(-1) as number;
    const values = x.size / channels;
    // The kernels take [batch, rows, columns, channels].
    const images: Tensor4D = x.rank === 4 ? (x as Tensor4D) : tf.reshape(x, [values, 1, 1, channels]);
    let statistics: Tensor[] = [];
    const op = tf.customGrad((...inputs: (Tensor | Save)[]) => {
      const [batch, scale, offset, save] = inputs as [Tensor, Tensor, Tensor, Save];
      const none = tf.zeros([0]);
      const outputs = rawOp('FusedBatchNormV2', attributes(epsilon), [batch, scale, offset, none, none], 5);
      const [value, mean, variance, ...reserved] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
      statistics = [tf.keep(mean), tf.keep(variance)];
      save([batch, scale, ...reserved]);
      return {
        value,
        gradFunc: (dy: Tensor, saved: Tensor[]) =>
          rawOp('FusedBatchNormGradV2', attributes(epsilon), [dy, ...saved], 5).slice(0, 3),
      };
    });
    const value = op(images, gamma, beta);
    const [mean, variance] = statistics as [Tensor, Tensor];
    const result = {
      normalised: x.rank === 4 ? value : tf.reshape(value, x.shape),
      mean: tf.clone(mean),
      // TensorFlow's is the estimate for what the batch was drawn from: n / (n - 1) of the batch's own.
      variance: values > 1 ? tf.mul(variance, (values - 1) / values) : tf.clone(variance),
    };
    tf.dispose(statistics);
    return result as never;
  });
}

type Save = (tensors: Tensor[]) => void;

function attributes(epsilon: number): OpAttribute[] {
  const { TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_BOOL } = binding();
  return [
    typeAttribute('T', 'float32'),
    typeAttribute('U', 'float32'),
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
}
