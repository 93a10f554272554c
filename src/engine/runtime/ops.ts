/**
 * Ops that tfjs lacks, or has in a form that cannot be captured or wastes time, with their gradients.
 *
 * Each runs the same TensorFlow op eagerly and inside a compiled step. `registerKernels` replaces tfjs's own kernels where
 * they read values back (GatherV2), and gradients where TensorFlow has a fused op (Relu).
 */
import { backend, binding } from './backend.ts';
import type { OpAttribute } from './binding.ts';
import { tf, type Scalar, type Tensor, type Tensor1D, type Tensor2D } from './tf.ts';

/** Attributes of a dtype: `typeAttribute('T', 'float32')`. */
export function typeAttribute(name: string, dtype: string): OpAttribute {
  return { name, type: binding().TF_ATTR_TYPE, value: backend().getDTypeInteger(dtype) };
}

/** Runs a TensorFlow op by name, without a gradient: wrap it in `tf.customGrad` where one is needed. */
export function rawOp(
  name: string,
  attributes: readonly OpAttribute[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  return backend().executeMultipleOutputs(name, attributes, inputs, outputs);
}

/**
 * Mean cross-entropy of `logits` [batch, classes] against `labels` [batch] (int32 class numbers), computed by TensorFlow's fused
 * op, which subtracts the largest logit first and yields the gradient (softmax - one-hot) in the same pass.
 */
export function sparseSoftmaxCrossEntropy(labels: Tensor1D, logits: Tensor2D): Scalar {
  return tf.mean(sparseSoftmaxCrossEntropyByExample(labels, logits));
}

/** The same for each example: [batch]. */
export function sparseSoftmaxCrossEntropyByExample(labels: Tensor1D, logits: Tensor2D): Tensor1D {
  const op = tf.customGrad((x: Tensor | tf_GradSave, save: Tensor | tf_GradSave) => {
    const [losses, backprop] = rawOp(
      'SparseSoftmaxCrossEntropyWithLogits',
      [typeAttribute('T', 'float32'), typeAttribute('Tlabels', 'int32')],
      [x as Tensor, labels],
      2,
    ) as [Tensor, Tensor];
    (save as tf_GradSave)([backprop]);
    return {
      value: losses,
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0] as Tensor, tf.expandDims(dy, -1)),
    };
  });
  return op(logits) as Tensor1D;
}

type tf_GradSave = (tensors: Tensor[]) => void;

let registered = false;

/** Replaces the kernels and gradients named above; once a process. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;

  // tfjs's GatherV2 reads the indices back to check their range. TensorFlow's CPU kernel checks it too (an error); XLA and GPU
  // kernels clamp. Indices are checked where they enter.
  tf.unregisterKernel('GatherV2', 'tensorflow');
  tf.registerKernel({
    kernelName: 'GatherV2',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, indices } = inputs as { x: Tensor; indices: Tensor };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const axisTensor = tf.scalar(axis, 'int32');
      const [result] = rawOp(
        'GatherV2',
        [
          { name: 'batch_dims', type: binding().TF_ATTR_INT, value: batchDims },
          typeAttribute('Tparams', x.dtype),
          typeAttribute('Tindices', 'int32'),
          typeAttribute('Taxis', 'int32'),
        ],
        [x, indices, axisTensor],
        1,
      );
      axisTensor.dispose();
      return result as Tensor;
    },
  });

  // tfjs: dy * step(x), two or three ops. TensorFlow has one.
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({
      x: () =>
        rawOp(
          'ReluGrad',
          [typeAttribute('T', 'float32')],
          [dy as Tensor, saved[0] as Tensor],
          1,
        )[0] as Tensor,
    }),
  });
}
