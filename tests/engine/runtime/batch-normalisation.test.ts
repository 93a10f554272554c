import { beforeAll, describe, expect, it } from 'vitest';
import {
  batchNormalised,
  compile,
  normal,
  PLANS,
  randomKey,
  startRuntime,
  tf,
  type Tensor,
  type Tensor1D,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

const EPSILON = 1e-3;
const random = (name: string, shape: number[]): Tensor =>
  normal(shape, randomKey(11, name, tf.scalar(0, 'int32')));

function inputs(shape: number[]) {
  const channels = shape.at(-1) as number;
  return {
    x: tf.add(tf.mul(random('x', shape), 2), 1),
    gamma: tf.add<Tensor1D>(random('gamma', [channels]), 2),
    beta: random('beta', [channels]) as Tensor1D,
    towards: random('towards', shape),
  };
}

/** The paper's algorithm 1 in ops that tfjs knows the gradients of. */
function plainly(x: Tensor, gamma: Tensor1D, beta: Tensor1D) {
  const axes = x.shape.map((_, i) => i).slice(0, -1);
  const { mean, variance } = tf.moments(x, axes);
  const centred = tf.sub(x, mean);
  const normalised = tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, EPSILON))), gamma), beta);
  return { normalised, mean, variance };
}

const listOf = (tensor: Tensor) => Array.from(tensor.dataSync());

function expectClose(actual: Tensor, expected: Tensor, tolerance: number) {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = listOf(expected);
  const worst = listOf(actual).reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

describe.each([
  ['images', [4, 5, 3, 6]],
  ['vectors', [7, 5]],
  ['sequences', [3, 4, 2]],
])('batchNormalised of %s', (_, shape) => {
  it('equals the plain formula, with the statistics of the batch', () => {
    const { x, gamma, beta } = inputs(shape);
    const fused = batchNormalised(x, gamma, beta, EPSILON);
    const plain = plainly(x, gamma, beta);
    expectClose(fused.normalised, plain.normalised, 1e-5);
    expectClose(fused.mean, plain.mean, 1e-5);
    expectClose(fused.variance, plain.variance, 1e-4);
  });

  it.each(PLANS)('has the gradients of the plain formula (%s)', async (plan) => {
    const { x, gamma, beta, towards } = inputs(shape);
    const gradientsOf = (normalise: (x: Tensor, g: Tensor1D, b: Tensor1D) => Tensor) =>
      tf.grads((a, b, c) => tf.sum(tf.mul(normalise(a, b as Tensor1D, c as Tensor1D), towards)));
    const fused = compile(
      (a: Tensor, b: Tensor, c: Tensor) =>
        gradientsOf((...all) => batchNormalised(...all, EPSILON).normalised)([a, b, c]),
      { plan },
    );
    const plain = gradientsOf((...all) => plainly(...all).normalised)([x, gamma, beta]);
    const found = await fused(x, gamma, beta);
    found.forEach((gradient, i) => expectClose(gradient, plain[i] as Tensor, 1e-4));
    fused.dispose();
  });

  it('leaves no tensor behind', () => {
    const { x, gamma, beta } = inputs(shape);
    const before = tf.memory().numTensors;
    const { normalised, mean, variance } = batchNormalised(x, gamma, beta, EPSILON);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([normalised, mean, variance]);
  });
});
