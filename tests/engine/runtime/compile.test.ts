import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  backend,
  binding,
  compile,
  gatherRows,
  makeResident,
  PLANS,
  startRuntime,
  tf,
  whileLoop,
  type PlanChoice,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '../../../src/engine/runtime/index.ts';
import { LabError } from '../../../src/shared/errors.ts';

beforeAll(() => startRuntime());
afterEach(() => tf.disposeVariables());

async function failure(call: () => Promise<unknown>): Promise<LabError> {
  const error = await call().then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LabError);
  return error as LabError;
}

const values = (tensor: Tensor): number[] => [...tensor.dataSync()];

describe('compile', () => {
  it.each(PLANS)(
    'gives the results of plain TensorFlow.js under plan %s, gradients included',
    async (plan) => {
      const x = tf.tensor2d([1, -2, 3, 4, 5, -6], [2, 3]);
      const w = tf.tensor2d([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [3, 2]);
      const step = (x: Tensor2D, w: Tensor2D) => ({
        loss: tf.mean<Tensor>(tf.relu(tf.matMul(x, w))),
        gradient: tf.grad((w: Tensor) => tf.mean(tf.relu(tf.matMul(x, w as Tensor2D))))(w),
      });
      const compiled = compile(step, { plan });
      const result = await compiled(x, w);
      // relu(x w) = [[0, 0], [0, 0]] is not what this gives: x w = [[0.1-0.6+1.5, 0.2-0.8+1.8], [0.4+1.5-3, 0.8+2-3.6]]
      expect(values(result.loss)[0]).toBeCloseTo((1.0 + 1.2) / 4, 6);
      // Only the first row is above zero: the gradient of each weight is its input over 4.
      expect(values(result.gradient)).toEqual([0.25, 0.25, -0.5, -0.5, 0.75, 0.75]);
      tf.dispose([x, w, result.loss, result.gradient]);
      compiled.dispose();
    },
  );

  it('traces once a signature, and keeps no more traces than it may', async () => {
    let traced = 0;
    const compiled = compile((x: Tensor) => (traced++, tf.mul(x, 2)), { plan: 'graph', maxTraces: 2 });
    for (const size of [1, 2, 1, 2, 3, 3, 1]) {
      const x = tf.ones([size]);
      const y = await compiled(x);
      expect(values(y)).toEqual(new Array(size).fill(2));
      tf.dispose([x, y]);
    }
    // Sizes 1, 2, 3, and 1 again after it had to go; each is traced twice, to compare.
    expect(traced).toBe(8);
    expect(compiled.traces).toHaveLength(2);
    compiled.dispose();
  });

  it('hands out an input as it is, and one tensor twice, as tensors of their own', async () => {
    for (const plan of PLANS) {
      const x = tf.tensor1d([1, 2]);
      const compiled = compile((x: Tensor) => ({ same: x, sum: tf.add(x, 1), list: [x, x] }), { plan });
      const result = await compiled(x);
      x.dispose();
      expect(values(result.same)).toEqual([1, 2]);
      result.same.dispose();
      expect(result.list.map(values)).toEqual([
        [1, 2],
        [1, 2],
      ]);
      tf.dispose([result.sum, result.list]);
      compiled.dispose();
    }
  });

  it('takes a small tensor from outside as a constant and a large one by reference', async () => {
    const small = tf.tensor1d([10]);
    const large = tf.ones([5000]);
    const compiled = compile((x: Tensor) => tf.add(tf.mul(x, small), tf.sum(large)), { plan: 'graph' });
    const x = tf.scalar(2);
    const first = await compiled(x);
    expect(values(first)).toEqual([5020]);
    expect(compiled.traces[0]?.constantBytes).toBeLessThan(1000);
    tf.dispose([small, large]); // the function holds what it needs
    const second = await compiled(x);
    expect(values(second)).toEqual([5020]);
    tf.dispose([x, first, second]);
    compiled.dispose();
  });

  it('updates the variables that it is given', async () => {
    for (const plan of PLANS) {
      const w = tf.variable(tf.scalar(1));
      const fixed = tf.variable(tf.scalar(7), false);
      const compiled = compile((x: Tensor) => (w.assign(tf.add<Scalar>(w, x)), tf.mul(w, fixed)), {
        plan,
        variables: [w, fixed],
      });
      const x = tf.scalar(2);
      for (const expected of [3, 5]) {
        const y = await compiled(x);
        expect([...values(w), ...values(y), ...values(fixed)]).toEqual([expected, 7 * expected, 7]);
        y.dispose();
      }
      tf.dispose([x, w, fixed]);
      compiled.dispose();
    }
  });

  it('lets auto choose without spending anything: variables are as if it had run once', async () => {
    const w = tf.variable(tf.scalar(0));
    let choice: PlanChoice | undefined;
    const compiled = compile((x: Tensor) => (w.assign(tf.add<Scalar>(w, x)), tf.square(w)), {
      plan: 'auto',
      variables: [w],
      onChoice: (made) => (choice = made),
    });
    expect(compiled.plan).toBeUndefined();
    const x = tf.scalar(3);
    const y = await compiled(x);
    expect([...values(w), ...values(y)]).toEqual([3, 9]);
    expect(PLANS).toContain(choice?.plan);
    expect(compiled.plan).toBe(choice?.plan);
    expect(Object.keys(choice?.milliseconds ?? {}).length).toBeGreaterThan(1);
    tf.dispose([x, y, w]);
    compiled.dispose();
  });

  it('does not try XLA on convolutions on a processor', async () => {
    let choice: PlanChoice | undefined;
    const compiled = compile((x: Tensor4D, kernel: Tensor4D) => tf.conv2d(x, kernel, 1, 'same'), {
      plan: 'auto',
      onChoice: (made) => (choice = made),
    });
    const inputs = [tf.ones<Rank.R4>([1, 4, 4, 1]), tf.ones<Rank.R4>([3, 3, 1, 1])] as const;
    compiled.settle(...inputs);
    expect(compiled.plan).toBe('graph');
    const y = await compiled(...inputs);
    expect(values(y).slice(0, 2)).toEqual([4, 6]);
    expect(choice?.plan).toBe('graph');
    expect(choice?.milliseconds.xla).toContain('not tried');
    tf.dispose([...inputs, y]);
    compiled.dispose();
  });

  it.each(PLANS)('gathers rows of every type that data may have, under plan %s', async (plan) => {
    const numbers = [0, 1, 2, 3, 250, 255];
    for (const values of [Uint8Array, Uint16Array, Int32Array, Float32Array].map((type) =>
      type.from(numbers),
    )) {
      const data = makeResident(values, [3, 2]);
      for (const dtype of ['float32', 'int32'] as const) {
        const compiled = compile((indices: Tensor1D) => gatherRows(data, indices, dtype), { plan });
        const rows = await compiled(tf.tensor1d([2, 0], 'int32'));
        expect([...rows.dataSync()]).toEqual([250, 255, 0, 1]);
        compiled.dispose();
      }
      data.dispose();
    }
  });

  it('leaves no tensor behind, neither after a trace nor after a failed one', async () => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    const data = makeResident(new Uint8Array(4096), [64, 64]);
    const compiled = compile(
      (indices: Tensor1D) => {
        const rows = gatherRows(data, indices, 'float32');
        const count = tf.scalar(3, 'int32');
        return whileLoop<{ a: Tensor }>(count, { a: rows }, (i, { a }) => ({
          a: tf.add(a, tf.cast(i, 'float32')),
        })).a;
      },
      { plan: 'graph' },
    );
    const indices = tf.tensor1d([1, 2], 'int32');
    (await compiled(indices)).dispose();
    (await compiled(indices)).dispose();
    await failure(() =>
      compile((x: Tensor) => tf.add(x, x.dataSync()[0] as number), { plan: 'graph' })(indices),
    );
    compiled.dispose();
    indices.dispose();
    data.dispose();
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
    expect(binding().capturing()).toBe(false);
  });

  it('runs off the JavaScript thread', async () => {
    const compiled = compile(
      (x: Tensor2D) => {
        let y = x;
        for (let i = 0; i < 12; i++) y = tf.matMul(y, x);
        return y;
      },
      { plan: 'graph' },
    );
    const x = tf.zeros<Rank.R2>([1024, 1024]);
    (await compiled(x)).dispose();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const start = performance.now();
    const y = await compiled(x);
    const elapsed = performance.now() - start;
    clearInterval(timer);
    tf.dispose([x, y]);
    compiled.dispose();
    expect(elapsed).toBeGreaterThan(20); // else there was nothing to see
    expect(ticks).toBeGreaterThan(5);
  });
});

