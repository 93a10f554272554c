// @ts-check
import { fileURLToPath } from 'node:url';

/**
 * What `npm run bench` compares, one entry a lab. A new lab adds its entry here: the flags of `gradient-lab train`, the programs
 * beside it, and the ratios that it should reach.
 */

/**
 * @typedef {object} Peer a program that trains the same network
 * @property {string} name as it stands in the tables
 * @property {'python' | 'tfjs-node'} kind a script of the folder with the Python peers, or a program in tests/bench/tfjs-node
 * @property {string} program its file name
 * @property {readonly string[]} whole flags of one short training from start to end, whose memory counts
 * @property {readonly string[]} turns flags of a training that is long enough for all turns
 *
 * @typedef {object} SpeedGoal our examples per second against the fastest of some peers, round by round
 * @property {readonly string[]} peers names
 * @property {number} atLeast
 *
 * @typedef {object} BenchLab
 * @property {string} id the lab's id
 * @property {string} title
 * @property {string} dataSet
 * @property {number} batchSize
 * @property {readonly string[]} whole flags of `gradient-lab train`, as for a peer
 * @property {number} [wholeRuns] how many of ours; 3 when left out
 * @property {readonly string[]} turns
 * @property {readonly Peer[]} peers
 * @property {readonly SpeedGoal[]} speed
 * @property {{ peer: string, atMost: number }} memory our peak of memory against a peer's
 * @property {number} firstStepSeconds from the command to its first step, at most
 * @property {{ metric: string, atLeast: number, seeds: readonly number[] }} [accuracy] of whole trainings with default settings
 */

/** The peers train on the images as they are. */
const STILL_IMAGES = ['--shift', '0', '--rotation', '0', '--scaling', '0'];

/** Ours, which the peers lack: absolute, so that no folder is put before it. */
const KERAS_TEXT = fileURLToPath(new URL('./keras/text.py', import.meta.url));

const STACKED = [...plainText(200, 128), '--masking', 'read', '--recurrent-layers', '2'];

/** @type {readonly BenchLab[]} */
export const BENCH_LABS = [
  {
    id: 'mnist-mlp',
    title: 'Lab 1: MLP 784-512-512-10 on MNIST, batch 64, Adam',
    dataSet: 'mnist',
    batchSize: 64,
    whole: ['--epochs', '1'],
    turns: ['--epochs', '1000'],
    peers: [
      kerasPeer('Keras', 'lab01_mlp.py', 'keras'),
      kerasPeer('Keras, jit', 'lab01_mlp.py', 'keras-jit'),
      {
        name: 'tfjs-node, eager',
        kind: 'tfjs-node',
        program: 'mnist-mlp.mjs',
        whole: ['300'],
        turns: ['1000000'],
      },
    ],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1.8 },
      { peers: ['tfjs-node, eager'], atLeast: 4 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.983, seeds: [1, 2, 3] },
  },
  {
    id: 'mnist-cnn',
    title: 'Lab 3: CNN 32-64-128 on MNIST, batch 64, Adam',
    dataSet: 'mnist',
    batchSize: 64,
    whole: ['--epochs', '1', ...STILL_IMAGES],
    turns: ['--epochs', '1000', ...STILL_IMAGES],
    peers: [
      kerasPeer('Keras', 'lab03_cnn.py', 'keras'),
      kerasPeer('Keras, jit', 'lab03_cnn.py', 'keras-jit'),
      {
        name: 'tfjs-node, eager',
        kind: 'tfjs-node',
        program: 'mnist-cnn.mjs',
        whole: ['100'],
        turns: ['1000000'],
      },
    ],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1.1 },
      { peers: ['tfjs-node, eager'], atLeast: 3 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.993, seeds: [1, 2, 3] },
  },
  {
    id: 'cifar-resnet',
    title: 'Lab 4: ResNet-20 on CIFAR-10, batch 128, pad-crop and flip, momentum',
    dataSet: 'cifar-10',
    batchSize: 128,
    whole: ['--epochs', '1'],
    wholeRuns: 1,
    turns: ['--epochs', '1000'],
    peers: [
      kerasResNet('Keras', 'keras'),
      kerasResNet('Keras, jit', 'keras-jit'),
      {
        name: 'tfjs-node, eager',
        kind: 'tfjs-node',
        program: 'cifar-resnet.mjs',
        whole: ['20'],
        turns: ['1000000'],
      },
    ],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1 },
      { peers: ['tfjs-node, eager'], atLeast: 3 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.82, seeds: [1] },
  },
  {
    id: 'imdb-rnn',
    title: 'Lab 5: vanilla RNN 64, embedding 64, 200 words, batch 64, Adam',
    dataSet: 'imdb',
    batchSize: 64,
    whole: ['--epochs', '1', ...plainText(200, 64)],
    wholeRuns: 1,
    turns: ['--epochs', '1000', ...plainText(200, 64)],
    // This lab always leaves padding out.
    peers: kerasText(KERAS_TEXT, ['--cell', 'vanilla', '--masked', '--length', '200', '--embedding', '64']),
    speed: [{ peers: ['Keras', 'Keras, jit'], atLeast: 1.5 }],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.8, seeds: [1, 2] },
  },
  oneWay(100, 64),
  oneWay(200, 128),
  // For the memory and the time to the first step of a long text.
  oneWay(500, 64),
  {
    id: 'imdb-lstm',
    title: 'Lab 6: two layers of LSTM 64 in both directions, embedding 128, 200 words, batch 64, Adam',
    dataSet: 'imdb',
    batchSize: 64,
    whole: ['--epochs', '1', ...STACKED],
    wholeRuns: 1,
    turns: ['--epochs', '1000', ...STACKED],
    peers: [...kerasText('lab06_lstm.py', ['--stacked']), tfjsText(200, 128, 'stacked')],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1.1 },
      { peers: ['tfjs-node, eager'], atLeast: 7 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.88, seeds: [1, 2] },
  },
];

