/** A vanilla RNN that reads words, by tensors as a lab has it and in plain loops: what inspection of texts is tested against. */
import type { Inspectable } from '../../../src/engine/inspect/index.ts';
import type { Model } from '../../../src/engine/inspect/models.ts';
import { tf, type Tensor } from '../../../src/engine/runtime/index.ts';
import { Encoder, Vocabulary } from '../../../src/engine/text/index.ts';
import type { Weights } from '../../../src/engine/training/index.ts';
import { SPECIAL_TOKENS, type TextEncoding } from '../../../src/shared/texts.ts';

export const WORDS = ['good', 'bad', 'not', 'very', 'film', 'a', 'so'];
export const ENCODING: TextEncoding = { tokenizer: 'word', vocabularySize: 20, length: 6, keep: 'first' };
const EMBEDDING = 3;
export const UNITS = 4;
export const CLASSES = 2;
const VOCABULARY = SPECIAL_TOKENS.length + WORDS.length;

export function encoderOf(encoding: TextEncoding = ENCODING): Encoder {
  return new Encoder(encoding, new Vocabulary([...SPECIAL_TOKENS, ...WORDS]));
}

/** Numbers without a pattern that a person would see, the same every time. */
function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.9);
}

const SHAPES = {
  embedding: [VOCABULARY, EMBEDDING],
  input: [EMBEDDING, UNITS],
  state: [UNITS, UNITS],
  output: [UNITS, CLASSES],
} as const;
type Name = keyof typeof SHAPES;
const VALUES = Object.fromEntries(
  Object.entries(SHAPES).map(([name, [rows, columns]], seed) => [name, numbers(rows * columns, seed + 1)]),
) as Record<Name, number[]>;

export function toyModel(): Model {
  const parameters = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [name, tf.tensor(VALUES[name as Name], [...shape])]),
  );
  return { run: 'toy', step: 7, parameters, buffers: {}, predictions: new Map(), network: null };
}

/** Hidden states at each token: [batch, time, units]; padding leaves a state as it is. */
function states(embedded: Tensor, tokens: Tensor, { parameters: p }: Weights): Tensor[] {
  const mask = tf.unstack(tf.cast(tf.notEqual(tokens, 0), 'float32'), 1);
  let state: Tensor = tf.zeros([tokens.shape[0] ?? 0, UNITS]);
  return tf.unstack(embedded, 1).map((x, time) => {
    const next = tf.tanh(
      tf.add(tf.matMul(x as never, p['input'] as never), tf.matMul(state as never, p['state'] as never)),
    );
    const on = tf.expandDims(mask[time] as Tensor, 1);
    state = tf.add(tf.mul(next, on), tf.mul(state, tf.sub(1, on)));
    return state;
  });
}
const embed = (tokens: Tensor, { parameters }: Weights): Tensor =>
  tf.gather(parameters['embedding'] as Tensor, tokens);
const logits = (state: Tensor, { parameters }: Weights): Tensor =>
  tf.matMul(state, parameters['output'] as never);

/** `isOneWay`: it can tell in one pass what it says after each token. */
export function toyLab(isOneWay = true): Inspectable {
  return {
    fields: {},
    labelFeatures: ['label'],
    inspect: {
      preparation: 'ids',
      prepare: (batch) => batch['tokens'] as Tensor,
      layers: (weights, x) => [
        { name: 'logits', tensor: logits(states(embed(x, weights), x, weights).at(-1) as Tensor, weights) },
      ],
      sequence: {
        readings: (weights, tokens) =>
          isOneWay
            ? tf.stack(
                states(embed(tokens, weights), tokens, weights).map((state) => logits(state, weights)),
                1,
              )
            : null,
        layers: (weights, tokens) => [
          {
            name: 'rnn',
            parts: [
              {
                name: 'hidden state',
                tensor: tf.stack(states(embed(tokens, weights), tokens, weights), 1),
              },
            ],
          },
        ],
        inputGradient: (weights, tokens, label) => {
          const embedded = embed(tokens, weights);
          const answer = (x: Tensor): Tensor => {
            const last = states(x, tokens, weights).at(-1) as Tensor;
            return tf.sum(tf.gather(logits(last, weights), [label], 1));
          };
          return { embedded, gradient: tf.grad(answer)(embedded) };
        },
      },
    },
  };
}

/** The hidden states after each of `ids`, in double precision; embeddings may be moved, to take differences. */
export function statesByHand(
  ids: readonly number[],
  moved: (token: number, of: number) => number = () => 0,
): number[][] {
  let state = new Array<number>(UNITS).fill(0);
  return ids.map((id, token) => {
    const before = state;
    state = Array.from({ length: UNITS }, (_, unit) => {
      let sum = 0;
      for (let e = 0; e < EMBEDDING; e++) {
        const value = (VALUES.embedding[id * EMBEDDING + e] as number) + moved(token, e);
        sum += value * (VALUES.input[e * UNITS + unit] as number);
      }
      for (let u = 0; u < UNITS; u++) {
        sum += (before[u] as number) * (VALUES.state[u * UNITS + unit] as number);
      }
      return Math.tanh(sum);
    });
    return state;
  });
}

export function logitsByHand(state: readonly number[]): number[] {
  return Array.from({ length: CLASSES }, (_, label) =>
    state.reduce((sum, value, unit) => sum + value * (VALUES.output[unit * CLASSES + label] as number), 0),
  );
}

export function probabilitiesByHand(ids: readonly number[]): number[] {
  const all = logitsByHand(statesByHand(ids).at(-1) ?? new Array<number>(UNITS).fill(0));
  const sum = all.reduce((total, z) => total + Math.exp(z), 0);
  return all.map((z) => Math.exp(z) / sum);
}

/** The gradient of a class's logit by each embedding, by central differences: [tokens][embedding]. */
export function gradientByHand(ids: readonly number[], label: number): number[][] {
  const step = 1e-5;
  const at = (token: number, e: number, by: number): number => {
    const last = statesByHand(ids, (t, of) => (t === token && of === e ? by : 0)).at(-1) as number[];
    return logitsByHand(last)[label] as number;
  };
  return ids.map((_, token) =>
    Array.from({ length: EMBEDDING }, (_, e) => (at(token, e, step) - at(token, e, -step)) / (2 * step)),
  );
}

export function embeddingByHand(id: number): number[] {
  return VALUES.embedding.slice(id * EMBEDDING, (id + 1) * EMBEDDING);
}
