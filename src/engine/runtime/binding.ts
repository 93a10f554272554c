/** The typed face of `native/`, and where its binary is found. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError, messageOf } from '../../shared/errors.ts';

/** An op attribute as tfjs's kernels write it; `type` is one of the binding's TF_ATTR_* constants. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor on the native side: its number, shape, and TF_DataType. */
export interface TensorMeta {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export interface DeviceInfo {
  readonly name: string;
  readonly type: string;
  readonly memoryBytes: number;
}

export interface CapturedFunction {
  readonly name: string;
  readonly nodes: number;
  readonly constantBytes: number;
  /** Tensors of an enclosing capture that the caller passes after the inputs. */
  readonly lifted: TensorMeta[];
}

export type TensorValues =
  Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array | BigInt64Array;

/**
 * What `native/` exports: tfjs's backend interface, and capture.
 *
 * `configure` must come before anything that makes a tensor. While a capture is open (`beginCapture` to `endCapture` or
 * `abortCapture`), `executeOp` adds a node to the graph instead of running; captures nest.
 */
export interface NativeBinding {
  configure(options: { intraOpThreads?: number; interOpThreads?: number; useGpu?: boolean }): void;
  /** Hands the system what the C library keeps of freed memory. */
  releaseMemory(): void;
  /**
   * Makes the recurrent kernels known to XLA; false where they cannot be (recurrent-kernels.ts). With `set` those for an instruction
   * set are used from now on, '' the best; false where this processor has it not.
   */
  recurrentKernels(set?: 'plain' | 'avx2' | 'avx512' | ''): boolean;
  devices(): DeviceInfo[];
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView | Uint8Array[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues | Uint8Array[];
  getNumOfTensors(): number;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputs: number,
  ): TensorMeta[];
  capturing(): boolean;
  beginCapture(): void;
  addInput(shape: readonly number[], dtype: number): TensorMeta;
  /**
   * `returnLifted`: the function hands back what it took from outside, after its outputs (for a loop's body). `apart`: it is never
   * merged into the graph that calls it.
   */
  endCapture(
    name: string,
    inputIds: readonly number[],
    outputIds: readonly number[],
    returnLifted?: boolean,
    apart?: boolean,
  ): CapturedFunction;
  abortCapture(): void;
  setMutable(ids: readonly number[]): void;
  removeFunction(name: string): void;
  functionDefinition(name: string): Buffer;
  /** `oneThread`: with one thread for the work inside an op, on the processor; the others run with as many as configured. */
  callFunction(name: string, inputIds: readonly number[], xla: boolean, oneThread?: boolean): TensorMeta[];
  callFunctionAsync(
    name: string,
    inputIds: readonly number[],
    xla: boolean,
    oneThread?: boolean,
  ): Promise<TensorMeta[]>;
  readonly TF_FLOAT: number;
  readonly TF_DOUBLE: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_UINT8: number;
  readonly TF_UINT16: number;
  readonly TF_BOOL: number;
  readonly TF_STRING: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_FUNC: number;
  readonly ATTR_SHAPE_LIST: number;
  readonly TF_Version: string;
}

/** The folder that holds our package.json: the checkout, or the installed package. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new LabError('setup/no-package', 'Expected a package.json above the code.');
    folder = parent;
  }
  return folder;
}

/** Gradient Lab's own version. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string })
    .version;
}

/** What set-up left behind (scripts/setup.mjs), as far as the engine needs it. */
export interface SetupRecord {
  readonly native: string;
  readonly tensorflow: { readonly version: string; readonly variant: string };
}

/** What set-up wrote, or undefined where it has not run. */
export function readSetupRecord(): SetupRecord | undefined {
  const file = join(packageRoot(), 'out', 'setup.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SetupRecord;
  } catch (error) {
    throw new LabError('setup/record-damaged', `"${file}" cannot be read: ${messageOf(error)}`, {
      hint: 'Run `npm run setup`.',
      cause: error,
    });
  }
}

/**
 * Loads the native binding: from `$GRADIENT_LAB_NATIVE` if that is set, else from where set-up built it.
 * A binary that is there but broken is reported as it is; only absence leads to the next place.
 */
export function loadBinding(): NativeBinding {
  const named = process.env['GRADIENT_LAB_NATIVE'] || undefined; // empty is as good as not set
  const places = [named, readSetupRecord()?.native].filter((place) => place !== undefined);
  const file = places.find((place) => existsSync(place));
  if (file === undefined) {
    const tried = places.length > 0 ? ` Looked in: ${places.join(', ')}.` : '';
    throw new LabError('setup/native-missing', `The native engine is not built.${tried}`, {
      hint: 'Run `npm run setup`.',
    });
  }
  try {
    return createRequire(import.meta.url)(file) as NativeBinding;
  } catch (error) {
    throw new LabError(
      'setup/native-broken',
      `The native engine "${file}" does not load: ${messageOf(error)}`,
      {
        hint: 'Remove that file and run `npm run setup`.',
        cause: error,
      },
    );
  }
}
