/** Data that stays on the device in its own dtype (bytes as bytes, tokens in 16 bits), outside of tfjs's dtypes, for steps that take indices. */
import { backend, binding } from './backend.ts';
import { typeAttribute } from './ops.ts';
import { tf, type Tensor, type Tensor1D } from './tf.ts';

export type ResidentType = 'uint8' | 'uint16' | 'int32' | 'float32';
export type ResidentValues = Uint8Array | Uint16Array | Int32Array | Float32Array;

/** A whole split of one feature on the device: [examples, ...shape of one]. Immutable; `dispose` frees it. */
export class Resident {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: ResidentType;

  constructor(id: number, shape: readonly number[], dtype: ResidentType) {
    this.id = id;
    this.shape = shape;
    this.dtype = dtype;
  }

  dispose(): void {
    binding().deleteTensor(this.id);
  }
}

/** Copies `values` to the device; `shape` is [examples, ...shape of one]. */
export function makeResident(values: ResidentValues, shape: readonly number[]): Resident {
  const dtype = typeOf(values);
  backend();
  return new Resident(binding().createTensor(shape, residentTypeNumber(dtype), values), shape, dtype);
}

function typeOf(values: ResidentValues): ResidentType {
  if (values instanceof Uint8Array) return 'uint8';
  if (values instanceof Uint16Array) return 'uint16';
  return values instanceof Int32Array ? 'int32' : 'float32';
}

/** TF_DataType of a resident's dtype. */
export function residentTypeNumber(dtype: ResidentType): number {
  const { TF_UINT8, TF_UINT16, TF_INT32, TF_FLOAT } = binding();
  return { uint8: TF_UINT8, uint16: TF_UINT16, int32: TF_INT32, float32: TF_FLOAT }[dtype];
}

/**
 * The rows of `data` that `indices` [n] (int32) names, cast: [n, ...shape of one]. Indices are not checked here (inside a
 * compiled step a wrong one clamps or fails, by plan): they come from the training loop, which stays within the split.
 */
export function gatherRows(data: Resident, indices: Tensor1D, dtype: 'float32' | 'int32'): Tensor {
  const native = backend().binding;
  const { TF_ATTR_INT, TF_ATTR_TYPE, TF_ATTR_BOOL } = native;
  const axis = tf.scalar(0, 'int32');
  const [indicesId, axisId] = backend().getInputTensorIds([indices, axis]) as [number, number];
  const from = residentTypeNumber(data.dtype);
  const [rows] = native.executeOp(
    'GatherV2',
    [
      { name: 'batch_dims', type: TF_ATTR_INT, value: 0 },
      { name: 'Tparams', type: TF_ATTR_TYPE, value: from },
      typeAttribute('Tindices', 'int32'),
      typeAttribute('Taxis', 'int32'),
    ],
    [data.id, indicesId, axisId],
    1,
  );
  axis.dispose();
  if (rows === undefined) throw new Error('GatherV2 gave no output');
  if (data.dtype === dtype) return backend().createOutputTensor(rows);
  const [cast] = native.executeOp(
    'Cast',
    [
      { name: 'SrcT', type: TF_ATTR_TYPE, value: from },
      typeAttribute('DstT', dtype),
      { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
    ],
    [rows.id],
    1,
  );
  binding().deleteTensor(rows.id);
  if (cast === undefined) throw new Error('Cast gave no output');
  return backend().createOutputTensor(cast);
}
