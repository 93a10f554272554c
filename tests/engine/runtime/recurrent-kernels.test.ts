import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  binding,
  compile,
  normal,
  projectionWidth,
  randomKey,
  recurrentSequence,
  startRuntime,
  tf,
  type CellKind,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());
afterAll(() => void binding().recurrentKernels(''));

const SETS = ['plain', 'avx2', 'avx512'] as const;
/** Units below, at and beside the widths of vectors, up to more than a block; batches beside what is computed together. */
const SIZES = [
  { time: 1, batch: 1, units: 1 },
  { time: 4, batch: 2, units: 5 },
  { time: 7, batch: 13, units: 16 },
  { time: 9, batch: 7, units: 37 },
  { time: 3, batch: 64, units: 64 },
  { time: 5, batch: 8, units: 130 },
] as const;

const random = (name: string, shape: number[], scale = 0.5): Tensor =>
  tf.mul(normal(shape, randomKey(11, name, tf.scalar(0, 'int32'))), scale);
/** 1 in about three places of four. */
const mostly = (name: string, shape: number[]): Tensor =>
  tf.cast(tf.greater(random(name, shape, 1), -0.7), 'float32');

type Inputs = Readonly<Record<'x' | 'kernel' | 'bias' | 'mask' | 'flow' | 'drop' | 'weights', Tensor>>;

function inputsOf(kind: CellKind, { time, batch, units }: (typeof SIZES)[number]): Inputs {
  const width = projectionWidth(kind, units);
  return {
    x: random('x', [time, batch, width], 1),
    kernel: random('kernel', [units, width], 1 / Math.sqrt(units)),
    bias: random('bias', [width]),
    mask: mostly('mask', [time, batch]),
    flow: mostly('flow', [time, batch]),
    drop: tf.mul(mostly('drop', [batch, units]), 1.25),
    weights: random('weights', [time, batch, units]),
  };
}

/** The outputs, and the gradients of all that has one. */
function everything(kind: CellKind, given: (keyof Inputs)[]) {
  return (inputs: Inputs) => {
    const optional = Object.fromEntries(given.map((name) => [name, inputs[name]]));
    const watch = tf.zerosLike(inputs.weights);
    const run = (x: Tensor, kernel: Tensor, bias: Tensor, watch: Tensor) =>
      recurrentSequence(
        kind,
        x as Tensor3D,
        { kernel: kernel as Tensor2D, bias: bias as Tensor1D },
        { ...optional, watch: watch as Tensor3D },
      );
    const { x, kernel, bias, weights } = inputs;
    const gradients = tf.grads((x: Tensor, kernel: Tensor, bias: Tensor, watch: Tensor) =>
      tf.sum(tf.mul(run(x, kernel, bias, watch), weights)),
    )([x, kernel, bias, watch]);
    const [dx, dKernel, dBias, watched] = gradients as [Tensor, Tensor, Tensor, Tensor];
    return { outputs: run(x, kernel, bias, watch), dx, dKernel, dBias, watched };
  };
}

function expectClose(got: Tensor, expected: Tensor, what: string): void {
  expect(got.shape).toEqual(expected.shape);
  const [a, b] = [got.dataSync(), expected.dataSync()];
  const scale = Math.max(1, ...b.map(Math.abs));
  const worst = Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / scale;
  expect(worst, what).toBeLessThan(3e-6);
}

