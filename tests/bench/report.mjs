// @ts-check
import os from 'node:os';
import process from 'node:process';
import { OURS } from './contenders.mjs';
import { median } from './measure.mjs';

/** @typedef {import('./contenders.mjs').Whole} Whole @typedef {import('./labs.mjs').BenchLab} BenchLab */

/**
 * @typedef {object} Row one line of the table of figures
 * @property {string} what
 * @property {string} measured
 * @property {string} spread the lowest and the highest value
 * @property {string} goal
 * @property {boolean} reached
 */

/**
 * The figures of a lab against its goals. A ratio of speeds is taken within a round, where all contenders had their turns one
 * after another, and the median over the rounds is what counts.
 * @param {BenchLab} lab
 * @param {object} measured
 * @param {readonly ReadonlyMap<string, number>[]} measured.rounds each contender's examples per second in each round
 * @param {ReadonlyMap<string, readonly Whole[]>} measured.whole
 * @param {Whole} [measured.firstEver] our very first training, which also times the plans
 * @returns {Row[]}
 */
export function figuresOf(lab, { rounds, whole, firstEver }) {
  /** @type {Row[]} */
  const rows = [];
  for (const { peers, atLeast } of lab.speed) {
    const ratios = rounds.flatMap((round) => {
      const theirs = peers.flatMap((name) => round.get(name) ?? []);
      const ours = round.get(OURS);
      return theirs.length === peers.length && ours !== undefined ? [ours / Math.max(...theirs)] : [];
    });
    const what = `examples/s against ${peers.length > 1 ? `the faster of ${peers.join(' and ')}` : peers[0]}`;
    if (ratios.length > 0)
      rows.push(ratioRow(what, ratios, `${atLeast} or more`, (value) => value >= atLeast));
  }
  const { peer, atMost } = lab.memory;
  const ours = whole.get(OURS) ?? [];
  const theirs = median((whole.get(peer) ?? []).flatMap(({ peakBytes }) => peakBytes ?? []));
  const memory = ours.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes / theirs]));
  if (memory.length > 0 && !Number.isNaN(theirs)) {
    rows.push(
      ratioRow(`peak of memory against ${peer}`, memory, `${atMost} or less`, (value) => value <= atMost),
    );
  }
  const goal = `${lab.firstStepSeconds} s or less`;
  const seconds = (/** @type {readonly Whole[]} */ runs) => runs.flatMap((run) => run.firstStepSeconds ?? []);
  rows.push(secondsRow('from the command to the first step', seconds(ours), goal, lab.firstStepSeconds));
  if (firstEver !== undefined) {
    const what = 'the same, very first run, which also times the plans';
    rows.push(secondsRow(what, seconds([firstEver]), goal, lab.firstStepSeconds));
  }
  return rows;
}

/**
 * The figure of some whole trainings.
 * @param {NonNullable<BenchLab['accuracy']>} accuracy
 * @param {readonly number[]} values
 * @returns {Row}
 */
export function accuracyRow({ metric, atLeast }, values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(2)} %`;
  return {
    what: `test ${metric}, default settings, mean of ${values.length} seeds`,
    measured: percent(mean),
    spread: values.map(percent).join(', '),
    goal: `${(100 * atLeast).toFixed(1)} % or more`,
    reached: mean >= atLeast,
  };
}

/** @param {string} what @param {readonly number[]} ratios @param {string} goal @param {(value: number) => boolean} reaches @returns {Row} */
function ratioRow(what, ratios, goal, reaches) {
  const value = median(ratios);
  const times = (/** @type {number} */ ratio) => `${ratio.toFixed(2)}x`;
  return {
    what,
    measured: times(value),
    spread: `${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}`,
    goal,
    reached: reaches(value),
  };
}

/** @param {string} what @param {readonly number[]} seconds @param {string} goal @param {number} atMost @returns {Row} */
function secondsRow(what, seconds, goal, atMost) {
  const value = median(seconds);
  return {
    what,
    measured: `${value.toFixed(2)} s`,
    spread: `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s`,
    goal,
    reached: value <= atMost,
  };
}

/** The table of figures, in Markdown. @param {readonly Row[]} rows */
export function figuresTable(rows) {
  return table(
    ['figure', 'measured', 'lowest to highest', 'goal', ''],
    rows.map((row) => [
      row.what,
      row.measured,
      row.spread,
      row.goal,
      row.reached ? 'reached' : 'not reached',
    ]),
  );
}

/**
 * Each contender's own numbers.
 * @param {readonly ReadonlyMap<string, number>[]} rounds
 * @param {ReadonlyMap<string, readonly Whole[]>} whole
 */
export function contendersTable(rounds, whole) {
  const names = [...new Set([...whole.keys(), ...rounds.flatMap((round) => [...round.keys()])])];
  const number = (/** @type {number} */ value) => Math.round(value).toLocaleString('en-US');
  const rows = names.map((name) => {
    const rates = rounds.flatMap((round) => round.get(name) ?? []);
    const peaks = (whole.get(name) ?? []).flatMap(({ peakBytes }) => peakBytes ?? []);
    return [
      name,
      number(median(rates)),
      `${number(Math.min(...rates))} to ${number(Math.max(...rates))}`,
      peaks.length > 0 ? `${number(median(peaks) / 1e6)} MB` : 'not measured here',
    ];
  });
  return table(['', 'examples/s', 'turns', 'peak of memory'], rows);
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length), 3),
  );
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The machine in a line: processor, cores, memory, Node. */
export function machineLine() {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${memory} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`;
}
