/** Room for what a run computes with, in one piece. */
import { backend, tf, type RuntimeInfo } from '../runtime/index.ts';

/** As much as a lab's data set and what one of its steps takes beside it. */
const RESERVED_BYTES = 256 * 1024 ** 2;

let isReserved = false;

/**
 * Lets TensorFlow take a large region of memory at once, the first time that it is called. TensorFlow keeps the memory of freed tensors
 * for the next ones, in regions that double as it asks for more: without this, what one compiled function has freed is too small for
 * what the next one needs, and the process holds both. A page that nobody has written to takes no memory. A GPU's memory has its own ways.
 */
export function reserve(device: RuntimeInfo['device']): void {
  if (isReserved || device !== 'cpu') return;
  isReserved = true;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend().binding;
  const shape = tf.tensor1d([RESERVED_BYTES / Float32Array.BYTES_PER_ELEMENT], 'int32');
  const values = backend().executeMultipleOutputs(
    'Empty',
    [
      { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
      { name: 'init', type: TF_ATTR_BOOL, value: false },
    ],
    [shape],
    1,
  );
  tf.dispose([shape, ...values]);
}