describe.each(SETS)('kernels for %s', (set) => {
  it.for(['vanilla', 'lstm', 'gru'] as const)(
    'compute what the loops do: %s, any sizes and options',
    async (kind, { skip }) => {
      skip(!binding().recurrentKernels(set), `this processor has no ${set}`);
      const options: (keyof Inputs)[][] = [[], ['mask'], ['mask', 'drop'], ['mask', 'flow', 'drop']];
      for (const [i, sizes] of SIZES.entries()) {
        const inputs = inputsOf(kind, sizes);
        const given = options[i % options.length]!;
        const step = everything(kind, given);
        const compiled = compile(step, { plan: 'xla' });
        const loops = compile(step, { plan: 'graph' });
        const [got, eager, expected] = [await compiled(inputs), step(inputs), await loops(inputs)];
        expect([...compiled.traces[0]!.ops]).toContain('XlaCustomCallV2');
        expect([...loops.traces[0]!.ops]).not.toContain('XlaCustomCallV2');
        for (const name of ['outputs', 'dx', 'dKernel', 'dBias', 'watched'] as const) {
          const what = `${name} of ${JSON.stringify(sizes)} with ${given.join()}`;
          expectClose(got[name], expected[name], what);
          expectClose(eager[name], expected[name], `${what}, op by op`);
        }
        expect([...got.outputs.dataSync()]).toEqual([...eager.outputs.dataSync()]);
        compiled.dispose();
        loops.dispose();
        tf.dispose([inputs, got, eager, expected]);
      }
    },
  );

  it.for(['vanilla', 'lstm', 'gru'] as const)(
    'give a row the same bits whatever stands beside it and after it: %s',
    async (kind, { skip }) => {
      skip(!binding().recurrentKernels(set), `this processor has no ${set}`);
      const { x, kernel, bias } = inputsOf(kind, { time: 9, batch: 7, units: 37 });
      const step = compile(
        (x: Tensor, mask: Tensor) =>
          recurrentSequence(
            kind,
            x as Tensor3D,
            { kernel: kernel as Tensor2D, bias: bias as Tensor1D },
            { mask: mask as Tensor2D },
          ),
        { plan: 'xla' },
      );
      const all = await step(x, tf.ones([9, 7]));
      // The fourth row by itself, with four steps of padding.
      const padded = tf.concat(
        [tf.slice(x, [0, 3, 0], [9, 1, -1]), random('padding', [4, 1, x.shape[2]!], 9)],
        0,
      );
      const alone = await step(padded, tf.concat([tf.ones([9, 1]), tf.zeros([4, 1])], 0));
      const rows = [...tf.slice(all, [0, 3, 0], [9, 1, 37]).dataSync()];
      expect([...tf.slice(alone, 0, 9).dataSync()]).toEqual(rows);
      for (const t of [9, 10, 11, 12]) {
        expect([...tf.slice(alone, t, 1).dataSync()]).toEqual(rows.slice(-37));
      }
      step.dispose();
    },
  );
});

describe('a call of the kernels that does not fit', () => {
  const attributes = (settings: string, target = 'gradient_lab_recurrent_forward', shape = [2, 3, 4]) => {
    const { TF_ATTR_STRING, ATTR_SHAPE_LIST } = binding();
    return [
      { name: 'call_target_name', type: TF_ATTR_STRING, value: target },
      { name: 'backend_config', type: TF_ATTR_STRING, value: settings },
      { name: '_output_shapes', type: ATTR_SHAPE_LIST, value: [shape] },
    ];
  };
  const run = (given: ReturnType<typeof attributes>, sizes: number[]) => () => {
    const ids = sizes.map((size) =>
      binding().createTensor([size], binding().TF_FLOAT, new Float32Array(size)),
    );
    return binding().executeOp('XlaCustomCallV2', given, ids, 1);
  };

  it.each([
    ['another target', attributes('0 2 3 4 0', 'other'), [24, 16, 4], 'Unknown custom call "other"'],
    ['settings that are none', attributes('lstm'), [24, 16, 4], 'Expected settings as cell, time, batch'],
    ['a cell that there is not', attributes('3 2 3 4 0'), [24, 16, 4], 'Expected settings'],
    ['sizes of nothing', attributes('0 2 0 4 0'), [24, 16, 4], 'Expected settings'],
    [
      'an input too short',
      attributes('0 2 3 4 0'),
      [24, 15, 4],
      'inputs of [24, 16, 4] numbers, got [24, 15, 4]',
    ],
    ['a mask that is missing', attributes('0 2 3 4 1'), [24, 16, 4], 'inputs of [24, 16, 4, 6] numbers'],
    [
      'an output too small',
      attributes('0 2 3 4 0', undefined, [2, 3, 3]),
      [24, 16, 4],
      'outputs of [24] numbers, got [18]',
    ],
  ])('is refused: %s', (_, given, sizes, message) => {
    expect(run(given, sizes)).toThrow(message);
  });

  it('is told from one that fits', () => {
    expect(run(attributes('0 2 3 4 0'), [24, 16, 4])()).toHaveLength(1);
  });
});
