/** What a text's beginning says of it, for labs that read word by word. */
import { tf, type Tensor, type Tensor3D } from '../runtime/index.ts';

/**
 * The last, mean or greatest state of the words up to each: [batch, time, units], of `hidden` [batch, time, units], the state after each
 * word.
 */
export function soFar(hidden: Tensor3D, pooling: 'last' | 'mean' | 'max'): Tensor3D {
  const [, time] = hidden.shape;
  if (pooling === 'last') return hidden;
  if (pooling === 'mean') {
    return tf.div(tf.cumsum(hidden, 1), tf.reshape(tf.range(1, time + 1), [1, time, 1]));
  }
  const greatest: Tensor[] = [];
  for (const row of tf.unstack(hidden, 1)) {
    const before = greatest.at(-1);
    greatest.push(before === undefined ? row : tf.maximum(before, row));
  }
  return tf.stack(greatest, 1) as Tensor3D;
}
