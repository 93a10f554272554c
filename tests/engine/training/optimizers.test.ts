import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  PLANS,
  startRuntime,
  tf,
  type Scalar,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';
import {
  adam,
  adamW,
  addWeightDecay,
  clipByGlobalNorm,
  clipByValue,
  globalNorm,
  rmsProp,
  sgd,
  valueAndGradients,
  type Optimizer,
  type Parameters,
  type Slots,
} from '../../../src/engine/training/index.ts';

beforeAll(() => startRuntime());

type Flat = Record<'w' | 'b', number[]>;
interface Reference {
  readonly start: Flat;
  readonly gradients: Flat[];
  readonly trajectories: Record<string, [number[], number[]][]>;
  readonly clipped: [number[], number[]];
}
const reference = JSON.parse(
  readFileSync(new URL('./reference/reference.json', import.meta.url), 'utf8'),
) as Reference;

const tensors = ({ w, b }: Flat): Parameters => ({ w: tf.tensor2d(w, [3, 2]), b: tf.tensor1d(b) });
const flat = (parameters: Parameters): number[][] =>
  ['w', 'b'].map((name) => [...(parameters[name] as Tensor).dataSync()]);
const close = (actual: number[][], expected: number[][], digits: number): void =>
  actual.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i] as number, digits));

/** Runs all gradients through an optimizer and returns the parameters after each step. */
async function trajectory(
  optimizer: Optimizer,
  learningRate: number,
  plan: (typeof PLANS)[number],
): Promise<number[][][]> {
  const update = compile(
    (state: { parameters: Parameters; slots: Slots }, gradients: Parameters, rate: Scalar, step: Scalar) =>
      optimizer.update({ ...state, gradients, learningRate: rate, step }),
    { plan },
  );
  let state = { parameters: tensors(reference.start), slots: {} as Slots };
  state = { ...state, slots: optimizer.initialSlots(state.parameters) };
  const seen: number[][][] = [];
  for (const [step, gradients] of reference.gradients.entries()) {
    state = await update(state, tensors(gradients), tf.scalar(learningRate), tf.scalar(step, 'int32'));
    seen.push(flat(state.parameters));
  }
  update.dispose();
  return seen;
}

describe('optimizers give what Keras gives (reference/make.py)', () => {
  const cases: [string, Optimizer, number][] = [
    ['sgd', sgd(), 0.05],
    ['momentum', sgd({ momentum: 0.9 }), 0.05],
    ['nesterov', sgd({ momentum: 0.9, nesterov: true }), 0.05],
    ['rmsprop', rmsProp(), 0.01],
    ['adam', adam(), 0.01],
    ['adamw', adamW({ weightDecay: 0.1 }), 0.01],
  ];
  it.each(cases)('%s', async (name, optimizer, learningRate) => {
    for (const plan of PLANS) {
      const seen = await trajectory(optimizer, learningRate, plan);
      seen.forEach((parameters, step) =>
        close(parameters, reference.trajectories[name]?.[step] as number[][], 5),
      );
    }
    expect(optimizer.name).toBe(name);
  });
});

