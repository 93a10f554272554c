// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { ourContender, peerContender, trainToTheEnd } from './contenders.mjs';
import { accuracyRow, contendersTable, figuresOf, figuresTable } from './report.mjs';

/**
 * @typedef {import('./labs.mjs').BenchLab} BenchLab
 * @typedef {import('./contenders.mjs').Window} Window
 *
 * @typedef {object} BenchOptions
 * @property {number} rounds
 * @property {boolean} accuracy whether whole trainings are run as well
 * @property {string | undefined} python a Python that has the peers' packages
 * @property {string} peersFolder the Python peers' scripts
 * @property {string} dataFolder the peers' data
 * @property {string} home a home folder that has the data sets and belongs to benchmarks alone
 * @property {string | undefined} tfjsBinding
 * @property {(text: string) => void} note tells a person how it goes on
 */

/**
 * Measures a lab: in each round every contender runs once, one after another, beginning with another one each time, so that what
 * else the machine does falls on all of them.
 * @param {BenchLab} lab
 * @param {BenchOptions} options
 * @returns {Promise<string>} the tables, in Markdown
 */
export async function benchLab(lab, options) {
  const { home, note } = options;
  forgetRuns(home);
  try {
    const ours = ourContender(lab, home);
    const peers = lab.peers.flatMap((peer) => peerContender(peer, options) ?? []);
    note(`${lab.title}: a first run, which times the plans`);
    const first = await ours.run();
    const rounds = [];
    for (let round = 0; round < options.rounds; round++) {
      const title = `round ${round + 1} of ${options.rounds}`;
      rounds.push(await runRound(rotate([ours, ...peers], round), title, note));
    }
    const rows = figuresOf(lab, rounds, { firstEverSeconds: first.firstStepSeconds });
    if (options.accuracy) rows.push(await accuracyOf(lab, home, note));
    const plans = new Set(rounds.map((windows) => windows.get(ours.name)?.plan));
    return [
      `## ${lab.title}`,
      figuresTable(rows),
      contendersTable(rounds),
      `Plan: ${[...plans].join(', ')}.`,
    ].join('\n\n');
  } finally {
    forgetRuns(home);
  }
}

/** Runs of a benchmark are kept for no one, and each benchmark chooses its plans anew. @param {string} home */
function forgetRuns(home) {
  fs.rmSync(path.join(home, 'runs'), { recursive: true, force: true });
  fs.rmSync(path.join(home, 'plans.json'), { force: true });
}

/**
 * @param {readonly import('./contenders.mjs').Contender[]} contenders
 * @param {string} title
 * @param {(text: string) => void} note
 */
async function runRound(contenders, title, note) {
  /** @type {Map<string, Window>} */
  const windows = new Map();
  for (const { name, run } of contenders) {
    const window = await run();
    windows.set(name, window);
    note(`${title}: ${name} ${Math.round(window.examplesPerSecond).toLocaleString('en-US')} examples/s`);
  }
  return windows;
}

/** @param {BenchLab} lab @param {string} home @param {(text: string) => void} note */
async function accuracyOf(lab, home, note) {
  const values = [];
  for (const seed of lab.accuracy.seeds) {
    const { value, seconds, steps } = await trainToTheEnd(lab, home, seed);
    values.push(value);
    note(`seed ${seed}: test ${lab.accuracy.metric} ${value} after ${steps} steps, ${seconds.toFixed(0)} s`);
  }
  return accuracyRow(lab, values);
}

/** @template T @param {readonly T[]} list @param {number} by @returns {T[]} */
function rotate(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
