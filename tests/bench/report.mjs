// @ts-check
import os from 'node:os';
import process from 'node:process';
import { OURS } from './contenders.mjs';
import { median } from './measure.mjs';

/** @typedef {import('./contenders.mjs').Window} Window @typedef {import('./labs.mjs').BenchLab} BenchLab */

/**
 * @typedef {object} Row one line of the table of figures
 * @property {string} what
 * @property {string} measured
 * @property {string} spread the lowest and highest of the windows
 * @property {string} goal
 * @property {boolean} reached
 */

/**
 * The figures of a lab against its goals. A ratio is taken within a round, where all contenders ran one after another, and the
 * median over the rounds is what counts.
 * @param {BenchLab} lab
 * @param {readonly ReadonlyMap<string, Window>[]} rounds each contender's window in each round
 * @param {{ firstEverSeconds?: number | undefined }} [more] of the very first run, which also times the plans
 * @returns {Row[]}
 */
export function figuresOf(lab, rounds, { firstEverSeconds } = {}) {
  /** @type {Row[]} */
  const rows = [];
  for (const { peers, atLeast } of lab.speed) {
    const ratios = rounds.flatMap((round) => {
      const theirs = peers.flatMap((name) => round.get(name)?.examplesPerSecond ?? []);
      const ours = round.get(OURS)?.examplesPerSecond;
      return theirs.length === peers.length && ours !== undefined ? [ours / Math.max(...theirs)] : [];
    });
    const what = `examples/s against ${peers.length > 1 ? `the faster of ${peers.join(' and ')}` : peers[0]}`;
    if (ratios.length > 0)
      rows.push(ratioRow(what, ratios, `${atLeast} or more`, (value) => value >= atLeast));
  }
  const memory = rounds.flatMap((round) => {
    const theirs = round.get(lab.memory.peer)?.peakBytes;
    const ours = round.get(OURS)?.peakBytes;
    return theirs !== undefined && ours !== undefined ? [ours / theirs] : [];
  });
  if (memory.length > 0) {
    const { peer, atMost } = lab.memory;
    rows.push(
      ratioRow(`peak of memory against ${peer}`, memory, `${atMost} or less`, (value) => value <= atMost),
    );
  }
  const seconds = rounds.flatMap((round) => round.get(OURS)?.firstStepSeconds ?? []);
  const goal = `${lab.firstStepSeconds} s or less`;
  rows.push(secondsRow('from the command to the first step', seconds, goal, lab.firstStepSeconds));
  if (firstEverSeconds !== undefined) {
    const what = 'the same, very first run, which also times the plans';
    rows.push(secondsRow(what, [firstEverSeconds], goal, lab.firstStepSeconds));
  }
  return rows;
}

/**
 * The figure of some whole trainings.
 * @param {BenchLab} lab
 * @param {readonly number[]} values
 * @returns {Row}
 */
export function accuracyRow({ accuracy: { metric, atLeast } }, values) {
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
    ['figure', 'measured', 'windows', 'goal', ''],
    rows.map((row) => [
      row.what,
      row.measured,
      row.spread,
      row.goal,
      row.reached ? 'reached' : 'not reached',
    ]),
  );
}

/** Each contender's own numbers: medians over the rounds. @param {readonly ReadonlyMap<string, Window>[]} rounds */
export function contendersTable(rounds) {
  const names = [...new Set(rounds.flatMap((round) => [...round.keys()]))];
  const rows = names.map((name) => {
    const windows = rounds.flatMap((round) => round.get(name) ?? []);
    const rates = windows.map((window) => window.examplesPerSecond);
    const peaks = windows.flatMap((window) => window.peakBytes ?? []);
    const whole = (/** @type {number} */ value) => Math.round(value).toLocaleString('en-US');
    return [
      name,
      whole(median(rates)),
      `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`,
      peaks.length > 0 ? `${whole(median(peaks) / 1e6)} MB` : 'not measured here',
    ];
  });
  return table(['', 'examples/s', 'windows', 'peak of memory'], rows);
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
