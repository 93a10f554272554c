/**
 * Lab 6. LSTM and friends: recurrent layers that read a text both ways.
 *
 * The same question as in lab 5, whether a review is for or against, with layers from the shelf: word vectors, one to three recurrent
 * layers of SimpleRNN, LSTM or GRU, in one direction or in both, a mean or a maximum over the words, and dropout where it helps. Each
 * layer is one loop in the compiled step, forward and back, whatever the text's length.
 *
 * Papers: Hochreiter and Schmidhuber 1997, "Long short-term memory"; Cho et al. 2014 for the GRU; Schuster and Paliwal 1997,
 * "Bidirectional recurrent neural networks"; Gal and Ghahramani 2016 for dropout that stays the same from word to word. What differs:
 * forget gates start open (Jozefowicz et al. 2015); the GRU's reset gate comes after the matrix product, as in Keras and cuDNN.
 */
import type { ConfigOf } from '../../shared/fields.ts';
import { makeModel, maskedPooling, resetAfterGru, type Model, type Recorded } from '../layers/index.ts';
import {
  sparseSoftmaxCrossEntropyByExample,
  tf,
  type layers,
  type Rank,
  type Scalar,
  type SymbolicTensor,
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
  type Weights,
} from '../training/index.ts';
import { paddingOf, TEXT_METRICS } from './classifier-metrics.ts';
import { defineLab } from './lab.ts';
import { soFar } from './so-far.ts';
import { encodingOf, HOLD_OUT_FIELDS, TEXT_FIELDS, VECTORS_FIELDS } from './text-fields.ts';

// ---- hyperparameters

const fields = {
  ...TEXT_FIELDS,
  length: { ...TEXT_FIELDS.length, default: 400 },
  epochs: {
    kind: 'integer',
    label: 'Epochs',
    group: 'Run',
    help: 'Passes over the training texts; after a few the network knows them by heart.',
    default: 3,
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
    help: 'The recurrent layer: gates that keep and forget (LSTM, GRU), or one tanh (SimpleRNN).',
    default: 'LSTM',
    choices: ['LSTM', 'GRU', 'SimpleRNN'],
  },
  units: {
    kind: 'integer',
    label: 'Units',
    group: 'Model',
    help: 'Width of each recurrent layer, in each direction.',
    default: 64,
    min: 1,
    max: 1024,
    unit: 'units',
  },
  recurrentLayers: {
    kind: 'integer',
    label: 'Recurrent layers',
    group: 'Model',
    help: 'Each reads what the one below it says at every word.',
    default: 1,
    min: 1,
    max: 3,
  },
  direction: {
    kind: 'choice',
    label: 'Direction',
    group: 'Model',
    help: 'Forward alone, or a second layer that reads from the end beside it.',
    default: 'both',
    choices: ['both', 'forward'],
  },
  ...VECTORS_FIELDS,
  embedding: {
    kind: 'integer',
    label: 'Embedding',
    group: 'Model',
    help: 'Numbers of the vector that stands for a word.',
    default: 128,
    min: 1,
    max: 1024,
    notWith: 'vectors',
  },
  embeddings: {
    kind: 'choice',
    label: 'Vectors are',
    group: 'Model',
    help: 'Trained with the rest, or frozen as they start: what is it worth to learn them?',
    default: 'trained',
    choices: ['trained', 'frozen'],
  },
  masking: {
    kind: 'choice',
    label: 'Padding is',
    group: 'Model',
    help: 'Masked, so that it changes nothing, or read like words.',
    default: 'masked',
    choices: ['masked', 'read'],
  },
  pooling: {
    kind: 'choice',
    label: 'Read off',
    group: 'Model',
    help: 'What is classified: each unit’s greatest value or mean over the words, or its last state.',
    default: 'max',
    choices: ['max', 'mean', 'last'],
  },
  dropout: {
    kind: 'number',
    label: 'Dropout',
    group: 'Model',
    help: 'Share of the word vectors’ numbers (the same for all words), and of what is read off, that is switched off in each step.',
    default: 0.5,
    min: 0,
    max: 0.95,
  },
  recurrentDropout: {
    kind: 'number',
    label: 'Recurrent dropout',
    group: 'Model',
    help: 'Share of the state that is switched off on its way to the next word, the same for all words.',
    default: 0,
    min: 0,
    max: 0.95,
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    group: 'Optimizer',
    help: 'Length of a step of Adam.',
    default: 0.002,
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
    help: 'Longest gradient that is let through, all weights taken as one vector; 0 lets all through.',
    default: 1,
    min: 0,
    max: 1e6,
  },
  ...HOLD_OUT_FIELDS,
} as const;

