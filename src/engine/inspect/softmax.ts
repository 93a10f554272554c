/** Probabilities and losses from logits, in double precision. */

/** exp(z) / sum of exp(z), the largest logit taken off first so that nothing overflows. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const top = largestOf(logits);
  const exponentials = Float64Array.from(logits, (z) => Math.exp(z - top));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/** The cross-entropy of `label`: -ln of its probability. Infinity for a class that the model does not have. */
export function crossEntropy(logits: ArrayLike<number>, label: number): number {
  const own = logits[label];
  if (own === undefined) return Infinity;
  const top = largestOf(logits);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - top);
  return top + Math.log(sum) - own;
}

/** The number of the largest logit; of the first one, where several are. */
export function argMax(logits: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
  return best;
}

function largestOf(logits: ArrayLike<number>): number {
  return logits[argMax(logits)] ?? 0;
}
