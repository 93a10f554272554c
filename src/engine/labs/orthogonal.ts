/** Orthogonal matrices, for recurrent weights: they turn a vector and leave its length (Saxe et al. 2014). */
import { tf, type Tensor2D } from '../runtime/index.ts';

/** The orthogonal matrix nearest to hand for a square random one: its columns made orthogonal, one after the other (Gram and Schmidt). */
export function orthogonal(random: Tensor2D): Tensor2D {
  const [n] = random.shape;
  const values = Float64Array.from(random.dataSync());
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < n; row++)
      sum += (values[row * n + a] as number) * (values[row * n + b] as number);
    return sum;
  };
  for (let column = 0; column < n; column++) {
    // Twice, because the first time leaves a rest where columns are nearly parallel.
    for (const before of [...range(column), ...range(column)]) {
      const along = dot(before, column);
      for (let row = 0; row < n; row++) {
        const at = row * n + column;
        values[at] = (values[at] as number) - along * (values[row * n + before] as number);
      }
    }
    const length = Math.sqrt(dot(column, column));
    for (let row = 0; row < n; row++) {
      values[row * n + column] = (values[row * n + column] as number) / length;
    }
  }
  return tf.tensor2d(Float32Array.from(values), [n, n]);
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
