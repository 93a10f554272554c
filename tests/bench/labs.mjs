// @ts-check
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
 * @property {{ metric: string, atLeast: number, seeds: readonly number[] }} accuracy of whole trainings with default settings
 */

/** The peers train on the images as they are. */
const STILL_IMAGES = ['--shift', '0', '--rotation', '0', '--scaling', '0'];

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
];

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
