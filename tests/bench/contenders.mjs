// @ts-check
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { measure, plainEnvironment } from './measure.mjs';

const CLI = fileURLToPath(new URL('../../scripts/gradient-lab.mjs', import.meta.url));
const TFJS_PROGRAMS = fileURLToPath(new URL('./tfjs-node', import.meta.url));

/** @typedef {import('./labs.mjs').BenchLab} BenchLab @typedef {import('./labs.mjs').Peer} Peer */

/**
 * @typedef {object} Window one run of one contender
 * @property {number} examplesPerSecond the median by steps after the warm-up, as the program itself counts it
 * @property {number | undefined} peakBytes
 * @property {number} [firstStepSeconds] from the command to its first step
 * @property {string} [plan]
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<Window>} run
 */

export const OURS = 'Gradient Lab';

/**
 * The `train` command as a person runs it, with its metrics; `home` has the data.
 * @param {BenchLab} lab
 * @param {string} home
 * @returns {Contender}
 */
export function ourContender(lab, home) {
  return {
    name: OURS,
    run: async () => {
      const { lines, at, peakBytes } = await train(lab, home, [...lab.window, '--seed', '1']);
      const end = lines.at(-1);
      const first = lines.findIndex((line) => line.kind === 'metrics');
      return {
        examplesPerSecond: end.examplesPerSecond,
        peakBytes,
        firstStepSeconds: at[first] ?? NaN,
        plan: end.plan,
      };
    },
  };
}

/**
 * A whole training with default settings.
 * @param {BenchLab} lab
 * @param {string} home
 * @param {number} seed
 */
export async function trainToTheEnd(lab, home, seed) {
  const { lines } = await train(lab, home, ['--seed', String(seed)]);
  const end = lines.at(-1);
  return {
    value: /** @type {number} */ (end.metrics.test[lab.accuracy.metric]),
    seconds: /** @type {number} */ (end.seconds),
    steps: /** @type {number} */ (end.steps),
  };
}

/** @param {BenchLab} lab @param {string} home @param {readonly string[]} flags */
function train(lab, home, flags) {
  const args = [CLI, 'train', lab.id, ...flags, '--json'];
  return measure(process.execPath, args, { ...plainEnvironment(), GRADIENT_LAB_HOME: home });
}

/**
 * @param {Peer} peer
 * @param {{ python: string | undefined, peersFolder: string, dataFolder: string, tfjsBinding: string | undefined }} where
 * @returns {Contender | undefined} undefined where what it needs is not there
 */
export function peerContender(peer, { python, peersFolder, dataFolder, tfjsBinding }) {
  const start =
    peer.kind === 'python'
      ? python && [python, path.join(peersFolder, peer.program), '--data', dataFolder, ...peer.flags]
      : tfjsBinding && [
          process.execPath,
          path.join(TFJS_PROGRAMS, peer.program),
          tfjsBinding,
          dataFolder,
          ...peer.flags,
        ];
  if (!start) return undefined;
  const [command = '', ...args] = start;
  return {
    name: peer.name,
    run: async () => {
      const { lines, peakBytes } = await measure(command, args, plainEnvironment());
      return { examplesPerSecond: lines.at(-1).examples_per_s, peakBytes };
    },
  };
}
