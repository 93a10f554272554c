/** Arrays of rows that a loop reads and fills, one a turn. */
import { binding } from './backend.ts';
import { rawOp, typeAttribute } from './ops.ts';
import { tf, type Scalar, type Tensor, type Tensor2D, type Tensor3D } from './tf.ts';
import { tracedPlan } from './traced-plan.ts';

/** Zeros that the graph makes: `tf.zeros` would write all of them into it, twice a trace, and a sequence of 500 has 100 MB of them. */
export function zeroFilled<T extends Tensor>(shape: readonly number[]): T {
  return tf.fill([...shape], 0) as T;
}

/** Row `t` of [time, batch, width]: [batch, width]. */
export function rowAt(rows: Tensor3D, t: Scalar): Tensor2D {
  return tf.reshape(sliceAt(rows, t), rows.shape.slice(1) as [number, number]);
}

export function sliceAt(rows: Tensor, t: Scalar): Tensor {
  const shape = rows.shape.slice(1);
  const begin = tf.concat([tf.reshape(t, [1]), tf.zeros([shape.length], 'int32')]);
  const size = tf.tensor1d([1, ...shape], 'int32');
  const attributes = [typeAttribute('T', rows.dtype), typeAttribute('Index', 'int32')];
  return rawOp('Slice', attributes, [rows, begin, size], 1)[0] as Tensor;
}

/**
 * Room for rows that a loop fills, all of them. TensorFlow's graph writes them in place, and the room has to be each loop's own:
 * `Empty` is never shared, as two `Fill`s of one shape may be.
 */
export function freshRows(shape: readonly number[]): Tensor3D {
  if (tracedPlan() !== 'graph') return zeroFilled(shape);
  const attributes = [
    typeAttribute('dtype', 'float32'),
    { name: 'init', type: binding().TF_ATTR_BOOL, value: false },
  ];
  return rawOp('Empty', attributes, [tf.tensor1d([...shape], 'int32')], 1)[0] as Tensor3D;
}

/**
 * [time, batch, width] with row `t` replaced. XLA turns a scatter into a write in place; TensorFlow's graph would copy all rows for
 * it, so that a sequence of 400 takes half a second longer, and has an op of its own.
 */
export function withRow(rows: Tensor3D, t: Scalar, row: Tensor2D): Tensor3D {
  const float = typeAttribute('T', 'float32');
  if (tracedPlan() === 'graph') {
    return rawOp(
      'InplaceUpdate',
      [float],
      [rows, tf.reshape(t, [1]), tf.expandDims(row, 0)],
      1,
    )[0] as Tensor3D;
  }
  const inputs = [rows, tf.reshape(t, [1, 1]), tf.expandDims(row, 0)];
  return rawOp('TensorScatterUpdate', [float, typeAttribute('Tindices', 'int32')], inputs, 1)[0] as Tensor3D;
}