type LstmConfig = ConfigOf<typeof fields>;

// ---- model

/** Word numbers [batch, time] to logits [batch, classes]. */
export function network(config: LstmConfig, classes: number): Model {
  return makeModel(() => {
    const tokens = tf.input({ shape: [null], dtype: 'int32', name: 'tokens' });
    const embedding = tf.layers.embedding({
      inputDim: config.vocabularySize,
      outputDim: config.embedding,
      maskZero: config.masking === 'masked',
      trainable: config.embeddings === 'trained',
      name: 'embedding',
    });
    let x = embedding.apply(tokens) as SymbolicTensor; // [batch, time, embedding]
    if (config.dropout > 0)
      x = spatialDropout(config.dropout, 'embedding_dropout').apply(x) as SymbolicTensor;
    for (let layer = 1; layer <= config.recurrentLayers; layer++) {
      const handsOn = layer < config.recurrentLayers || config.pooling !== 'last';
      x = recurrent(config, handsOn, `recurrent${layer}`).apply(x) as SymbolicTensor; // [batch, time, units]
    }
    if (config.pooling !== 'last') {
      x = maskedPooling({ kind: config.pooling, name: 'pooling' }).apply(x) as SymbolicTensor; // [batch, units]
    }
    if (config.dropout > 0) {
      x = tf.layers.dropout({ rate: config.dropout, name: 'dropout' }).apply(x) as SymbolicTensor;
    }
    const logits = tf.layers.dense({ units: classes, kernelInitializer: 'glorotUniform', name: 'logits' });
    return tf.model({ inputs: tokens, outputs: logits.apply(x) as SymbolicTensor });
  });
}

/** A recurrent layer; `handsOn`: its state after every word, or the last one alone. */
function recurrent(config: LstmConfig, handsOn: boolean, name: string): layers.Layer {
  const settings = {
    units: config.units,
    returnSequences: handsOn,
    recurrentDropout: config.recurrentDropout,
    kernelInitializer: 'glorotUniform',
    recurrentInitializer: 'orthogonal',
    ...(config.direction === 'forward' && { name }),
  } as const;
  const cell = {
    LSTM: () => tf.layers.lstm({ ...settings, recurrentActivation: 'sigmoid', unitForgetBias: true }),
    GRU: () => resetAfterGru(settings),
    SimpleRNN: () => tf.layers.simpleRNN(settings),
  }[config.cell]();
  if (config.direction === 'forward') return cell;
  return tf.layers.bidirectional({ layer: cell, mergeMode: 'concat', name });
}

/** Whole dimensions of the word vectors, the same for all words of a text. */
function spatialDropout(rate: number, name: string): layers.Layer {
  return tf.layers.spatialDropout1d({ rate, name });
}

// ---- loss

/** Cross-entropy of each text, and 1 where the largest logit is the label's: both [batch]. */
export function measure(logits: Tensor2D, labels: Tensor1D): { loss: Tensor1D; accuracy: Tensor1D } {
  return {
    loss: sparseSoftmaxCrossEntropyByExample(labels, logits),
    accuracy: tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'),
  };
}

// ---- inspection

const STATE_NAMES = ['hidden state', 'cell state'];
const GATE_NAMES = {
  vanilla: [],
  lstm: ['input gate', 'forget gate', 'candidate', 'output gate'],
  gru: ['update gate', 'reset gate', 'candidate'],
} as const;

/** A layer's inside by name: [batch, time, units] each. */
function namedParts({ kind, states, gates }: Recorded): { name: string; tensor: Tensor }[] {
  const parts = [
    ...states.map((tensor, i) => ({ name: STATE_NAMES[i] as string, tensor })),
    ...gates.map((tensor, i) => ({ name: GATE_NAMES[kind][i] as string, tensor })),
  ];
  return parts.map(({ name, tensor }) => ({ name, tensor: tf.transpose(tensor, [1, 0, 2]) }));
}

