import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  normal,
  PLANS,
  projectionWidth,
  recurrentParts,
  randomKey,
  recurrentSequence,
  startRuntime,
  tf,
  type CellKind,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

const KINDS: readonly CellKind[] = ['vanilla', 'lstm', 'gru'];
const [TIME, BATCH, UNITS] = [5, 3, 4];

const random = (name: string, shape: number[], scale = 0.5): Tensor =>
  tf.mul(normal(shape, randomKey(7, name, tf.scalar(0, 'int32'))), scale);

function inputs(kind: CellKind, time = TIME) {
  const width = projectionWidth(kind, UNITS);
  return {
    x: random('x', [time, BATCH, width], 1) as Tensor3D,
    kernel: random('kernel', [UNITS, width]) as Tensor2D,
    bias: random('bias', [width]) as Tensor1D,
  };
}

/** The last step of each row is padding but in the first. */
const MASK = [
  [1, 1, 1],
  [1, 1, 0],
  [1, 0, 0],
  [1, 1, 0],
  [1, 0, 0],
];

/** One example at a time, in JavaScript's double precision, with numbers in arrays. */
function plainLoop(
  kind: CellKind,
  x: readonly number[][][],
  kernel: readonly number[][],
  bias: readonly number[],
  mask: readonly (readonly number[])[],
): number[][][] {
  const units = kernel.length;
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  let h = x[0]!.map(() => new Array<number>(units).fill(0));
  let c = h;
  return x.map((rows, t) => {
    const next = rows.map((row, b) => {
      const r = row.map((_, j) =>
        kernel.reduce((sum, weights, k) => sum + weights[j]! * h[b]![k]!, bias[j]!),
      );
      const z = (gate: number, u: number) => row[gate * units + u]! + r[gate * units + u]!;
      return Array.from({ length: units }, (_, u) => {
        const before = { h: h[b]![u]!, c: c[b]![u]! };
        if (mask[t]![b] === 0) return before;
        if (kind === 'vanilla') return { h: Math.tanh(z(0, u)), c: 0 };
        if (kind === 'lstm') {
          const cell = sigmoid(z(1, u)) * before.c + sigmoid(z(0, u)) * Math.tanh(z(2, u));
          return { h: sigmoid(z(3, u)) * Math.tanh(cell), c: cell };
        }
        const update = sigmoid(z(0, u));
        const candidate = Math.tanh(row[2 * units + u]! + sigmoid(z(1, u)) * r[2 * units + u]!);
        return { h: update * before.h + (1 - update) * candidate, c: 0 };
      });
    });
    h = next.map((row) => row.map((state) => state.h));
    c = next.map((row) => row.map((state) => state.c));
    return h;
  });
}

const flat = (value: unknown): number[] => (value as number[][][]).flat(2);

