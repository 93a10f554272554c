/** The number that colours each word of a text. Arrays are [tokens] or [tokens, classes], row-major. Pure arithmetic. */

/** The probability of one class after each token. */
export function probabilityOf(
  probabilities: ArrayLike<number>,
  classes: number,
  label: number,
): Float32Array {
  const tokens = classes === 0 ? 0 : probabilities.length / classes;
  return Float32Array.from(
    { length: tokens },
    (_, token) => probabilities[token * classes + label] as number,
  );
}

/** By how much each token changes it; not a number for the first one, which has nothing before it. */
export function changesOf(values: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: values.length }, (_, token) =>
    token === 0 ? Number.NaN : (values[token] as number) - (values[token - 1] as number),
  );
}

/** By how much the answer would be lower without each token: above 0 where the token speaks for the class. */
export function effectsOf(answer: number, withoutEach: ArrayLike<number>): Float32Array {
  return Float32Array.from(
    { length: withoutEach.length },
    (_, token) => answer - (withoutEach[token] as number),
  );
}

/** The class with the highest probability in the last row; 0 where there is none. */
export function answerOf(probabilities: ArrayLike<number>, classes: number): number {
  const from = probabilities.length - classes;
  let best = 0;
  for (let label = 1; label < classes; label++) {
    if ((probabilities[from + label] as number) > (probabilities[from + best] as number)) best = label;
  }
  return best;
}

/** The largest magnitude, for a scale around 0; 1 where there is nothing else. */
export function reachOf(values: ArrayLike<number>): number {
  let reach = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (Number.isFinite(size) && size > reach) reach = size;
  }
  return reach === 0 ? 1 : reach;
}

/** One unit over the tokens, of values [tokens, units]. */
export function unitOf(values: ArrayLike<number>, units: number, unit: number): Float32Array {
  return probabilityOf(values, units, unit);
}

/** How far each unit goes, from its lowest to its highest value: [units]. */
export function spansOfUnits(values: ArrayLike<number>, units: number): Float32Array {
  const low = new Float32Array(units).fill(Infinity);
  const high = new Float32Array(units).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const unit = i % units;
    const value = values[i] as number;
    if (value < (low[unit] as number)) low[unit] = value;
    if (value > (high[unit] as number)) high[unit] = value;
  }
  return high.map((top, unit) => (top >= (low[unit] as number) ? top - (low[unit] as number) : 0));
}
