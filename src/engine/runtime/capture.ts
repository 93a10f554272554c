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

export interface CaptureOptions {
  /** The function hands back what it took from outside, after its outputs: what a loop's body must do. */
  readonly returnLifted?: boolean;
  /** It is never merged into the graph that calls it. */
  readonly apart?: boolean;
}

let captured = 0;
let prefix = 'part';

/** Names the functions inside of what is captured next; the same prefix gives the same names. */
export function resetFunctionNames(next: string): void {
  prefix = next;
  captured = 0;
}

/** A name for a function inside of the one that is captured. */
export function nextFunctionName(kind: string): string {
  return `${prefix}_${kind}_${captured++}`;
}

/**
 * Captures `body` as the function `name`: `body` gets one symbolic tensor per signature and returns those to hand out. Every
 * tensor made on the way is freed. Throws what `body` throws, with the capture closed.
 */
export function captureFunction(
  name: string,
  inputs: readonly Signature[],
  body: (inputs: TensorMeta[]) => readonly Tensor[],
  { returnLifted = false, apart = false }: CaptureOptions = {},
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
        apart,
      );
    });
  } finally {
    if (result === undefined) binding().abortCapture();
  }
  return result as CapturedFunction;
}