function classesOf(parameters: Parameters): number {
  return named(parameters, 'logits/bias').size;
}

/** The network that `weights` belong to. */
function networkOf({ parameters }: Weights, config: LstmConfig): Model {
  return network(config, classesOf(parameters));
}

/** The logits after each word, [batch, time, classes], of a network that reads forward alone. */
function readings(weights: Weights, tokens: Tensor, config: LstmConfig): Tensor3D {
  const layers = networkOf(weights, config).inside(weights, tokens);
  const hidden = tf.transpose<Tensor3D>(layers.at(-1)?.states[0] as Tensor3D, [1, 0, 2]);
  const [batch, time, units] = hidden.shape;
  const pooled = tf.reshape<Rank.R2>(soFar(hidden, config.pooling), [batch * time, units]);
  const kernel = named(weights.parameters, 'logits/kernel') as Tensor2D;
  const logits: Tensor2D = tf.add(tf.matMul(pooled, kernel), named(weights.parameters, 'logits/bias'));
  return tf.reshape<Rank.R3>(logits, [batch, time, logits.shape[1]]);
}

/**
 * The word vectors of `tokens`, and the gradient of a logit by them. Every word of the batch gets an entry of its own in a vocabulary
 * made for it, so that the gradient by the vocabulary is that by the words.
 */
function inputGradient(
  { parameters, buffers }: Weights,
  tokens: Tensor,
  label: number,
  config: LstmConfig,
): { embedded: Tensor; gradient: Tensor } {
  const [batch, time] = tokens.shape as [number, number];
  const places = batch * time;
  const name = 'embedding/embeddings';
  const table = named({ ...parameters, ...buffers }, name) as Tensor2D;
  const ids = tf.reshape<Rank.R1>(tokens, [places]);
  const rows = tf.gather(table, ids);
  const padding = tf.slice(table, [0, 0], [1, config.embedding]);
  const own = tf.where(tf.greater(ids, 0), tf.range(1, places + 1, 1, 'int32'), tf.zerosLike(ids));
  const model = network(
    { ...config, vocabularySize: places + 1, embeddings: 'trained' },
    classesOf(parameters),
  );
  const logitOf = (vectors: Tensor): Scalar => {
    const weights = { parameters: { ...parameters, [name]: tf.concat([padding, vectors]) }, buffers: {} };
    const { output } = model.apply(weights, tf.reshape(own, [batch, time]));
    return tf.sum(tf.slice(output, [0, label], [-1, 1]));
  };
  const gradient = tf.grad(logitOf)(rows);
  const shape = [batch, time, config.embedding];
  return { embedded: tf.reshape(rows, shape), gradient: tf.reshape(gradient, shape) };
}

// ---- experiment