describe('what cannot be compiled is an error that names the line', () => {
  const here = /compile\.test\.ts/;

  it('a JavaScript number that changes, as a learning rate that a schedule computes', async () => {
    let rate = 0.1;
    const step = (x: Tensor) => tf.mul(x, (rate *= 0.9));
    const error = await failure(() => compile(step, { plan: 'graph' })(tf.scalar(1)));
    expect(error.code).toBe('compile/not-capturable');
    expect(error.message).toMatch(/has another value each time the step is traced/);
    expect(error.message).toMatch(here);
    expect(error.hint).toMatch(/as a tensor/);
  });

  it('a step that takes another path the second time', async () => {
    let calls = 0;
    const step = (x: Tensor) => (calls++ === 0 ? tf.exp(x) : tf.sin(x));
    const error = await failure(() => compile(step, { plan: 'graph' })(tf.scalar(1)));
    expect(error.message).toMatch(/does not do the same each time it is traced \(Exp, then Sin\)/);
  });

  it.each<[string, (x: Tensor) => Tensor]>([
    ['tf.dropout', (x) => tf.dropout(x, 0.5)],
    ['tf.dropout with a seed', (x) => tf.dropout(x, 0.5, undefined, 7)],
    ['tf.randomUniform with a seed', (x) => tf.add(x, tf.randomUniform([3], 0, 1, 'float32', 7))],
    ['tf.randomNormal', (x) => tf.add(x, tf.randomNormal([3]))],
    ['Math.random', (x) => tf.mul(x, Math.random())],
  ])('random numbers drawn in JavaScript: %s', async (_, step) => {
    const error = await failure(() => compile(step, { plan: 'graph' })(tf.ones([3])));
    expect(error.message).toMatch(/random numbers are drawn in JavaScript/);
    expect(error.message).toMatch(here);
    expect(Math.random()).toBeLessThan(1); // and it works again afterwards
  });

  it('reading the value of a result, or of an input', async () => {
    const ofResult = (x: Tensor) => ((tf.exp(x).dataSync()[0] as number) > 0 ? x : tf.neg(x));
    const error = await failure(() => compile(ofResult, { plan: 'graph' })(tf.scalar(1)));
    expect(error.message).toMatch(/the value of a Exp was asked for while the step is being compiled/);
    expect(error.message).toMatch(here);
    const ofInput = (x: Tensor) => tf.mul(x, x.dataSync()[0] as number);
    expect((await failure(() => compile(ofInput, { plan: 'graph' })(tf.scalar(1)))).message).toMatch(
      /value of an input/,
    );
  });

  it('a shape that depends on values', async () => {
    const step = (x: Tensor) =>
      backend().executeMultipleOutputs('Where', [], [tf.greater(x, 0)], 1)[0] as Tensor;
    const error = await failure(() => compile(step, { plan: 'graph' })(tf.ones([3])));
    expect(error.message).toMatch(/Where: the shape of its output depends on values/);
    expect(error.message).toMatch(here);
  });

  it('a variable that is not passed', async () => {
    const w = tf.variable(tf.scalar(1));
    const error = await failure(() => compile((x: Tensor) => tf.mul(x, w), { plan: 'graph' })(tf.scalar(1)));
    expect(error.message).toMatch(/Mul: uses a variable that is not passed/);
    w.dispose();
  });

  it('a step that returns something else than tensors', async () => {
    const compiled = compile((() => ({ loss: 3 })) as never, { plan: 'graph' });
    await expect(compiled()).rejects.toThrow(
      'Expected a tensor (or arrays and records of tensors) at .loss, got number.',
    );
    const later = compile((async (x: Tensor) => Promise.resolve(x)) as never, { plan: 'graph' });
    await expect(later(tf.scalar(1) as never)).rejects.toThrow(/got a promise/);
  });

  it("an op that TensorFlow refuses, with TensorFlow's words and the op's name", async () => {
    const bad = (x: Tensor) => backend().executeMultipleOutputs('NoSuchOp', [], [x], 1)[0] as Tensor;
    expect((await failure(() => compile(bad, { plan: 'graph' })(tf.scalar(1)))).message).toMatch(/NoSuchOp/);
    expect(() => bad(tf.scalar(1))).toThrow(/NoSuchOp/);
    const attributes = [{ name: 'T', type: binding().TF_ATTR_TYPE, value: binding().TF_FLOAT }];
    const multiply = () => binding().executeOp('MatMul', attributes, [a, a], 1);
    const a = binding().createTensor([2, 3], binding().TF_FLOAT, new Float32Array(6));
    expect(multiply).toThrow(/MatMul: Matrix size-incompatible|MatMul: .*Matrix/);
    binding().deleteTensor(a);
    expect(multiply).toThrow(/MatMul: Unknown tensor/);
  });
});

