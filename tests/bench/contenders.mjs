// @ts-check
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { measure, plainEnvironment } from './measure.mjs';
import { readSteps, readWindows } from './turns.mjs';

const CLI = fileURLToPath(new URL('../../scripts/gradient-lab.mjs', import.meta.url));
const TFJS_PROGRAMS = fileURLToPath(new URL('./tfjs-node', import.meta.url));
const TELLING = fileURLToPath(new URL('./telling.py', import.meta.url));

/** @typedef {import('./labs.mjs').BenchLab} BenchLab @typedef {import('./labs.mjs').Peer} Peer */
/** @typedef {import('./turns.mjs').Starter} Starter */

/**
 * @typedef {object} Whole one short training, from the command to its end
 * @property {number | undefined} peakBytes
 * @property {number} [firstStepSeconds] from the command to its first step
 * @property {string} [plan]
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => Promise<Whole>} runWhole
 * @property {Starter} starter for its turns
 *
 * @typedef {object} Where what the peers need
 * @property {string | undefined} python
 * @property {string} peersFolder
 * @property {string} dataFolder
 * @property {string | undefined} tfjsBinding
 */

export const OURS = 'Gradient Lab';

/**
 * The `train` command as a person runs it, with its metrics and its history; `home` has the data.
 * @param {BenchLab} lab
 * @param {string} home
 * @returns {Contender}
 */
export function ourContender(lab, home) {
  return {
    name: OURS,
    runWhole: async () => {
      const { command, args, env } = train(lab, home, lab.whole);
      const { lines, at, peakBytes } = await measure(command, args, env);
      const first = lines.findIndex((line) => line.kind === 'metrics');
      return { peakBytes, firstStepSeconds: at[first] ?? NaN, plan: lines.at(-1).plan };
    },
    starter: { name: OURS, ...train(lab, home, lab.turns), readRates: readSteps(lab.batchSize) },
  };
}

/**
 * A whole training with default settings.
 * @param {BenchLab} lab
 * @param {string} metric
 * @param {string} home
 * @param {number} seed
 */
export async function trainToTheEnd(lab, metric, home, seed) {
  const { command, args, env } = train(lab, home, ['--seed', String(seed)]);
  const { lines } = await measure(command, args, env);
  const end = lines.at(-1);
  return {
    value: /** @type {number} */ (end.metrics.test[metric]),
    seconds: /** @type {number} */ (end.seconds),
    steps: /** @type {number} */ (end.steps),
  };
}

/** @param {BenchLab} lab @param {string} home @param {readonly string[]} flags */
function train(lab, home, flags) {
  return {
    command: process.execPath,
    args: [CLI, 'train', lab.id, ...flags, '--json'],
    env: { ...plainEnvironment(), GRADIENT_LAB_HOME: home },
  };
}

/**
 * @param {Peer} peer
 * @param {Where} where
 * @returns {Contender | undefined} undefined where what it needs is not there
 */
export function peerContender(peer, where) {
  const { name } = peer;
  const whole = commandOf(peer, peer.whole, where);
  const turns = commandOf(peer, peer.turns, where);
  if (!whole || !turns) return undefined;
  const env = plainEnvironment();
  return {
    name,
    runWhole: async () => {
      const { peakBytes } = await measure(whole.command, whole.args, env);
      return { peakBytes };
    },
    starter: { name, ...turns, env, readRates: readWindows },
  };
}

/** @param {Peer} peer @param {readonly string[]} flags @param {Where} where */
function commandOf({ kind, program }, flags, { python, peersFolder, dataFolder, tfjsBinding }) {
  if (kind === 'python') {
    if (python === undefined) return undefined;
    return { command: python, args: [TELLING, peersFolder, program, '--data', dataFolder, ...flags] };
  }
  if (tfjsBinding === undefined) return undefined;
  const args = [path.join(TFJS_PROGRAMS, program), tfjsBinding, dataFolder, ...flags];
  return { command: process.execPath, args };
}
