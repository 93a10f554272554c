/**
 * Lab 5. Text classification: a recurrent network from low-level tensors.
 *
 * A text is a row of word numbers, of any length. The network reads it word by word: a state of a few dozen numbers takes in each
 * word's vector and what it was before, with the same weights at every step. What the state is at the end, or on average, says whether
 * the text is for or against. The gradient has to come back the whole way, through the same matrix again and again: it shrinks or
 * grows with every step, which is what this lab lets you watch, and what the gates of the LSTM and the GRU are for.
 *
 * Papers: Elman 1990, "Finding structure in time"; Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of
 * Gers et al. 2000; Cho et al. 2014 for the GRU; Pascanu et al. 2013, "On the difficulty of training recurrent neural networks". What
 * differs: the GRU's reset gate comes after the matrix product, as in cuDNN; Adam (Kingma and Ba 2015); texts are padded and masked.
 */
import type { ConfigOf } from '../../shared/fields.ts';
import { orthogonal } from '../layers/index.ts';
import {
  dropout,
  normal,
  projectionWidth,
  randomKey,
  recurrentSequence,
  sparseSoftmaxCrossEntropyByExample,
  tf,
  type CellKind,
  type RandomKey,
  type Rank,
  type RecurrentOptions,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '../runtime/index.ts';
import {
  adam,
  clipByGlobalNorm,
  constant,
  cosine,
  globalNorm,
  named,
  valueAndGradients,
  type Batch,
  type Experiment,
  type Parameters,
} from '../training/index.ts';
import { paddingOf, TEXT_METRICS } from './classifier-metrics.ts';
import { defineLab } from './lab.ts';
import { soFar } from './so-far.ts';
import { encodingOf, HOLD_OUT_FIELDS, TEXT_FIELDS, VECTORS_FIELDS } from './text-fields.ts';

// ---- hyperparameters

const fields = {
  ...TEXT_FIELDS,
  epochs: {
    kind: 'integer',
    label: 'Epochs',
    group: 'Run',
    help: 'Passes over the training texts.',
    default: 4,
    min: 1,
    max: 1000,
  },
  batchSize: {
    kind: 'integer',
    label: 'Batch size',
    group: 'Run',
    help: 'Texts whose gradients are averaged in one step.',
    default: 64,
    min: 1,
    max: 4096,
    unit: 'texts',
  },
  cell: {
    kind: 'choice',
    label: 'Cell',
    group: 'Model',
    help: 'What happens at each word: one tanh, or the gates of an LSTM or a GRU.',
    default: 'vanilla',
    choices: ['vanilla', 'lstm', 'gru'],
  },
  units: {
    kind: 'integer',
    label: 'Units',
    group: 'Model',
    help: 'Numbers in the state that is carried from word to word.',
    default: 64,
    min: 1,
    max: 1024,
    unit: 'units',
  },
  ...VECTORS_FIELDS,
  embedding: {
    kind: 'integer',
    label: 'Embedding',
    group: 'Model',
    help: 'Numbers of the vector that stands for a word; they are trained with the rest.',
    default: 64,
    min: 1,
    max: 1024,
    notWith: 'vectors',
  },
  recurrentStart: {
    kind: 'choice',
    label: 'First recurrent weights',
    group: 'Model',
    help: 'Orthogonal ones keep a vector’s length, the identity keeps the state as it is (times 0.9), random ones do neither.',
    default: 'orthogonal',
    choices: ['orthogonal', 'identity', 'random'],
  },
  pooling: {
    kind: 'choice',
    label: 'Read off',
    group: 'Model',
    help: 'What is classified: the last state, or the mean or the greatest value of each unit over the words.',
    default: 'last',
    choices: ['last', 'mean', 'max'],
  },
  dropout: {
    kind: 'number',
    label: 'Dropout',
    group: 'Model',
    help: 'Share of each word vector, and of what is read off, that is switched off at random in each step.',
    default: 0.3,
    min: 0,
    max: 0.95,
  },
  truncation: {
    kind: 'integer',
    label: 'Truncate after',
    group: 'Optimizer',
    help: 'Gradients stop every so many words, counted from the text’s end; 0: they go back the whole way.',
    default: 0,
    min: 0,
    max: 4096,
    unit: 'words',
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    group: 'Optimizer',
    help: 'Length of a step of Adam.',
    default: 0.001,
    min: 0,
    max: 1000,
  },
  schedule: {
    kind: 'choice',
    label: 'Schedule',
    group: 'Optimizer',
    help: 'How the learning rate changes: it falls along half a cosine to 0, or stays.',
    default: 'cosine',
    choices: ['cosine', 'constant'],
  },
  clipNorm: {
    kind: 'number',
    label: 'Clip gradients at',
    group: 'Optimizer',
    help: 'Longest gradient that is let through, all weights taken as one vector; 0 lets all through. Without it one step can undo an epoch.',
    default: 1,
    min: 0,
    max: 1e6,
  },
  ...HOLD_OUT_FIELDS,
} as const;

type RnnConfig = ConfigOf<typeof fields>;

// ---- model

/** W, U and b of the cell, gates side by side (the GRU has a second bias); the word vectors; and the classifier. */
export function initialParameters(
  { cell, units, embedding, vocabularySize, recurrentStart }: RnnConfig,
  classes: number,
  seed: number,
): Parameters {
  const key = (name: string): RandomKey => randomKey(seed, name, tf.scalar(0, 'int32'));
  const width = projectionWidth(cell, units);
  const gates = width / units;
  const glorot = (name: string, from: number, to: number): Tensor =>
    tf.mul(normal([from, to], key(name)), Math.sqrt(2 / (from + to)));
  const squares = Array.from({ length: gates }, (_, gate) => {
    if (recurrentStart === 'identity') return tf.mul(tf.eye(units), 0.9);
    const random = normal([units, units], key(`recurrent${gate}`)) as Tensor2D;
    return recurrentStart === 'orthogonal' ? orthogonal(random) : tf.div(random, Math.sqrt(units));
  });
  // A forget gate that begins open lets gradients through (Jozefowicz et al. 2015).
  const open = tf.concat([tf.zeros([units]), tf.ones([units]), tf.zeros([2 * units])]);
  return {
    embedding: tf.mul(normal([vocabularySize, embedding], key('embedding')), 0.05), // [vocabulary, embedding]
    kernel: glorot('kernel', embedding, width), // [embedding, gates * units]
    recurrent: tf.concat(squares, 1), // [units, gates * units]
    bias: cell === 'lstm' ? open : tf.zeros([width]), // [gates * units]
    ...(cell === 'gru' && { recurrentBias: tf.zeros([width]) }),
    outputKernel: glorot('outputKernel', units, classes), // [units, classes]
    outputBias: tf.zeros([classes]), // [classes]
  };
}

/** `tokens` [batch, time] as [time, batch], float32: turning whole numbers around makes oneDNN warn, and ids are exact in float32. */
function timeFirst(tokens: Tensor): Tensor2D {
  return tf.transpose(tf.cast(tokens, 'float32')) as Tensor2D;
}

/** The vectors of `tokens` [batch, time], time first: [time, batch, embedding]. */
export function embed(parameters: Parameters, tokens: Tensor): Tensor3D {
  const [batch, time] = tokens.shape as [number, number];
  const table = named(parameters, 'embedding');
  const ids = tf.cast(tf.reshape(timeFirst(tokens), [-1]), 'int32');
  return tf.reshape(tf.gather(table, ids as Tensor1D), [time, batch, table.shape[1] as number]);
}

/** 1 for words, 0 for padding: float32 [time, batch]. */
export function maskOf(tokens: Tensor): Tensor2D {
  return tf.cast(tf.notEqual(timeFirst(tokens), 0), 'float32');
}

/** W x + b of all words at once, one large product: [time, batch, gates * units]. */
function project(parameters: Parameters, x: Tensor3D): Tensor3D {
  const [time, batch, embedding] = x.shape;
  const kernel = named(parameters, 'kernel') as Tensor2D;
  const flat = tf.matMul(tf.reshape<Rank.R2>(x, [time * batch, embedding]), kernel);
  return tf.reshape(tf.add(flat, named(parameters, 'bias')), [time, batch, kernel.shape[1]]);
}

/** The state after each word, [time, batch, units]: `step` below, again and again, in one loop that knows its own derivative. */
export function states(
  parameters: Parameters,
  cell: CellKind,
  x: Tensor3D,
  options: RecurrentOptions,
): Tensor3D {
  const kernel = named(parameters, 'recurrent') as Tensor2D;
  const bias = parameters['recurrentBias'] as Tensor1D | undefined;
  return recurrentSequence(cell, project(parameters, x), { kernel, ...(bias && { bias }) }, options);
}

/** What a cell makes of one word: its states, the first of which is its output, and its gates by name, [batch, units] all. */
interface Step {
  readonly states: readonly Tensor2D[];
  readonly gates: Readonly<Record<string, Tensor2D>>;
}

/** One step of each cell, from W x + b, U h (+ its bias) and the states before: the formulas as the papers have them. */
const STEPS: Record<CellKind, (wx: Tensor2D, uh: Tensor2D, before: readonly Tensor2D[]) => Step> = {
  // h' = tanh(W x + U h + b)
  vanilla: (wx, uh) => ({ states: [tf.tanh(tf.add(wx, uh))], gates: {} }),

  // i, f, o = sigmoid(...), g = tanh(...): c' = f c + i g, h' = o tanh(c')
  lstm: (wx, uh, [, c]) => {
    const [zi, zf, zg, zo] = tf.split(tf.add(wx, uh), 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
    const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
    const cell: Tensor2D = tf.add(tf.mul(f, c as Tensor2D), tf.mul(i, g));
    return {
      states: [tf.mul(o, tf.tanh(cell)), cell],
      gates: { 'input gate': i, 'forget gate': f, candidate: g, 'output gate': o },
    };
  },

  // z, r = sigmoid(...), g = tanh(W x + r (U h)): h' = z h + (1 - z) g
  gru: (wx, uh, [h]) => {
    const [xz, xr, xg] = tf.split(wx, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    const [hz, hr, hg] = tf.split(uh, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    const z: Tensor2D = tf.sigmoid(tf.add(xz, hz));
    const r: Tensor2D = tf.sigmoid(tf.add(xr, hr));
    const g: Tensor2D = tf.tanh(tf.add(xg, tf.mul(r, hg)));
    const next: Tensor2D = tf.add(tf.mul(z, h as Tensor2D), tf.mul(tf.sub<Tensor2D>(1, z), g));
    return { states: [next], gates: { 'update gate': z, 'reset gate': r, candidate: g } };
  },
};

const STATE_NAMES = ['hidden state', 'cell state'];

/** The network unrolled: `STEPS`, word by word. What each step is and decides by name, [batch, time, units]; nothing is masked. */
export function unroll(parameters: Parameters, cell: CellKind, x: Tensor3D): Record<string, Tensor3D> {
  const [time, batch] = x.shape;
  const recurrent = named(parameters, 'recurrent') as Tensor2D;
  const bias = parameters['recurrentBias'] ?? tf.scalar(0);
  const projected = tf.unstack(project(parameters, x)) as Tensor2D[];
  const zero: Tensor2D = tf.zeros([batch, recurrent.shape[0]]);
  let before: readonly Tensor2D[] = cell === 'lstm' ? [zero, zero] : [zero];
  const rows: Record<string, Tensor2D[]> = {};
  for (let t = 0; t < time; t++) {
    const uh: Tensor2D = tf.add(tf.matMul(before[0] as Tensor2D, recurrent), bias);
    const step = STEPS[cell](projected[t] as Tensor2D, uh, before);
    before = step.states;
    const named = step.states.map((state, i) => [STATE_NAMES[i] as string, state] as const);
    for (const [name, row] of [...named, ...Object.entries(step.gates)]) (rows[name] ??= []).push(row);
  }
  return Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, tf.stack(all, 1) as Tensor3D]));
}

/** What is classified, [batch, units], of the states [time, batch, units]. Where the mask is 0 a state is the last word's. */
export function pool(hidden: Tensor3D, mask: Tensor2D, pooling: RnnConfig['pooling']): Tensor2D {
  const [time, batch, units] = hidden.shape;
  const isWord = tf.reshape(mask, [time, batch, 1]);
  if (pooling === 'last') return tf.reshape(tf.slice(hidden, [time - 1, 0, 0]), [batch, units]);
  // States lie between -1 and 1.
  if (pooling === 'max') return tf.max(tf.sub(tf.mul(hidden, isWord), tf.mul(tf.sub(1, isWord), 2)), 0);
  return tf.div(tf.sum(tf.mul(hidden, isWord), 0), tf.sum(isWord, 0));
}

function classify(parameters: Parameters, pooled: Tensor2D): Tensor2D {
  const logits = tf.matMul(pooled, named(parameters, 'outputKernel'));
  return tf.add(logits, named(parameters, 'outputBias')); // [batch, classes]
}

/** What happens on the way from tokens to logits, for those who want to intervene. */
interface Way extends Omit<RecurrentOptions, 'drop'> {
  /** While training: applied to the word vectors and to what is classified. */
  readonly drop?: (x: Tensor, name: string) => Tensor;
}

/** The logits of `tokens` [batch, time], int32, padded with 0 at the end: [batch, classes]. */
export function forward(
  parameters: Parameters,
  config: Pick<RnnConfig, 'cell' | 'pooling'>,
  tokens: Tensor,
  { drop = (x) => x, ...options }: Way = {},
): Tensor2D {
  const x = drop(embed(parameters, tokens), 'embedding') as Tensor3D;
  return readOff(parameters, config, x, maskOf(tokens), { drop, ...options });
}

function readOff(
  parameters: Parameters,
  { cell, pooling }: Pick<RnnConfig, 'cell' | 'pooling'>,
  x: Tensor3D,
  mask: Tensor2D,
  { drop = (pooled) => pooled, ...options }: Way = {},
): Tensor2D {
  const hidden = states(parameters, cell, x, { mask, ...options });
  return classify(parameters, drop(pool(hidden, mask, pooling), 'pooled') as Tensor2D);
}

/** How many words follow, for each: int32 [time, batch]; below 0 for padding. */
function wordsLeft(mask: Tensor2D): Tensor2D {
  const [time] = mask.shape;
  const length = tf.cast(tf.sum(mask, 0), 'int32'); // [batch]
  return tf.sub(tf.sub(length, 1), tf.reshape(tf.range(0, time, 1, 'int32'), [time, 1]));
}

/** Truncation: 0 at each word whose gradient goes no further, counted from the text's end; 1 elsewhere. [time, batch] */
export function flowOf(mask: Tensor2D, every: number): Tensor2D {
  const left = wordsLeft(mask);
  const goesOn = tf.notEqual(tf.mod(left, tf.scalar(every, 'int32')), every - 1);
  return tf.cast(tf.logicalOr(goesOn, tf.less(left, 0)), 'float32');
}

// ---- loss

/** Cross-entropy of each text, and 1 where the largest logit is the label's: both [batch]. */
export function measure(logits: Tensor2D, labels: Tensor1D): { loss: Tensor1D; accuracy: Tensor1D } {
  return {
    loss: sparseSoftmaxCrossEntropyByExample(labels, logits),
    accuracy: tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'),
  };
}

/** So many words before a text's end the gradient of its loss by the state is watched. */
const WATCHED = [0, 10, 30, 100] as const;

/**
 * The length of the gradient of a text's own loss by its state, a number of words before its end: means over the texts that are so long,
 * 0 where none is. `gradient`: of the batch's mean loss, [time, batch, units].
 */
function watched(gradient: Tensor3D, mask: Tensor2D): Record<string, Scalar> {
  const [, batch] = mask.shape;
  const norms = tf.mul(tf.sqrt(tf.sum(tf.square(gradient), 2)), batch); // [time, batch]
  const left = wordsLeft(mask);
  const meanAt = (words: number): Scalar => {
    const here = tf.cast(tf.equal(left, words), 'float32');
    return tf.div(tf.sum(tf.mul(norms, here)), tf.maximum(tf.sum(here), 1));
  };
  return Object.fromEntries(WATCHED.map((words) => [`stateGradient${words}`, meanAt(words)]));
}

// ---- inspection

/** The logits after each word, [batch, time, classes]. `hidden`: [batch, time, units]. */
function readings(parameters: Parameters, hidden: Tensor3D, pooling: RnnConfig['pooling']): Tensor3D {
  const [batch, time, units] = hidden.shape;
  const pooled = soFar(hidden, pooling);
  const logits = classify(parameters, tf.reshape(pooled, [batch * time, units]));
  return tf.reshape(logits, [batch, time, logits.shape[1]]);
}

/** [time, batch, ...] as [batch, time, ...]. */
function batchFirst(x: Tensor3D): Tensor3D {
  return tf.transpose(x, [1, 0, 2]);
}

// ---- experiment

export const rnn = defineLab({
  id: 'imdb-rnn',
  number: 5,
  title: 'Text classification',
  summary:
    'A recurrent network from low-level tensors: what it remembers, and how far back a gradient reaches.',
  teaches: [
    'write a recurrent cell and its unrolling, and run texts of any length through it',
    'mask padding so that it changes nothing',
    'see a gradient vanish on its way back through time, and say what gates do about it',
  ],
  fields,
  labelFeatures: ['label'],
  encoding: encodingOf,
  wordVectors: { weight: 'embedding', width: 'embedding' },

  inspect: {
    preparation: 'tokens as numbers of the vocabulary, padded with 0 at the end',
    prepare: (batch) => tf.clone(named(batch, 'tokens')),
    layers({ parameters }, tokens, config) {
      const { cell, pooling } = config as RnnConfig;
      const x = embed(parameters, tokens);
      const mask = maskOf(tokens);
      const hidden = states(parameters, cell, x, { mask });
      const pooled = pool(hidden, mask, pooling);
      return [
        { name: 'embedding', tensor: batchFirst(x) },
        { name: 'states', tensor: batchFirst(hidden) },
        { name: 'pooled', tensor: pooled },
        { name: 'logits', tensor: classify(parameters, pooled) },
      ];
    },
    sequence: {
      readings: ({ parameters }, tokens, config) =>
        tf.tidy(() => {
          const { cell, pooling } = config as RnnConfig;
          const hidden = states(parameters, cell, embed(parameters, tokens), {});
          return readings(parameters, batchFirst(hidden), pooling);
        }),
      layers: ({ parameters }, tokens, config) => {
        const parts = tf.tidy(() =>
          unroll(parameters, (config as RnnConfig).cell, embed(parameters, tokens)),
        );
        return [{ name: 'rnn', parts: Object.entries(parts).map(([name, tensor]) => ({ name, tensor })) }];
      },
      inputGradient: ({ parameters }, tokens, label, config) =>
        tf.tidy(() => {
          const embedded = embed(parameters, tokens);
          const logitOf = (x: Tensor): Scalar => {
            const logits = readOff(parameters, config as RnnConfig, x as Tensor3D, maskOf(tokens));
            return tf.sum(tf.slice(logits, [0, label], [-1, 1]));
          };
          const gradient = tf.grad(logitOf)(embedded) as Tensor3D;
          return { embedded: batchFirst(embedded), gradient: batchFirst(gradient) };
        }),
      stateGradient: ({ parameters }, tokens, labels, config) =>
        tf.tidy(() => {
          const x = embed(parameters, tokens);
          const [time, batch] = x.shape;
          const units = named(parameters, 'recurrent').shape[0];
          const lossOf = (watch: Tensor): Scalar => {
            const options = { watch: watch as Tensor3D };
            const logits = readOff(parameters, config as RnnConfig, x, maskOf(tokens), options);
            return tf.sum(measure(logits, labels).loss);
          };
          const gradient = tf.grad(lossOf)(tf.zeros([time, batch, units]));
          return tf.transpose(tf.sqrt(tf.sum(tf.square(gradient), 2)));
        }),
    },
  },

  presets: [
    {
      name: 'Quick look',
      help: 'A small network on the made-up reviews: over in half a minute, with no download.',
      values: {
        data: 'made-up-reviews',
        vocabularySize: 1000,
        length: 64,
        units: 32,
        embedding: 32,
        epochs: 8,
        dropout: 0.1,
        learningRate: 0.005,
        batching: 'fixed',
      },
    },
    {
      name: 'Truncated after 20 words',
      help: 'The gradient of what the network says at the end reaches no further back: what can it still learn?',
      values: { truncation: 20 },
    },
    {
      name: 'Mean of all states',
      help: 'Every word is one step away from the classifier, so that its gradient need not come back through the others.',
      values: { pooling: 'mean' },
    },
  ],

  comparisons: [
    {
      name: 'Vanilla, LSTM, GRU',
      help: 'The same text through one tanh and through gates. Whose gradient is still there 100 words before the end?',
      runs: [
        { name: 'Vanilla', values: { cell: 'vanilla' } },
        { name: 'LSTM', values: { cell: 'lstm' } },
        { name: 'GRU', values: { cell: 'gru' } },
      ],
    },
  ],

  metrics: [
    ...TEXT_METRICS,
    ...WATCHED.map((words) => ({
      name: `stateGradient${words}`,
      label: words === 0 ? 'State gradient, last word' : `State gradient, ${words} words before`,
      meaning: 'length of the gradient of a text’s loss by its state there, mean over the batch',
      unit: 'none' as const,
      better: 'neither' as const,
    })),
  ],

  makeExperiment(config, data, seed): Experiment {
    const { train } = data.splits;
    const steps = Math.floor(train.rows.length / config.batchSize) * config.epochs;
    const optimizer = adam();

    // Forward and back: the mean loss of the batch, its gradients for every parameter and by every state, and the accuracy.
    const lossAndGradients = (parameters: Parameters, batch: Batch, step: Scalar) => {
      const tokens = named(batch, 'tokens');
      const labels = named(batch, 'label') as Tensor1D;
      const mask = maskOf(tokens);
      const [time, size] = mask.shape;
      const flow = config.truncation > 0 ? flowOf(mask, config.truncation) : undefined;
      const drop = (x: Tensor, name: string): Tensor =>
        dropout(x, config.dropout, randomKey(seed, `dropout ${name}`, step));
      const watch = tf.fill([time, size, config.units], 0);
      const { gradients, ...rest } = valueAndGradients(
        ({ watch, ...current }) => {
          const logits = forward(current, config, tokens, { drop, flow, watch: watch as Tensor3D });
          const { loss, accuracy } = measure(logits, labels);
          return { loss: tf.mean<Scalar>(loss), aux: tf.mean<Scalar>(accuracy) };
        },
        { ...parameters, watch },
      );
      const { watch: byState, ...byParameter } = gradients;
      return { ...rest, gradients: byParameter, byState: byState as Tensor3D, mask };
    };

    return {
      seed,
      epochs: config.epochs,
      batchSize: config.batchSize,
      patience: config.patience,
      metricNames: [
        'loss',
        'accuracy',
        'gradientNorm',
        'padding',
        ...WATCHED.map((words) => `stateGradient${words}`),
      ],
      splits: data.splits,
      sequences: { batching: config.batching, length: config.length },
      optimizer,
      schedule:
        config.schedule === 'cosine' ? cosine(config.learningRate, steps) : constant(config.learningRate),

      initialParameters: () => initialParameters(config, data.classes, seed),

      step({ parameters, slots }, batch, { learningRate, step }) {
        const { loss, gradients, aux, byState, mask } = lossAndGradients(parameters, batch, step);
        const clipped = config.clipNorm > 0 ? clipByGlobalNorm(gradients, config.clipNorm) : gradients;
        const next = optimizer.update({ parameters, gradients: clipped, slots, learningRate, step });
        return {
          state: next,
          metrics: {
            loss,
            accuracy: aux,
            gradientNorm: globalNorm(gradients),
            padding: paddingOf(named(batch, 'tokens'), config.batching),
            ...watched(byState, mask),
          },
        };
      },

      gradients: ({ parameters }, batch, step) => lossAndGradients(parameters, batch, step).gradients,

      evaluate({ parameters }, batch) {
        const logits = forward(parameters, config, named(batch, 'tokens'));
        return measure(logits, named(batch, 'label') as Tensor1D);
      },
    };
  },
});
