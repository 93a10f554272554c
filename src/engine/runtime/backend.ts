/** The tfjs backend `tensorflow`: tfjs's own Node kernels on our binding, and the state of the open capture. */
import { createRequire } from 'node:module';
import { loadBinding, type NativeBinding, type OpAttribute, type TensorMeta } from './binding.ts';
import { tf, type Tensor } from './tf.ts';

/** The part of tfjs's NodeJSKernelBackend that we use. */
export interface Backend {
  binding: NativeBinding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(meta: TensorMeta): Tensor;
  getDTypeInteger(dtype: string): number;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** Values of a new tensor as tfjs passes them on. */
export type TensorInput = ArrayBufferView | Uint8Array[] | null;

/** Watches ops: while a step is compiled (`onOp`, `onConstant`) or run eagerly (`onResult`). */
export interface OpWatcher {
  onOp?(name: string, attributes: readonly OpAttribute[]): void;
  onConstant?(shape: readonly number[], dtype: string, values: TensorInput): void;
  onResult?(name: string, results: readonly TensorMeta[]): void;
}

let started: Backend | undefined;
let watcher: OpWatcher | undefined;
let native: NativeBinding | undefined;

/** The native binding; loads it on first use. */
export function binding(): NativeBinding {
  return (native ??= loadBinding());
}

/** The backend; registers it with tfjs on first use. */
export function backend(): Backend {
  return (started ??= startBackend());
}

/** Calls `body` with `watch` told of every op. Watchers do not nest. */
export function watchingOps<R>(watch: OpWatcher, body: () => R): R {
  const before = watcher;
  watcher = watch;
  try {
    return body();
  } finally {
    watcher = before;
  }
}

function startBackend(): Backend {
  const require = createRequire(import.meta.url);
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as {
    NodeJSKernelBackend: new (binding: NativeBinding, packageName: string) => Backend;
  };
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');

  const real = binding();
  const watched: NativeBinding = Object.create(real) as NativeBinding;
  watched.executeOp = (name, attributes, inputIds, outputs) => {
    watcher?.onOp?.(name, attributes);
    const results = real.executeOp(name, attributes, inputIds, outputs);
    watcher?.onResult?.(name, results);
    return results;
  };
  class TensorFlowBackend extends (NodeJSKernelBackend as unknown as new (
    ...args: unknown[]
  ) => TfjsBackend) {
    private temporary: number[] = [];

    // tfjs makes a tensor for each Int64Scalar that a kernel passes and never frees it.
    override getInputTensorIds(tensors: readonly Tensor[]): number[] {
      const ids = super.getInputTensorIds(tensors);
      tensors.forEach((tensor, i) => {
        if (!(tensor instanceof tf.Tensor) && 'valueArray' in (tensor as object))
          this.temporary.push(ids[i] as number);
      });
      return ids;
    }

    // Called where a tensor is made of values; tfjs hands them to the binding only when an op first needs them.
    override move(
      dataId: object,
      values: TensorInput,
      shape: number[],
      dtype: string,
      refCount: number,
    ): void {
      watcher?.onConstant?.(shape, dtype, values);
      super.move(dataId, values, shape, dtype, refCount);
    }

    override executeSingleOutput(
      name: string,
      attributes: readonly OpAttribute[],
      inputs: readonly Tensor[],
    ): Tensor {
      try {
        return super.executeSingleOutput(name, attributes, inputs);
      } finally {
        this.freeTemporary();
      }
    }

    override executeMultipleOutputs(
      name: string,
      attributes: readonly OpAttribute[],
      inputs: readonly Tensor[],
      outputs: number,
    ): Tensor[] {
      try {
        return super.executeMultipleOutputs(name, attributes, inputs, outputs);
      } finally {
        this.freeTemporary();
      }
    }

    private freeTemporary(): void {
      for (const id of this.temporary) real.deleteTensor(id);
      this.temporary = [];
    }
  }

  const made = new TensorFlowBackend(watched, '@tensorflow/tfjs-node-gpu');
  tf.registerBackend('tensorflow', () => made as never, 10);
  void tf.setBackend('tensorflow'); // settled at once: the backend is made above
  return made;
}

interface TfjsBackend extends Backend {
  move(dataId: object, values: TensorInput, shape: number[], dtype: string, refCount: number): void;
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor;
}
