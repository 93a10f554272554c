/**
 * Randomness from (seed, purpose, step) through a counter-based generator, so that a run that was interrupted draws the same
 * numbers as one that was not, and no generator has a state that could be lost.
 *
 * On the JavaScript side (shuffles): Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * Inside a step (initial weights, dropout): a hash of (place, seed and purpose, step), see `bits`.
 */
import { rawOp, typeAttribute } from './ops.ts';
import { tf, type Scalar, type Tensor, type Tensor1D } from './tf.ts';

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** The high 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/** One block of Philox4x32-10: four unsigned 32-bit numbers from a counter and a key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0 >>> 0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2 >>> 0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** A 32-bit hash of a purpose's name (FNV-1a), to keep the streams of different purposes apart. */
export function purposeHash(purpose: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(purpose, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * A shuffle of 0 .. n-1 (Fisher and Yates; Knuth volume 2, algorithm P), the same for the same (seed, purpose, index).
 * `index` is what counts up: the epoch of a training shuffle.
 */
export function permutation(n: number, seed: number, purpose: string, index: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const key: [number, number] = [seed >>> 0, purposeHash(purpose)];
  let block: number[] = [];
  let blocks = 0;
  for (let i = n - 1; i > 0; i--) {
    if (block.length === 0) block = philox([blocks++, index, Math.floor(seed / 2 ** 32), 0], key);
    // 32 random bits scaled to 0 .. i: the bias is below i / 2^32, one in 70,000 for MNIST.
    const j = Math.floor(((block.pop() as number) / 2 ** 32) * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** What one stream of random numbers inside a step is drawn from. */
export interface RandomKey {
  /** Two unsigned 32-bit numbers from (seed, purpose). */
  readonly words: readonly [number, number];
  /** int32 scalar. */
  readonly step: Scalar;
}

/** The key for (seed, purpose, step); `step` (int32 scalar) is a tensor, so that it changes from call to call. */
export function randomKey(seed: number, purpose: string, step: Scalar): RandomKey {
  const [first, second] = philox([seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0], [purposeHash(purpose), 1]);
  return { words: [first, second], step };
}

/**
 * 32 random bits for each of `count` places: int32 [count]. Place i has mix(mix(i + w0) ^ mix(step + w1)): integer arithmetic
 * that is exact and the same under every plan, and that XLA fuses with what uses it. (TensorFlow's StatelessRandom* ops give
 * other numbers under XLA than without.)
 */
function bits(count: number, { words, step }: RandomKey): Tensor1D {
  const places = mix<Tensor>(tf.add(tf.range(0, count, 1, 'int32'), int32(words[0])));
  return mix(bitwise('BitwiseXor', places, mix<Tensor>(tf.add(step, int32(words[1]))))) as Tensor1D;
}

/**
 * A permutation of the 32-bit integers in which each bit of the result depends on each bit of the argument: "lowbias32" of
 * Chris Wellons's hash prospector (2018), x ^= x >>> 16; x *= 0x7feb352d; x ^= x >>> 15; x *= 0x846ca68b; x ^= x >>> 16.
 */
function mix<T extends Tensor>(x: T): T {
  const first = tf.mul(xorShift(x, 16), int32(0x7feb352d));
  const second = tf.mul(xorShift(first, 15), int32(0x846ca68b));
  return xorShift(second as T, 16);
}

/** x ^ (x >>> by). TensorFlow shifts int32 with its sign: the bits that came in are masked off. */
function xorShift<T extends Tensor>(x: T, by: number): T {
  const shifted = bitwise('BitwiseAnd', bitwise('RightShift', x, int32(by)), int32(2 ** (32 - by) - 1));
  return bitwise('BitwiseXor', x, shifted);
}

function bitwise<T extends Tensor>(op: 'BitwiseXor' | 'BitwiseAnd' | 'RightShift', a: T, b: Tensor): T {
  return rawOp(op, [typeAttribute('T', 'int32')], [a, b], 1)[0] as T;
}

function int32(value: number): Scalar {
  return tf.scalar(value | 0, 'int32');
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Uniform numbers in [0, 1), multiples of 2^-24: float32 of `shape`, the same for the same key. */
export function uniform(shape: readonly number[], key: RandomKey): Tensor {
  return tf.tidy(() => {
    const upper = bitwise(
      'BitwiseAnd',
      bitwise('RightShift', bits(product(shape), key), int32(8)),
      int32(0xffffff),
    );
    return tf.reshape(tf.mul(tf.cast(upper, 'float32'), 2 ** -24), [...shape]);
  });
}

/** Standard normal numbers (Box and Muller 1958): float32 of `shape`, the same for the same key. */
export function normal(shape: readonly number[], key: RandomKey): Tensor {
  return tf.tidy(() => {
    const [u, v] = tf.split(uniform([2 * product(shape)], key), 2) as [Tensor1D, Tensor1D];
    const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, u)), -2)); // 1 - u is above 0
    return tf.reshape(tf.mul(radius, tf.cos(tf.mul(v, 2 * Math.PI))), [...shape]);
  });
}

/**
 * Inverted dropout (Srivastava et al. 2014): each element is zero with probability `rate` (0 to below 1), the others are
 * divided by 1 - rate. A fresh mask for each key; `tf.dropout` would draw one in JavaScript and freeze it into a compiled step.
 */
export function dropout<T extends Tensor>(x: T, rate: number, key: RandomKey): T {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`Expected a dropout rate from 0 to below 1, got ${rate}.`);
  if (rate === 0) return x;
  const keep = tf.cast(tf.greaterEqual(uniform(x.shape, key), rate), 'float32');
  return tf.mul(x, tf.mul(keep, 1 / (1 - rate)));
}
