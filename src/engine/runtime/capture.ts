/** Traces JavaScript into a TensorFlow function on the native side. */
import { backend, binding } from './backend.ts';
import type { CapturedFunction, TensorMeta } from './binding.ts';
import { tf, type Tensor } from './tf.ts';

/** A tensor's place in a function's signature. */
export interface Signature {
  readonly shape: readonly number[];
  readonly dtype: number;
}

export function signatureOf(tensor: Tensor): Signature {
  return { shape: tensor.shape, dtype: backend().getDTypeInteger(tensor.dtype) };
}

/**
 * Captures `body` as the function `name`: `body` gets one symbolic tensor per signature and returns those to hand out. Every
 * tensor made on the way is freed. Throws what `body` throws, with the capture closed.
 */
export function captureFunction(
  name: string,
  inputs: readonly Signature[],
  body: (inputs: TensorMeta[]) => readonly Tensor[],
  returnLifted = false,
): CapturedFunction {
  binding().beginCapture();
  let result: CapturedFunction | undefined;
  try {
    tf.tidy(() => {
      const metas = inputs.map((input) => binding().addInput(input.shape, input.dtype));
      const outputs = body(metas);
      const outputIds = backend().getInputTensorIds(outputs);
      result = binding().endCapture(
        name,
        metas.map((meta) => meta.id),
        outputIds,
        returnLifted,
      );
    });
  } finally {
    if (result === undefined) binding().abortCapture();
  }
  return result as CapturedFunction;
}