describe('whileLoop', () => {
  const count = (n: number): Scalar => tf.scalar(n, 'int32');

  it.each(PLANS)('runs a body that uses what is around it, under plan %s', async (plan) => {
    const compiled = compile(
      (n: Scalar, x: Tensor) => {
        const around = tf.mul(x, 10);
        return whileLoop<Tensor[]>(n, [x, tf.zeros([])], (i, [a, sum]) => [
          tf.add(a as Tensor, around),
          tf.add(sum as Tensor, tf.cast(i, 'float32')),
        ]);
      },
      { plan },
    );
    for (const [n, expected] of [
      [0, [1, 0]],
      [1, [11, 0]],
      [5, [51, 10]],
    ] as const) {
      const [times, x] = [count(n), tf.scalar(1)];
      const result = await compiled(times, x);
      expect(result.flatMap(values)).toEqual(expected);
      tf.dispose([times, x, result]);
    }
    compiled.dispose();
  });

  it.each(PLANS)('nests, under plan %s', async (plan) => {
    const compiled = compile(
      (x: Tensor) =>
        whileLoop<{ x: Tensor }>(count(3), { x }, (i, outer) =>
          whileLoop<{ x: Tensor }>(count(2), outer, (_, inner) => ({
            x: tf.add(inner.x, tf.cast(i, 'float32')),
          })),
        ).x,
      { plan },
    );
    const x = tf.scalar(0);
    const y = await compiled(x);
    expect(values(y)).toEqual([6]); // 2 x (0 + 1 + 2)
    tf.dispose([x, y]);
    compiled.dispose();
  });

  it('refuses a body that changes the shape or the names of its state', async () => {
    const grow = compile((x: Tensor) => whileLoop<Tensor>(count(2), x, (_, x) => tf.concat([x, x])), {
      plan: 'graph',
    });
    await expect(grow(tf.ones([2]))).rejects.toThrow(/to stay float32 \[2\], got float32 \[4\]/);
    const rename = compile(
      (x: Tensor) =>
        whileLoop<Record<string, Tensor>>(count(2), { x }, (_, { x }) => ({ y: x as Tensor }))['x'] as Tensor,
      { plan: 'graph' },
    );
    await expect(rename(tf.ones([2]))).rejects.toThrow(/return its state as it came/);
    expect(binding().capturing()).toBe(false);
  });
});