export const lstm = defineLab({
  id: 'imdb-lstm',
  number: 6,
  title: 'LSTM and friends',
  summary: 'SimpleRNN, LSTM and GRU from layers, stacked and in both directions, on film reviews.',
  teaches: [
    'choose between recurrent layers, and say what each costs',
    'read a text in both directions, and pool what was read',
    'regularise a network that soon knows its reviews by heart',
  ],
  fields,
  labelFeatures: ['label'],
  encoding: encodingOf,
  wordVectors: { weight: 'embedding/embeddings', width: 'embedding' },

  inspect: {
    preparation: 'tokens as numbers of the vocabulary, padded with 0 at the end',
    prepare: (batch) => tf.clone(named(batch, 'tokens')),
    layers: (weights, tokens, config) =>
      networkOf(weights, config as LstmConfig).activations(weights, tokens),
    describe: (config, _, classes) => network(config as LstmConfig, classes).describe(),
    toKeras: (weights, config, _, classes) => network(config as LstmConfig, classes).toKeras(weights),
    toTfjs: (weights, config, _, classes) => network(config as LstmConfig, classes).toTfjs(weights),
    sequence: {
      readings: (weights, tokens, config) =>
        config['direction'] === 'both'
          ? null
          : tf.tidy(() => readings(weights, tokens, config as LstmConfig)),
      layers: (weights, tokens, config) => {
        const recorded = tf.tidy(() => {
          const inside = networkOf(weights, config as LstmConfig).inside(weights, tokens);
          return inside.map((layer) => namedParts(layer)) as never;
        }) as { name: string; tensor: Tensor }[][];
        return recorded.map((parts, i) => ({ name: layerName(config as LstmConfig, i), parts }));
      },
      inputGradient: (weights, tokens, label, config) =>
        tf.tidy(() => inputGradient(weights, tokens, label, config as LstmConfig)),
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
        units: 16,
        embedding: 32,
        epochs: 4,
        dropout: 0.2,
        learningRate: 0.005,
        batching: 'fixed',
      },
    },
    {
      name: 'Two layers',
      help: 'A second layer in both directions that reads what the first one says at every word.',
      values: { recurrentLayers: 2 },
    },
    {
      name: 'As it is often built',
      help: 'The last 200 words, the last state, no dropout, no mask: it soon knows its training reviews by heart.',
      values: {
        length: 200,
        pooling: 'last',
        dropout: 0,
        masking: 'read',
        batching: 'fixed',
        learningRate: 0.001,
        schedule: 'constant',
        clipNorm: 0,
      },
    },
  ],

  comparisons: [
    {
      name: 'SimpleRNN, LSTM, GRU',
      help: 'The same network with each cell: what do gates bring, and what do they cost?',
      runs: [
        { name: 'SimpleRNN', values: { cell: 'SimpleRNN' } },
        { name: 'LSTM', values: { cell: 'LSTM' } },
        { name: 'GRU', values: { cell: 'GRU' } },
      ],
    },
    {
      name: 'One direction or both',
      help: 'Does it help to read a review from its end, too?',
      runs: [
        { name: 'Forward', values: { direction: 'forward' } },
        { name: 'Both', values: { direction: 'both' } },
      ],
    },
  ],

  metrics: TEXT_METRICS,

  makeExperiment(config, data, seed): Experiment {
    const { train } = data.splits;
    const model = network(config, data.classes);
    const steps = Math.floor(train.rows.length / config.batchSize) * config.epochs;
    const optimizer = adam();

    // Forward and back: the mean loss of the batch, its gradients, and the accuracy.
    const lossAndGradients = ({ parameters, buffers }: Weights, batch: Batch, step: Scalar) =>
      valueAndGradients((current) => {
        const { output } = model.apply({ parameters: current, buffers }, named(batch, 'tokens'), {
          seed,
          step,
        });
        const { loss, accuracy } = measure(output as Tensor2D, named(batch, 'label') as Tensor1D);
        return { loss: tf.mean<Scalar>(loss), aux: tf.mean<Scalar>(accuracy) };
      }, parameters);

    return {
      seed,
      epochs: config.epochs,
      batchSize: config.batchSize,
      patience: config.patience,
      metricNames: ['loss', 'accuracy', 'gradientNorm', 'padding'],
      splits: data.splits,
      sequences: { batching: config.batching, length: config.length },
      optimizer,
      schedule:
        config.schedule === 'cosine' ? cosine(config.learningRate, steps) : constant(config.learningRate),

      initialParameters: () => model.initialWeights(seed).parameters,
      initialBuffers: () => model.initialWeights(seed).buffers,

      step(state, batch, { learningRate, step }) {
        const { loss, gradients, aux: accuracy } = lossAndGradients(state, batch, step);
        const clipped = config.clipNorm > 0 ? clipByGlobalNorm(gradients, config.clipNorm) : gradients;
        const next = optimizer.update({ ...state, gradients: clipped, learningRate, step });
        return {
          state: { ...next, buffers: state.buffers },
          metrics: {
            loss,
            accuracy,
            gradientNorm: globalNorm(gradients),
            padding: paddingOf(named(batch, 'tokens'), config.batching),
          },
        };
      },

      gradients: (weights, batch, step) => lossAndGradients(weights, batch, step).gradients,

      evaluate(weights, batch) {
        const { output } = model.apply(weights, named(batch, 'tokens'));
        return measure(output as Tensor2D, named(batch, 'label') as Tensor1D);
      },
    };
  },
});

/** "recurrent1", or "recurrent1, forward": layers as they run, each direction by itself. */
function layerName({ direction }: LstmConfig, i: number): string {
  if (direction === 'forward') return `recurrent${i + 1}`;
  return `recurrent${Math.floor(i / 2) + 1}, ${i % 2 === 0 ? 'forward' : 'backward'}`;
}
