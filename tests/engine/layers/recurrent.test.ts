import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeModel, maskedPooling, resetAfterGru } from '../../../src/engine/layers/index.ts';
import {
  binding,
  compile,
  PLANS,
  startRuntime,
  tf,
  type SymbolicTensor,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

const apply = (layer: { apply(x: unknown): unknown }, x: unknown) => layer.apply(x) as SymbolicTensor;
const tokens = () =>
  tf.tensor2d(
    [
      [3, 1, 4, 1, 5],
      [2, 7, 1, 0, 0],
      [6, 0, 0, 0, 0],
    ],
    [3, 5],
    'int32',
  );

/** An LSTM over words, as tfjs builds it. */
const lstm = (options: Partial<Parameters<typeof tf.layers.lstm>[0]> = {}, maskZero = false) =>
  makeModel(() =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 8, outputDim: 3, maskZero, inputLength: 5 }),
        tf.layers.lstm({ units: 4, recurrentActivation: 'sigmoid', ...options }),
      ],
    }),
  );

describe('a recurrent layer', () => {
  it.each([true, false])('computes what tfjs computes word by word (mask: %s)', (maskZero) => {
    const layers = [
      tf.layers.simpleRNN({ units: 4, returnSequences: true }),
      tf.layers.lstm({ units: 4, recurrentActivation: 'sigmoid', returnSequences: true, goBackwards: true }),
      tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 2, recurrentActivation: 'sigmoid' }),
        mergeMode: 'concat',
      }),
    ];
    const build = () =>
      tf.sequential({
        layers: [tf.layers.embedding({ inputDim: 8, outputDim: 3, maskZero, inputLength: 5 }), ...layers],
      });
    // The very layers, with values of their own, run by tfjs before our model takes them over.
    const plain = build();
    plain.setWeights(
      plain.weights.map(({ shape }, i) => tf.randomNormal(shape as number[], 0, 0.5, 'float32', i)),
    );
    const expected = (plain.apply(tokens()) as Tensor).dataSync();
    const values = plain.weights.map((weight) => weight.read().clone());
    const model = makeModel(() => plain);
    const weights = model.initialWeights(1);
    const names = Object.keys(weights.parameters);
    const parameters = Object.fromEntries(names.map((name, i) => [name, values[i] as Tensor]));
    const got = model.apply({ parameters, buffers: {} }, tokens()).output.dataSync();
    expect(got).toHaveLength(expected.length);
    got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('is one loop: a trace is as large for 200 words as for 5, and the same under every plan', async () => {
    const model = makeModel(() =>
      tf.sequential({
        layers: [
          tf.layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true }),
          tf.layers.bidirectional({
            layer: resetAfterGru({
              units: 3,
              returnSequences: true,
              dropout: 0.2,
              recurrentDropout: 0.2,
            }),
            mergeMode: 'concat',
          }),
          maskedPooling({ kind: 'max' }),
        ],
      }),
    );
    const { parameters } = model.initialWeights(3);
    const step = (plan: (typeof PLANS)[number]) =>
      compile(
        (kernel: Tensor, x: Tensor, at: Tensor) => {
          const name = Object.keys(parameters).find((each) => each.endsWith('recurrent_kernel')) as string;
          const f = (w: Tensor) =>
            tf.sum(
              model.apply({ parameters: { ...parameters, [name]: w }, buffers: {} }, x, {
                seed: 1,
                step: at as never,
              }).output,
            );
          return { value: f(kernel), gradient: tf.grad(f)(kernel) };
        },
        { plan },
      );
    const kernel = Object.entries(parameters).find(([name]) => name.endsWith('recurrent_kernel'))![1];
    const at = tf.scalar(2, 'int32');
    const results = await Promise.all(
      PLANS.map(async (plan) => {
        const { value, gradient } = await step(plan)(kernel, tokens(), at);
        return [...value.dataSync(), ...gradient.dataSync()];
      }),
    );
    for (const other of results) other.forEach((each, i) => expect(each).toBeCloseTo(results[0]![i]!, 4));
    const [short, long] = [step('graph'), step('graph')];
    await short(kernel, tokens(), at);
    await long(kernel, tf.ones([3, 200], 'int32'), at);
    expect(long.traces[0]!.nodes).toBe(short.traces[0]!.nodes);
  });

  it('is changed by padding in no bit, pooled or not', () => {
    for (const last of [undefined, 'mean', 'max'] as const) {
      const model = makeModel(() =>
        tf.sequential({
          layers: [
            tf.layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true }),
            tf.layers.bidirectional({
              layer: tf.layers.lstm({
                units: 3,
                recurrentActivation: 'sigmoid',
                returnSequences: last !== undefined,
              }),
              mergeMode: 'concat',
            }),
            ...(last === undefined ? [] : [maskedPooling({ kind: last }) as never]),
          ],
        }),
      );
      const weights = model.initialWeights(1);
      const padded = tf.pad(tokens(), [[0, 0], [0, 6]]); // prettier-ignore
      expect([...model.apply(weights, padded).output.dataSync()]).toEqual([
        ...model.apply(weights, tokens()).output.dataSync(),
      ]);
    }
  });

  it('draws its dropout from seed and step, one mask for all words', () => {
    const model = lstm({ dropout: 0.5, recurrentDropout: 0.5 });
    const weights = model.initialWeights(1);
    const at = (step: number) => [
      ...model.apply(weights, tokens(), { seed: 1, step: tf.scalar(step, 'int32') }).output.dataSync(),
    ];
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    const recurrent = lstm({ recurrentDropout: 0.9 });
    const own = recurrent.initialWeights(1);
    expect([
      ...recurrent.apply(own, tokens(), { seed: 1, step: tf.scalar(1, 'int32') }).output.dataSync(),
    ]).not.toEqual([...recurrent.apply(own, tokens()).output.dataSync()]);
  });

  it('shows its inside, both directions in the order of the text, and leaves nothing behind', () => {
    const model = makeModel(() =>
      tf.sequential({
        layers: [
          tf.layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true }),
          tf.layers.bidirectional({
            layer: tf.layers.lstm({
              units: 3,
              recurrentActivation: 'sigmoid',
              returnSequences: true,
            }),
            mergeMode: 'concat',
          }),
        ],
      }),
    );
    const weights = model.initialWeights(1);
    const x = tokens();
    model.apply(weights, x).output.dispose(); // what lies in JavaScript goes to the runtime at its first use
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    tf.tidy(() => {
      const [forward, backward] = model.inside(weights, x);
      const [batch, time] = [3, 5];
      const both = tf.concat([forward!.states[0]!, backward!.states[0]!], 2);
      expect(both.shape).toEqual([time, batch, 6]);
      const output = model.apply(weights, x).output.arraySync() as number[][][];
      expect(both.arraySync()[1]![0]).toEqual(output[0]![1]);
      expect(forward!.gates).toHaveLength(4);
    });
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });

  it('is refused with settings that no loop has', () => {
    const refusal = (layer: Parameters<typeof tf.sequential>[0]) => {
      const model = makeModel(() => tf.sequential(layer));
      return () => model.apply(model.initialWeights(1), tf.zeros([1, 2, 3]));
    };
    const inputShape = [2, 3];
    expect(refusal({ layers: [tf.layers.lstm({ units: 2, inputShape })] })).toThrow(/hardSigmoid/);
    expect(refusal({ layers: [tf.layers.gru({ units: 2, inputShape })] })).toThrow(/reset gate before/);
    expect(refusal({ layers: [tf.layers.simpleRNN({ units: 2, activation: 'relu', inputShape })] })).toThrow(
      /activation relu/,
    );
  });
});

