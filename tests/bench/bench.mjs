// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { ourContender, peerContender, trainToTheEnd } from './contenders.mjs';
import { accuracyRow, contendersTable, figuresOf, figuresTable } from './report.mjs';
import { takeTurns } from './turns.mjs';

/**
 * @typedef {import('./labs.mjs').BenchLab} BenchLab
 * @typedef {import('./contenders.mjs').Contender} Contender
 * @typedef {import('./contenders.mjs').Whole} Whole
 *
 * @typedef {object} OwnOptions
 * @property {number} rounds
 * @property {number} turnMs how long a turn is
 * @property {boolean} accuracy whether whole trainings are run as well
 * @property {string} home a home folder that has the data sets and belongs to benchmarks alone
 * @property {(text: string) => void} note tells a person how it goes on
 *
 * @typedef {OwnOptions & import('./contenders.mjs').Where} BenchOptions
 */

/** Short trainings of ours where a lab does not say, each from the command on: for the time to the first step, and for the memory. */
const WHOLE_RUNS = 3;

/**
 * Measures a lab: memory and the time to the first step by short trainings one after another, speed by turns (turns.mjs).
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
    note(`${lab.title}: whole trainings`);
    const first = await ours.runWhole(); // which also times the plans
    const whole = await runWhole(lab, ours, peers, note);
    note('Turns: everybody warms up');
    const rounds = await takeTurns(
      [ours, ...peers].map(({ starter }) => starter),
      options,
    );
    const rows = figuresOf(lab, { rounds, whole, firstEver: first });
    if (options.accuracy && lab.accuracy) rows.push(await accuracyOf(lab, lab.accuracy, home, note));
    const plans = new Set(whole.get(ours.name)?.map(({ plan }) => plan));
    return [
      `## ${lab.title}`,
      figuresTable(rows),
      contendersTable(rounds, whole),
      `Plan: ${[...plans].join(', ')}.`,
    ].join('\n\n');
  } finally {
    forgetRuns(home);
  }
}

/** Runs of a benchmark are kept for no one, and each benchmark chooses its plans anew. @param {string} home */
function forgetRuns(home) {
  for (const name of fs.existsSync(home) ? fs.readdirSync(home) : []) {
    if (name !== 'data') fs.rmSync(path.join(home, name), { recursive: true, force: true });
  }
}

/**
 * @param {BenchLab} lab
 * @param {Contender} ours
 * @param {readonly Contender[]} peers
 * @param {(text: string) => void} note
 */
async function runWhole({ wholeRuns = WHOLE_RUNS }, ours, peers, note) {
  /** @type {Map<string, Whole[]>} */
  const whole = new Map();
  for (const { name, runWhole } of [...Array.from({ length: wholeRuns }, () => ours), ...peers]) {
    const run = await runWhole();
    whole.set(name, [...(whole.get(name) ?? []), run]);
    const first =
      run.firstStepSeconds === undefined ? '' : `first step after ${run.firstStepSeconds.toFixed(2)} s, `;
    note(`${name}: ${first}${Math.round((run.peakBytes ?? 0) / 1e6)} MB`);
  }
  return whole;
}

/**
 * @param {BenchLab} lab
 * @param {NonNullable<BenchLab['accuracy']>} accuracy
 * @param {string} home
 * @param {(text: string) => void} note
 */
async function accuracyOf(lab, accuracy, home, note) {
  const values = [];
  for (const seed of accuracy.seeds) {
    const { value, seconds, steps } = await trainToTheEnd(lab, accuracy.metric, home, seed);
    values.push(value);
    note(`seed ${seed}: test ${accuracy.metric} ${value} after ${steps} steps, ${seconds.toFixed(0)} s`);
  }
  return accuracyRow(accuracy, values);
}
