import { beforeAll, describe, expect, it } from 'vitest';
import {
  embed,
  flowOf,
  forward,
  initialParameters,
  maskOf,
  pool,
  rnn,
  states,
  unroll,
} from '../../../src/engine/labs/05-rnn.ts';
import { startRuntime, tf, type Tensor, type Tensor3D } from '../../../src/engine/runtime/index.ts';
import type { Parameters } from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';

beforeAll(() => startRuntime());

const CELLS = ['vanilla', 'lstm', 'gru'] as const;
const POOLINGS = ['last', 'mean', 'max'] as const;

const configOf = (given: Record<string, unknown>) =>
  resolveConfig(rnn.fields, { vocabularySize: 12, units: 4, embedding: 3, ...given }) as never;

/** Three texts of 6, 3 and 1 words. */
const tokens = () =>
  tf.tensor2d(
    [
      [4, 5, 6, 7, 8, 9],
      [10, 4, 11, 0, 0, 0],
      [5, 0, 0, 0, 0, 0],
    ],
    [3, 6],
    'int32',
  );

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

describe.each(CELLS)('the %s network', (cell) => {
  const parametersOf = () => initialParameters(configOf({ cell }), 2, 3);

  it('is its formulas, word by word', () => {
    const parameters = parametersOf();
    const x = embed(parameters, tokens());
    const byHand = unroll(parameters, cell, x)['hidden state'] as Tensor3D;
    const inOneLoop = tf.transpose(states(parameters, cell, x, {}), [1, 0, 2]);
    numbers(inOneLoop).forEach((value, i) => expect(value).toBeCloseTo(numbers(byHand)[i]!, 6));
  });

  it.each(POOLINGS)('is changed by padding in no bit, nor is its gradient (%s)', (pooling) => {
    const parameters = parametersOf();
    const config = { cell, pooling };
    const padded = tf.pad(tokens(), [[0, 0], [0, 5]]); // prettier-ignore
    const of = (rows: Tensor) => {
      const f = (recurrent: Tensor) => tf.sum(forward({ ...parameters, recurrent }, config, rows));
      return {
        logits: forward(parameters, config, rows),
        gradient: tf.grad(f)(parameters['recurrent'] as Tensor),
      };
    };
    const [short, long] = [of(tokens()), of(padded)];
    expect(numbers(long.logits)).toEqual(numbers(short.logits));
    numbers(long.gradient).forEach((value, i) => expect(value).toBeCloseTo(numbers(short.gradient)[i]!, 6));
  });

  it('reads every word as it reads the text up to it', () => {
    const parameters = parametersOf();
    for (const pooling of POOLINGS) {
      const config = configOf({ cell, pooling });
      const all = rnn.inspect.sequence?.readings({ parameters, buffers: {} }, tokens(), config);
      const rows = all?.arraySync() as number[][][];
      for (let words = 1; words <= 6; words++) {
        const beginning = tf.slice(tokens(), [0, 0], [1, words]);
        const logits = numbers(forward(parameters, { cell, pooling }, beginning));
        rows[0]![words - 1]!.forEach((value, i) => expect(value).toBeCloseTo(logits[i]!, 5));
      }
    }
  });

  it('has the gradients at its words that differences give', () => {
    const parameters = parametersOf();
    const config = configOf({ cell, pooling: 'mean' });
    const inspected = rnn.inspect.sequence?.inputGradient({ parameters, buffers: {} }, tokens(), 1, config);
    const gradient = inspected?.gradient.arraySync() as number[][][];
    // The word 11 stands once, as the third of the second text: its vector is that place's alone.
    const table = parameters['embedding'] as Tensor;
    const logit = (by: number) => {
      const change = tf.buffer([12, 3]);
      change.set(by, 11, 2);
      const embedding = tf.add(table, change.toTensor());
      return numbers(forward({ ...parameters, embedding }, { cell, pooling: 'mean' }, tokens()))[3]!;
    };
    expect(gradient[1]![2]![2]).toBeCloseTo((logit(1e-2) - logit(-1e-2)) / 2e-2, 3);
    expect(gradient[1]![3]).toEqual([0, 0, 0]);
  });
});

describe('truncation', () => {
  it('cuts after so many words, counted from each text’s end', () => {
    const flow = tf.transpose(flowOf(maskOf(tokens()), 2)).arraySync();
    expect(flow[0]).toEqual([0, 1, 0, 1, 0, 1]);
    expect(flow[1]!.slice(0, 3)).toEqual([1, 0, 1]);
  });

  it('leaves words further back without a gradient', () => {
    const parameters = initialParameters(configOf({}), 2, 3);
    const flow = flowOf(maskOf(tokens()), 2);
    const gradient = tf.grad((embedding: Tensor) =>
      tf.sum(forward({ ...parameters, embedding }, { cell: 'vanilla', pooling: 'last' }, tokens(), { flow })),
    )(parameters['embedding'] as Tensor);
    const touched = (gradient.arraySync() as number[][]).map((row) => row.some((value) => value !== 0));
    // The last two words of each text: 8 and 9, 4 and 11, 5.
    expect(touched.flatMap((is, word) => (is ? [word] : []))).toEqual([4, 5, 8, 9, 11]);
  });
});

it('tells how much the loss depends on each state', () => {
  const config = configOf({ pooling: 'last' });
  const parameters: Parameters = initialParameters(config, 2, 3);
  const labels = tf.tensor1d([0, 1, 1], 'int32');
  const lengths = rnn.inspect.sequence?.stateGradient?.(
    { parameters, buffers: {} },
    tokens(),
    labels,
    config,
  );
  const rows = lengths?.arraySync() as number[][];
  expect(lengths?.shape).toEqual([3, 6]);
  expect(rows.flat().every((value) => value > 0)).toBe(true);
  // Behind its end a text's state is that of its last word, and so is the gradient.
  expect(rows[2]![1]).toBe(rows[2]![0]);
  expect(rows[0]![5]).not.toBe(rows[0]![0]);
});

it('pools the words, and not the padding', () => {
  const hidden = tf.tensor3d([1, 2, 3, 4, -1, -2, -3, -4], [4, 2, 1]); // [time, batch, units]
  const mask = tf.tensor2d([[1, 1], [1, 1], [1, 0], [1, 0]]); // prettier-ignore
  expect(numbers(pool(hidden, mask, 'mean'))).toEqual([(1 + 3 - 1 - 3) / 4, (2 + 4) / 2]);
  expect(numbers(pool(hidden, mask, 'max'))).toEqual([3, 4]);
  expect(numbers(pool(hidden, mask, 'last'))).toEqual([-3, -4]);
});

it.each(['orthogonal', 'identity', 'random'])(
  'begins with %s recurrent weights as it says',
  (recurrentStart) => {
    const parameters = initialParameters(configOf({ recurrentStart, units: 5 }), 2, 1);
    const weights = parameters['recurrent'] as Tensor;
    const square = tf.matMul(weights, weights, true, false).arraySync() as number[][];
    const isUnit = square.every((row, i) =>
      row.every((value, j) => Math.abs(value - (i === j ? 1 : 0)) < 1e-5),
    );
    expect(isUnit).toBe(recurrentStart === 'orthogonal');
    if (recurrentStart === 'identity') expect(square[2]![2]).toBeCloseTo(0.81, 5);
  },
);