const python = process.env['GRADIENT_LAB_BENCH_PYTHON'];

/** Every recurrent layer that is written, in both directions, stacked, masked, with a mean over the words. */
const readers = () =>
  makeModel(() => {
    const { layers } = tf;
    const input = tf.input({ shape: [null], dtype: 'int32', name: 'tokens' });
    let x = apply(layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true }), input);
    x = apply(layers.spatialDropout1d({ rate: 0.2 }), x);
    x = apply(
      layers.bidirectional({
        layer: layers.lstm({ units: 3, recurrentActivation: 'sigmoid', returnSequences: true }),
        mergeMode: 'concat',
        name: 'both',
      }),
      x,
    );
    x = apply(
      layers.bidirectional({
        layer: resetAfterGru({ units: 2, returnSequences: true }),
        mergeMode: 'sum',
      }),
      x,
    );
    x = apply(resetAfterGru({ units: 4, returnSequences: true, name: 'gates' }), x);
    x = apply(layers.simpleRNN({ units: 4, returnSequences: true }), x);
    const mean = apply(maskedPooling({ kind: 'mean' }), x);
    return tf.model({ inputs: input, outputs: apply(layers.dense({ units: 2 }), mean) });
  });

it.runIf(python !== undefined)(
  'a model that reads is loaded by the real Keras, with equal predictions (GRADIENT_LAB_BENCH_PYTHON)',
  { timeout: 180_000 },
  async () => {
    const model = readers();
    const { parameters } = model.initialWeights(3);
    const weights = {
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, tensor], i) => [
          name,
          tf.add(tensor, tf.randomNormal(tensor.shape, 0, 0.3, 'float32', i)),
        ]),
      ),
      buffers: {},
    };
    const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-keras-test-'));
    writeFileSync(join(folder, 'model.keras'), await model.toKeras(weights));
    const program = `
import json, sys, numpy, keras
model = keras.saving.load_model(sys.argv[1])
x = numpy.array(json.load(sys.stdin), dtype='int32')
print('PREDICTED' + json.dumps(model.predict(x, verbose=0).tolist()))`;
    const child = spawnSync(python as string, ['-c', program, join(folder, 'model.keras')], {
      input: JSON.stringify(tokens().arraySync()),
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(child.stderr.split('\n').slice(-4).join('\n')).not.toMatch(/Error/);
    const predicted = JSON.parse(/PREDICTED(.*)/.exec(child.stdout)?.[1] ?? 'null') as number[][];
    const ours = model.apply(weights, tokens()).output.arraySync() as number[][];
    expect(predicted).toHaveLength(3);
    predicted.flat().forEach((value, i) => expect(value).toBeCloseTo(ours.flat()[i]!, 5));
  },
);