describe.each(KINDS)('a %s sequence', (kind) => {
  it('is what a plain loop computes, with and without a mask', () => {
    const { x, kernel, bias } = inputs(kind);
    const arrays = [x.arraySync(), kernel.arraySync(), bias.arraySync()] as const;
    const all = MASK.map((row) => row.map(() => 1));
    for (const mask of [all, MASK]) {
      const got = recurrentSequence(
        kind,
        x,
        { kernel, bias },
        {
          mask: mask === all ? undefined : tf.tensor2d(mask),
        },
      );
      const expected = flat(plainLoop(kind, ...arrays, mask));
      [...got.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    }
  });

  it('has the gradients that differences of the plain loop give', () => {
    const { x, kernel, bias } = inputs(kind);
    const weights = random('weights', [TIME, BATCH, UNITS]);
    const gradients = tf.grads((x: Tensor, kernel: Tensor, bias: Tensor) =>
      tf.sum(
        tf.mul(
          recurrentSequence(
            kind,
            x as Tensor3D,
            { kernel: kernel as Tensor2D, bias: bias as Tensor1D },
            { mask: tf.tensor2d(MASK) },
          ),
          weights,
        ),
      ),
    )([x, kernel, bias]);
    const weight = weights.dataSync();
    const loss = (arrays: readonly [unknown, unknown, unknown]): number =>
      flat(plainLoop(kind, ...(arrays as [number[][][], number[][], number[]]), MASK)).reduce(
        (sum, value, i) => sum + value * weight[i]!,
        0,
      );
    const tensors = [x, kernel, bias] as const;
    tensors.forEach((tensor, which) => {
      const values = Array.from(tensor.dataSync());
      const at = (changed: number[]) =>
        loss(
          tensors.map((each, k) =>
            k === which ? reshape(changed, tensor.shape) : each.arraySync(),
          ) as never,
        );
      gradients[which]!.dataSync().forEach((gradient, i) => {
        const [up, down] = [values.slice(), values.slice()];
        up[i]! += 1e-5;
        down[i]! -= 1e-5;
        expect(gradient).toBeCloseTo((at(up) - at(down)) / 2e-5, 4);
      });
    });
  });

  it('is the same under every plan, with its gradient', async () => {
    const { x, kernel, bias } = inputs(kind);
    const mask = tf.tensor2d(MASK);
    const step = (x: Tensor3D, kernel: Tensor2D, bias: Tensor1D, mask: Tensor2D) => {
      const f = (k: Tensor) =>
        tf.mean<Scalar>(tf.square(recurrentSequence(kind, x, { kernel: k as Tensor2D, bias }, { mask })));
      return { loss: f(kernel), gradient: tf.grad(f)(kernel) };
    };
    const [eager, ...others] = await Promise.all(
      PLANS.map(async (plan) => {
        const { loss, gradient } = await compile(step, { plan })(x, kernel, bias, mask);
        return [...loss.dataSync(), ...gradient.dataSync()];
      }),
    );
    for (const other of others) other.forEach((value, i) => expect(value).toBeCloseTo(eager![i]!, 5));
  });

  it('is changed by padding in no bit', () => {
    const { x, kernel, bias } = inputs(kind);
    const padding = random('padding', [4, BATCH, projectionWidth(kind, UNITS)], 9) as Tensor3D;
    const padded = tf.concat<Tensor3D>([x, padding], 0);
    const mask = tf.concat<Tensor2D>([tf.ones([TIME, BATCH]), tf.zeros([4, BATCH])], 0);
    const last = (rows: Tensor3D) => [...tf.slice(rows, rows.shape[0] - 1).dataSync()];
    expect(last(recurrentSequence(kind, padded, { kernel, bias }, { mask }))).toEqual(
      last(recurrentSequence(kind, x, { kernel, bias })),
    );
  });

  it('lets no gradient pass where the flow is cut', () => {
    const { x, kernel, bias } = inputs(kind);
    // Cut after the third step of all rows: what comes later says nothing of the first three.
    const flow = tf.tensor2d([0, 1, 2, 3, 4].map((t) => [0, 1, 2].map(() => (t === 3 ? 0 : 1))));
    const later = (rows: Tensor) => tf.sum(tf.square(tf.slice(rows, 3)));
    const gradientOf = (options: { flow?: Tensor2D }) =>
      tf.grad((given: Tensor) =>
        later(recurrentSequence(kind, given as Tensor3D, { kernel, bias }, options)),
      )(x);
    const [whole, cut] = [gradientOf({}).arraySync(), gradientOf({ flow }).arraySync()] as number[][][][];
    expect(flat(cut!.slice(0, 3)).every((value) => value === 0)).toBe(true);
    expect(flat(whole!.slice(0, 3)).every((value) => value === 0)).toBe(false);
    expect(cut!.slice(3)).toEqual(whole!.slice(3));
  });

  it('tells the gradient by each state', () => {
    const { x, kernel, bias } = inputs(kind);
    const weights = random('weights', [TIME, BATCH, UNITS]);
    const watch = tf.zeros<Rank.R3>([TIME, BATCH, UNITS]);
    const got = tf.grad((given: Tensor) => {
      const rows = recurrentSequence(kind, x, { kernel, bias }, { watch: given as Tensor3D });
      return tf.sum(tf.mul(rows, weights));
    })(watch);
    // The last state changes the loss by its own output alone, and that before by the next one too.
    const last = (rows: Tensor) => flat(tf.slice(rows as Tensor3D, TIME - 1).arraySync());
    expect(last(got)).toEqual(last(weights));
    const direct = flat(weights.arraySync());
    expect(flat(got.arraySync()).filter((value, i) => value !== direct[i])).toHaveLength(
      (TIME - 1) * BATCH * UNITS,
    );
    if (kind !== 'vanilla') return;
    // h' = tanh(x + U h): what comes back is what arrives at h', times 1 - h'^2, through U.
    const states = recurrentSequence(kind, x, { kernel, bias });
    const [arriving, h] = [got, states].map((rows) => tf.slice(rows as Tensor3D, 1, TIME - 1));
    const back = tf.mul(arriving!, tf.sub(1, tf.square(h!)));
    const through = tf.matMul(tf.reshape(back, [-1, UNITS]), kernel, false, true).dataSync();
    const before = tf.slice(got as Tensor3D, 0, TIME - 1).dataSync();
    through.forEach((value, i) => expect(before[i]).toBeCloseTo(value + direct[i]!, 5));
  });

  it('shows its states and gates', () => {
    const { x, kernel, bias } = inputs(kind);
    const mask = tf.tensor2d(MASK);
    const { states, gates } = recurrentParts(kind, x, { kernel, bias }, { mask });
    expect([...states[0]!.dataSync()]).toEqual([
      ...recurrentSequence(kind, x, { kernel, bias }, { mask }).dataSync(),
    ]);
    expect(states).toHaveLength(kind === 'lstm' ? 2 : 1);
    expect(gates).toHaveLength({ vanilla: 0, lstm: 4, gru: 3 }[kind]);
    if (kind !== 'lstm') return;
    const [, f, , o] = gates as Tensor3D[];
    const bent = tf.mul(o!, tf.tanh(states[1]!)).arraySync() as number[][][];
    expect(bent[0]![0]![0]).toBeCloseTo(states[0]!.arraySync()[0]![0]![0]!, 6);
    const forgets = f!.arraySync();
    const said = forgets.flatMap((rows, t) => rows.flatMap((row, b) => (MASK[t]![b] === 1 ? row : [])));
    expect(said.every((value) => value > 0 && value < 1)).toBe(true);
  });

  it('keeps apart two layers of one size, under every plan', async () => {
    const { x, kernel, bias } = inputs(kind);
    const step = (x: Tensor3D, kernel: Tensor2D, bias: Tensor1D) => {
      const f = (k: Tensor) => {
        const first = recurrentSequence(kind, x, { kernel: k as Tensor2D, bias });
        const half = tf.mul<Tensor2D>(k, 0.5);
        const second = recurrentSequence(kind, tf.mul(x, -2), { kernel: half, bias });
        return tf.sum<Scalar>(tf.square(tf.sub(first, second)));
      };
      return { loss: f(kernel), gradient: tf.grad(f)(kernel) };
    };
    const [eager, ...others] = await Promise.all(
      PLANS.map(async (plan) => {
        const { loss, gradient } = await compile(step, { plan })(x, kernel, bias);
        return [...loss.dataSync(), ...gradient.dataSync()];
      }),
    );
    for (const other of others) other.forEach((value, i) => expect(value).toBeCloseTo(eager![i]!, 4));
  });

  it('is traced into as much whatever its length', async () => {
    const traceOf = async (time: number) => {
      const { x, kernel } = inputs(kind, time);
      const step = compile(
        (x: Tensor3D, k: Tensor2D) =>
          tf.grad((k: Tensor) => {
            const rows = recurrentSequence(kind, x, { kernel: k as Tensor2D });
            return tf.sum(tf.slice(rows, time - 1));
          })(k),
        { plan: 'graph' },
      );
      tf.dispose(await step(x, kernel));
      return step.traces[0]!;
    };
    const [short, long] = [await traceOf(3), await traceOf(300)];
    expect(long.nodes).toBe(short.nodes);
    expect(long.constantBytes).toBe(short.constantBytes);
  });

  it('leaves nothing behind', () => {
    const { x, kernel } = inputs(kind);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.grad((k: Tensor) => tf.sum(recurrentSequence(kind, x, { kernel: k as Tensor2D })))(kernel);
    });
    recurrentSequence(kind, x, { kernel }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('says which shapes it expects', () => {
  expect(() =>
    recurrentSequence('lstm', tf.zeros<Rank.R3>([2, 3, 8]), { kernel: tf.zeros<Rank.R2>([4, 16]) }),
  ).toThrow('Expected a lstm projection [time, batch, 16] and kernel [4, 16], got [2, 3, 8] and [4, 16].');
});

function reshape(values: readonly number[], [size = 0, ...rest]: readonly number[]): unknown {
  if (rest.length === 0) return [...values];
  const each = values.length / size;
  return Array.from({ length: size }, (_, i) => reshape(values.slice(i * each, (i + 1) * each), rest));
}
