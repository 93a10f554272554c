/** Orthogonal matrices, for recurrent weights: they turn a vector and leave its length (Saxe et al. 2014). */
import { tf, type Tensor2D } from '../runtime/index.ts';

/**
 * A random matrix made orthogonal: its columns one after the other (Gram and Schmidt), or its rows where these are fewer. tfjs does this
 * in some thousand ops, which takes seconds for the weights of an LSTM.
 */
export function orthogonal(random: Tensor2D): Tensor2D {
  const [rows, columns] = random.shape;
  if (columns > rows) return tf.tidy(() => tf.transpose(orthogonal(tf.transpose(random))));
  const values = Float64Array.from(tf.tidy(() => tf.transpose(random).dataSync()));
  const vectors = Array.from({ length: columns }, (_, i) => values.subarray(i * rows, (i + 1) * rows));
  vectors.forEach((vector, i) => {
    // Twice, because the first time leaves a rest where vectors are nearly parallel.
    for (const before of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
      const along = dot(before, vector);
      for (let k = 0; k < rows; k++) vector[k] = (vector[k] as number) - along * (before[k] as number);
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let k = 0; k < rows; k++) vector[k] = (vector[k] as number) / length;
  });
  return tf.tidy(() => tf.transpose(tf.tensor2d(Float32Array.from(values), [columns, rows])));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