/**
 * A network of text as its peers have it: 20,000 words, padding that is read like words, no dropout, no clipping.
 * @param {number} length @param {number} embedding
 */
function plainText(length, embedding) {
  return [
    ...['--length', String(length), '--embedding', String(embedding), '--units', '64', '--batching', 'fixed'],
    ...['--pooling', 'last', '--dropout', '0', '--learning-rate', '0.001', '--schedule', 'constant'],
    ...['--clip-norm', '0'],
  ];
}

/** @param {number} length @param {number} embedding @returns {readonly string[]} */
function plainLstm(length, embedding) {
  return [...plainText(length, embedding), '--masking', 'read', '--direction', 'forward'];
}

/**
 * Keras, and Keras with jit; a window is a few steps, as a step is long.
 * @param {string} program @param {readonly string[]} flags @returns {readonly Peer[]}
 */
function kerasText(program, flags) {
  return ['keras', 'keras-jit'].map((framework) => ({
    name: framework === 'keras' ? 'Keras' : 'Keras, jit',
    kind: /** @type {const} */ ('python'),
    program,
    whole: ['--framework', framework, ...flags, '--steps', '60'],
    turns: ['--framework', framework, ...flags, '--warmup', '5', '--window', '2', '--epochs', '1000'],
  }));
}

/** @param {number} length @param {number} embedding @param {string} shape @returns {Peer} */
function tfjsText(length, embedding, shape) {
  const flags = [String(length), String(embedding), shape];
  return {
    name: 'tfjs-node, eager',
    kind: 'tfjs-node',
    program: 'imdb-lstm.mjs',
    whole: ['3', ...flags],
    turns: ['1000000', ...flags],
  };
}

/**
 * Lab 6's LSTM 64 in one direction.
 * @param {number} length @param {number} embedding @returns {BenchLab}
 */
function oneWay(length, embedding) {
  const flags = plainLstm(length, embedding);
  const size = ['--length', String(length), '--embedding', String(embedding)];
  return {
    id: 'imdb-lstm',
    title: `Lab 6: LSTM 64, embedding ${embedding}, ${length} words, batch 64, Adam`,
    dataSet: 'imdb',
    batchSize: 64,
    whole: ['--epochs', '1', ...flags],
    wholeRuns: 1,
    turns: ['--epochs', '1000', ...flags],
    peers: [...kerasText(KERAS_TEXT, size), tfjsText(length, embedding, 'forward')],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1.1 },
      { peers: ['tfjs-node, eager'], atLeast: 7 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
  };
}

/** Its steps are long: a window is one of them, and the short training is no epoch. @param {string} name @param {string} framework @returns {Peer} */
function kerasResNet(name, framework) {
  const flags = ['--framework', framework, '--warmup', '5', '--window', '1'];
  return {
    name,
    kind: 'python',
    program: 'lab04_resnet.py',
    whole: [...flags, '--steps', '60'],
    turns: [...flags, '--epochs', '1000'],
  };
}

/** @param {string} name @param {string} program @param {string} framework @returns {Peer} */
function kerasPeer(name, program, framework) {
  const flags = ['--framework', framework, '--epochs'];
  return { name, kind: 'python', program, whole: [...flags, '1'], turns: [...flags, '1000'] };
}
