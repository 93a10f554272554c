import { beforeAll, describe, expect, it } from 'vitest';
import { lstm, network } from '../../../src/engine/labs/06-lstm.ts';
import { startRuntime, tf, type Tensor } from '../../../src/engine/runtime/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';

beforeAll(() => startRuntime());

const configOf = (given: Record<string, unknown> = {}) =>
  resolveConfig(lstm.fields, { vocabularySize: 12, units: 3, embedding: 4, ...given }) as never;

const tokens = () =>
  tf.tensor2d(
    [
      [4, 5, 6, 7, 8, 9],
      [10, 4, 11, 0, 0, 0],
    ],
    [2, 6],
    'int32',
  );

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

describe('the network of lab 6', () => {
  it.each([
    [{}, 12 * 4 + 2 * 4 * 3 * (4 + 3 + 1) + 6 * 2 + 2],
    [{ cell: 'GRU', direction: 'forward' }, 12 * 4 + 3 * 3 * (4 + 3 + 2) + 3 * 2 + 2],
    [
      { cell: 'SimpleRNN', recurrentLayers: 2 },
      12 * 4 + 2 * 3 * (4 + 3 + 1) + 2 * 3 * (6 + 3 + 1) + 6 * 2 + 2,
    ],
  ])('has the layers and weights that its settings say (%o)', (given, parameters) => {
    const summary = network(configOf(given), 2).describe();
    expect(summary.parameters).toBe(parameters);
    expect(lstm.inspect.describe?.(configOf(given), [6], 2)).toEqual(summary);
  });

  it('leaves frozen word vectors out of what is trained', () => {
    const { parameters, buffers } = network(configOf({ embeddings: 'frozen' }), 2).initialWeights(1);
    expect(Object.keys(buffers)).toEqual(['embedding/embeddings']);
    expect(Object.keys(parameters)).not.toContain('embedding/embeddings');
  });

  it.each(['last', 'mean', 'max'])('is changed by padding in no bit (%s)', (pooling) => {
    const model = network(configOf({ pooling, recurrentLayers: 2 }), 2);
    const weights = model.initialWeights(1);
    const padded = tf.pad(tokens(), [[0, 0], [0, 4]]); // prettier-ignore
    expect(numbers(model.apply(weights, padded).output)).toEqual(
      numbers(model.apply(weights, tokens()).output),
    );
  });

  it.each(['last', 'mean', 'max'])('reads forward as it reads each beginning (%s)', (pooling) => {
    const config = configOf({ pooling, direction: 'forward', cell: 'GRU' });
    const model = network(config, 2);
    const weights = model.initialWeights(1);
    const rows = lstm.inspect.sequence?.readings(weights, tokens(), config)?.arraySync() as number[][][];
    for (let words = 1; words <= 6; words++) {
      const beginning = tf.slice(tokens(), [0, 0], [1, words]);
      const logits = numbers(model.apply(weights, beginning).output);
      rows[0]![words - 1]!.forEach((value, i) => expect(value).toBeCloseTo(logits[i]!, 5));
    }
    expect(lstm.inspect.sequence?.readings(weights, tokens(), configOf({ pooling }))).toBeNull();
  });

  it.each([
    ['LSTM', 6],
    ['GRU', 4],
    ['SimpleRNN', 1],
  ])('shows the states and gates of a %s by name, in both directions', (cell, parts) => {
    const config = configOf({ cell });
    const weights = network(config, 2).initialWeights(1);
    const layers = lstm.inspect.sequence?.layers(weights, tokens(), config) ?? [];
    expect(layers.map(({ name }) => name)).toEqual(['recurrent1, forward', 'recurrent1, backward']);
    expect(layers[0]!.parts).toHaveLength(parts);
    expect(layers[0]!.parts[0]).toMatchObject({ name: 'hidden state', tensor: { shape: [2, 6, 3] } });
  });

  it.each(['masked', 'read'])(
    'has the gradients at its words that differences give (padding %s)',
    (masking) => {
      const config = configOf({ masking, recurrentLayers: 2, dropout: 0.5, pooling: 'mean' });
      const model = network(config, 2);
      const weights = model.initialWeights(1);
      const { embedded, gradient } = lstm.inspect.sequence!.inputGradient(weights, tokens(), 1, config);
      const name = 'embedding/embeddings';
      const table = weights.parameters[name] as Tensor;
      expect((embedded.arraySync() as number[][][])[1]![2]).toEqual((table.arraySync() as number[][])[11]);
      // The word 11 stands once, as the third of the second text: its vector is that place's alone.
      const logit = (by: number) => {
        const change = tf.buffer([12, 4]);
        change.set(by, 11, 1);
        const parameters = { ...weights.parameters, [name]: tf.add(table, change.toTensor()) };
        return numbers(model.apply({ ...weights, parameters }, tokens()).output)[3]!;
      };
      const got = (gradient.arraySync() as number[][][])[1]![2]![1]!;
      expect(got).toBeCloseTo((logit(1e-2) - logit(-1e-2)) / 2e-2, 3);
      expect(got).not.toBe(0);
    },
  );
});