describe('optimizers follow their formulas, worked out in double precision', () => {
  /** Runs `rule` on each number by itself. */
  function byHand(rule: (w: number, g: number, memory: number[], t: number) => number): number[][] {
    const now = { w: [...reference.start.w], b: [...reference.start.b] };
    const memory = new Map<string, number[]>();
    reference.gradients.forEach((gradients, step) => {
      for (const name of ['w', 'b'] as const) {
        now[name] = now[name].map((w, i) => {
          const key = name + i;
          if (!memory.has(key)) memory.set(key, [0, 0]);
          return rule(w, gradients[name][i] as number, memory.get(key) as number[], step + 1);
        });
      }
    });
    return [now.w, now.b];
  }
  const last = async (optimizer: Optimizer, rate: number): Promise<number[][]> =>
    (await trajectory(optimizer, rate, 'graph')).at(-1) as number[][];

  it('Adam with other betas', async () => {
    const [b1, b2, lr, e] = [0.8, 0.95, 0.02, 1e-4];
    const expected = byHand((w, g, m, t) => {
      m[0] = b1 * (m[0] as number) + (1 - b1) * g;
      m[1] = b2 * (m[1] as number) + (1 - b2) * g * g;
      return w - ((lr * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t)) * (m[0] / (Math.sqrt(m[1]) + e));
    });
    close(await last(adam({ beta1: b1, beta2: b2, epsilon: e }), lr), expected, 5);
  });

  it('AdamW that spares biases', async () => {
    const spared = await last(adamW({ weightDecay: 0.5, decays: (parameter) => parameter.rank > 1 }), 0.01);
    const plain = await last(adam(), 0.01);
    close([spared[1] as number[]], [plain[1] as number[]], 6);
    expect(spared[0]).not.toEqual(plain[0]);
  });

  it('Nesterov momentum', async () => {
    const expected = byHand((w, g, m) => {
      m[0] = 0.7 * (m[0] as number) - 0.1 * g;
      return w + 0.7 * m[0] - 0.1 * g;
    });
    close(await last(sgd({ momentum: 0.7, nesterov: true }), 0.1), expected, 5);
  });

  it('leave what they are given as it was, and a learning rate of 0 leaves the weights', () => {
    const parameters = tensors(reference.start);
    const optimizer = adam();
    const slots = optimizer.initialSlots(parameters);
    const gradients = tensors(reference.gradients[0] as Flat);
    const next = optimizer.update({
      parameters,
      gradients,
      slots,
      learningRate: tf.scalar(0),
      step: tf.scalar(0, 'int32'),
    });
    close(flat(parameters), [reference.start.w, reference.start.b], 6);
    close(flat(next.parameters), [reference.start.w, reference.start.b], 6);
    expect(
      flat(slots['momentum'] as Parameters)
        .flat()
        .every((v) => v === 0),
    ).toBe(true);
    expect(
      flat(next.slots['momentum'] as Parameters)
        .flat()
        .some((v) => v !== 0),
    ).toBe(true);
  });

  it('name a gradient that is missing', () => {
    const parameters = tensors(reference.start);
    const inputs = {
      parameters,
      gradients: { w: parameters['w'] as Tensor },
      slots: {},
      step: tf.scalar(0, 'int32'),
    };
    expect(() => sgd().update({ ...inputs, learningRate: tf.scalar(1) })).toThrow(
      'Expected a tensor called "b", got w.',
    );
  });
});

describe('gradients', () => {
  it('are clipped by their global norm as in Keras, and left alone when they are short', () => {
    const gradients = tensors(reference.gradients[0] as Flat);
    close(flat(clipByGlobalNorm(gradients, 0.5)), reference.clipped, 5);
    close(flat(clipByGlobalNorm(gradients, 1e6)), flat(gradients), 6);
    const norm = Math.hypot(...flat(gradients).flat());
    expect(globalNorm(gradients).dataSync()[0]).toBeCloseTo(norm, 4);
    const zero = { w: tf.zeros([2]) };
    expect([...(clipByGlobalNorm(zero, 1)['w'] as Tensor).dataSync()]).toEqual([0, 0]);
  });

  it('are clipped by value', () => {
    const clipped = clipByValue({ w: tf.tensor1d([-3, 0.5, 3]) }, 1);
    expect([...(clipped['w'] as Tensor).dataSync()]).toEqual([-1, 0.5, 1]);
  });

  it('get weight decay on matrices, not on biases', () => {
    const parameters = tensors(reference.start);
    const zero = { w: tf.zeros([3, 2]), b: tf.zeros([2]) };
    const decayed = flat(addWeightDecay(zero, parameters, 0.1));
    close(decayed, [reference.start.w.map((w) => 0.1 * w), [0, 0]], 6);
    expect(addWeightDecay(zero, parameters, 0)).toBe(zero);
  });

  it('come under their names, with what else was computed, and nothing is left behind', () => {
    const parameters = tensors(reference.start);
    const before = tf.memory().numTensors;
    const { loss, gradients, aux } = valueAndGradients((p) => {
      const product = tf.mul(p['w'] as Tensor, p['b'] as Tensor); // [3, 2] x [2]
      return { loss: tf.sum(product), aux: { product } };
    }, parameters);
    const [b0, b1] = reference.start.b as [number, number];
    close([[...(gradients['w'] as Tensor).dataSync()]], [[b0, b1, b0, b1, b0, b1]], 6);
    expect([...aux.product.dataSync()].reduce((a, v) => a + v, 0)).toBeCloseTo(
      loss.dataSync()[0] as number,
      5,
    );
    tf.dispose([loss, aux.product, ...Object.values(gradients)]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
