// @ts-check
/**
 * What `npm run bench` compares, one entry a lab. A new lab adds its entry here: the flags for one window of training with
 * `gradient-lab train`, the programs beside it, and the ratios that it should reach.
 */

/**
 * @typedef {object} Peer a program that trains the same network
 * @property {string} name as it stands in the tables
 * @property {'python' | 'tfjs-node'} kind a script of the folder with the Python peers, or a program in tests/bench/tfjs-node
 * @property {string} program its file name
 * @property {readonly string[]} flags
 *
 * @typedef {object} SpeedGoal our examples per second against the fastest of some peers, window by window
 * @property {readonly string[]} peers names
 * @property {number} atLeast
 *
 * @typedef {object} BenchLab
 * @property {string} id the lab's id
 * @property {string} title
 * @property {string} dataSet
 * @property {readonly string[]} window flags of `gradient-lab train` for one window; all else is as a person gets it
 * @property {readonly Peer[]} peers
 * @property {readonly SpeedGoal[]} speed
 * @property {{ peer: string, atMost: number }} memory our peak of memory against a peer's
 * @property {number} firstStepSeconds from the command to its first step, at most
 * @property {{ metric: string, atLeast: number, seeds: readonly number[] }} accuracy of whole trainings with default settings
 */

/** @type {readonly BenchLab[]} */
export const BENCH_LABS = [
  {
    id: 'mnist-mlp',
    title: 'Lab 1: MLP 784-512-512-10 on MNIST, batch 64, Adam',
    dataSet: 'mnist',
    window: ['--epochs', '2'],
    peers: [
      kerasPeer('Keras', 'lab01_mlp.py', ['--framework', 'keras', '--steps', '800']),
      kerasPeer('Keras, jit', 'lab01_mlp.py', ['--framework', 'keras-jit', '--steps', '800']),
      { name: 'tfjs-node, eager', kind: 'tfjs-node', program: 'mnist-mlp.mjs', flags: ['300'] },
    ],
    speed: [
      { peers: ['Keras', 'Keras, jit'], atLeast: 1.8 },
      { peers: ['tfjs-node, eager'], atLeast: 4 },
    ],
    memory: { peer: 'Keras', atMost: 1 },
    firstStepSeconds: 3,
    accuracy: { metric: 'accuracy', atLeast: 0.983, seeds: [1, 2, 3] },
  },
];

/** @param {string} name @param {string} program @param {readonly string[]} flags @returns {Peer} */
function kerasPeer(name, program, flags) {
  return { name, kind: 'python', program, flags };
}
