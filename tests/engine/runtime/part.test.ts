import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  inPart,
  PLANS,
  startRuntime,
  tf,
  whileLoop,
  type Scalar,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

type State = { x: Tensor; total: Tensor };

/** x <- x + bias + i and total <- total + sum(x), in a part or not; the bias comes from around it. */
function steps(part: <T extends Record<string, Tensor>>(inputs: T, body: (inputs: T) => State) => State) {
  return (count: Tensor, x: Tensor, bias: Tensor) =>
    whileLoop<State>(count as Scalar, { x, total: tf.scalar(0) }, (i, before) =>
      part({ i, ...before }, (now) => {
        const next = tf.add(tf.add(now.x, bias), tf.cast(now.i as Tensor, 'float32'));
        return { x: next, total: tf.add(now.total, tf.sum(next)) };
      }),
    );
}

describe('inPart', () => {
  it.each(PLANS)('computes what its body computes, to the bit, under plan %s', async (plan) => {
    const given = [
      tf.scalar(3, 'int32'),
      tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]),
      tf.tensor1d([0.7, -1.1]),
    ] as const;
    const apart = compile(steps(inPart), { plan });
    const merged = compile(
      steps((inputs, body) => body(inputs)),
      { plan },
    );
    const results = [await apart(...given), await merged(...given)].map(({ x, total }) => [
      ...x.dataSync(),
      ...total.dataSync(),
    ]);
    expect(results[0]).toEqual(results[1]);
    // By hand: x grows by 3 biases and by 0 + 1 + 2.
    expect(results[0]?.[0]).toBeCloseTo(0.1 + 3 * 0.7 + 3, 5);
    apart.dispose();
    merged.dispose();
  });

  it('holds loops and further parts', async () => {
    const step = compile(
      (count: Tensor, x: Tensor) =>
        inPart({ x }, (outer) => ({
          y: whileLoop<{ x: Tensor }>(count as Scalar, outer, (_, state) =>
            inPart(state, ({ x }) => ({ x: inPart({ x }, ({ x }) => ({ x: tf.mul(x, 2) })).x })),
          ).x,
        })).y,
      { plan: 'graph' },
    );
    const y = await step(tf.scalar(5, 'int32'), tf.tensor1d([1, 3]));
    expect([...y.dataSync()]).toEqual([32, 96]);
    step.dispose();
  });

  it('knows the shapes of what comes back while it is traced', async () => {
    let shapes: number[][] = [];
    const step = compile(
      (x: Tensor) => {
        const { a, b } = inPart({ x }, ({ x }) =>
          inPart({ x }, ({ x }) => ({ a: tf.sum(x, 0), b: tf.transpose(x) })),
        );
        shapes = [a.shape, b.shape];
        return { a, b };
      },
      { plan: 'graph' },
    );
    tf.dispose(await step(tf.ones([2, 3])));
    expect(shapes).toEqual([[3], [3, 2]]);
    step.dispose();
  });
});
