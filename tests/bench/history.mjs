// @ts-check
/**
 * The figures of the run history: 10,000 runs with 10 million points in one file.
 * `node tests/bench/history.mjs` prints a table; `run` returns its rows.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * @typedef {import('../../src/main/history/index.ts').History} History
 * @typedef {import('./report.mjs').Row} Row
 */

const RUNS = 10_000;
/** Each run has the first three at every step, and the last at the end of every epoch. */
const METRICS = ['loss', 'accuracy', 'gradientNorm'];
const EPOCH_METRICS = ['validation/loss', 'validation/accuracy'];
const STEPS = 320;
const EPOCHS = 20;
/** One run is larger than the others, as a long training is. */
const LARGE_RUN = 5000;
const LARGE_STEPS = 100_000;
const REPEATS = 15;
/** Points per second and per metric that a fast run makes; with three metrics, over 5,000 a second. */
const STEPS_PER_SECOND = 1700;
const APPEND_SECONDS = 10;

/** @returns {Promise<{ name: string, rows: Row[] }>} */
export async function run() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-history-bench-'));
  try {
    const { openHistory } = await loadHistory(folder);
    const file = path.join(folder, 'history.sqlite');
    const rows = [await fill(openHistory, file)];
    rows.push(...(await measureReads(openHistory, file)), ...(await measureWrites(openHistory, file)));
    return { name: 'History of 10,000 runs and 10 million points', rows };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The history as the app has it, bundled for this one use.
 * @param {string} folder
 * @returns {Promise<typeof import('../../src/main/history/index.ts')>}
 */
async function loadHistory(folder) {
  const addon = pathToFileURL(createRequire(import.meta.url).resolve('sqlite3')).href;
  const outfile = path.join(folder, 'history.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/main/history/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'the addon where it lies',
        setup: (bundler) =>
          bundler.onResolve({ filter: /^sqlite3$/ }, () => ({ path: addon, external: true })),
      },
    ],
  });
  return import(pathToFileURL(outfile).href);
}

/** @typedef {(file: string) => Promise<History>} Open */

/**
 * Makes the file. The runs are copies of one, their points are appended as those of a run are.
 * @param {Open} openHistory
 * @param {string} file
 * @returns {Promise<Row>}
 */
async function fill(openHistory, file) {
  const first = await openHistory(file);
  await first.create(newRun(0));
  await first.close();
  await copyRun(file);
  const history = await openHistory(file);
  let points = 0;
  let millis = 0;
  for (let number = 1; number <= RUNS; number++) {
    const steps = number === LARGE_RUN ? LARGE_STEPS : STEPS;
    for (let step = 1; step <= steps; step += 200) {
      const count = Math.min(200, steps - step + 1);
      const values = Object.fromEntries(METRICS.map((name, i) => [name, column(count, step + i)]));
      history.append({ run: number, step, epoch: 1, time: 1_795_612_500_000 + step, values });
      points += count * METRICS.length;
    }
    for (let epoch = 1; epoch <= EPOCHS; epoch++) {
      const values = Object.fromEntries(EPOCH_METRICS.map((name) => [name, 1 / (epoch + number)]));
      history.appendAt(number, (STEPS / EPOCHS) * epoch, 1_795_612_500_000 + epoch, values);
      points += EPOCH_METRICS.length;
    }
    if (number % 20 === 0) {
      const start = performance.now();
      await history.flush();
      millis += performance.now() - start;
    }
  }
  await history.close();
  const megabytes = fs.statSync(file).size / 1e6;
  const rate = `${Math.round(points / millis)},000 points/s`;
  return row(
    `filled with ${points.toLocaleString('en')} points, ${megabytes.toFixed(0)} MB`,
    rate,
    '',
    '',
    true,
  );
}

/**
 * Other runs of other labs and results, by SQL: each by itself would wait for the disk.
 * @param {string} file
 */
async function copyRun(file) {
  const { default: sqlite3 } = await import('sqlite3');
  const database = new sqlite3.Database(file);
  await new Promise((resolve, reject) =>
    database.exec(
      `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${RUNS})
       INSERT INTO runs (id, lab, state, created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow,
         config, metrics, search, note, loss, best, seconds)
       SELECT 'run-' || i, iif(i % 3, lab, 'cifar-resnet'), iif(i % 7, 'completed', 'failed'), created_at + i,
         heartbeat_at, i, device, plan, threads, gradient_lab, tensorflow, config,
         json_set(metrics, '$.validation.loss', i * 37 % 1009 / 1000.0, '$.validation.accuracy', i * 71 % 1013 / 1013.0),
         replace(search, 'run 1', 'run ' || i), 'A note on run ' || i, i * 37 % 1009 / 1000.0, i * 71 % 1013 / 1013.0, i % 100
       FROM n, runs`,
      (error) => (error ? reject(error) : resolve(undefined)),
    ),
  );
  await new Promise((resolve) => database.close(resolve));
}

/**
 * @param {Open} openHistory
 * @param {string} file
 * @returns {Promise<Row[]>}
 */
async function measureReads(openHistory, file) {
  /** @type {number[]} */
  const opened = [];
  /** @type {number[]} */
  const firstLists = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    const history = await openHistory(file);
    const then = performance.now();
    await history.list({});
    opened.push(then - start);
    firstLists.push(performance.now() - then);
    await history.close();
  }
  const history = await openHistory(file);
  const names = [...METRICS, ...EPOCH_METRICS];
  const ten = Array.from({ length: 10 }, (_, i) => 100 + 900 * i);
  const rows = [
    timeRow('the file opens', opened),
    timeRow('the list opens, first page', firstLists, 150),
    await timed('the list by loss', 150, () => history.list({ sort: 'loss' })),
    await timed('the list by best accuracy, 500 runs from the 5,000th on', 150, () =>
      history.list({ sort: 'best', descending: true, offset: 5000, limit: 500 }),
    ),
    await timed('the list of runs with the words "relu 99"', 150, () => history.list({ text: 'relu 99' })),
    await timed("a run's curves, 1,000 points", 300, (i) => history.curves([i * 600 + 1], names)),
    await timed("ten runs' curves, 10,000 points", 300, () => history.curves(ten, names)),
    await timed("a run's loss, 100,000 points", 300, () => history.curves([LARGE_RUN], ['loss'])),
    await timed("a run's curves, 300,000 points", undefined, () => history.curves([LARGE_RUN], names)),
  ];
  await history.close();
  return rows;
}

/**
 * @param {Open} openHistory
 * @param {string} file
 * @returns {Promise<Row[]>}
 */
async function measureWrites(openHistory, file) {
  const history = await openHistory(file);
  const { number } = await history.create(newRun(1));
  const updates = await timed('a state is on the disk', undefined, (i) =>
    history.update(number, { state: 'running', step: i }),
  );
  const idle = await processorShare(async () => sleep(3000));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const busy = await processorShare(async () => {
    const tick = 100;
    const count = (STEPS_PER_SECOND * tick) / 1000;
    for (let i = 0; i < (APPEND_SECONDS * 1000) / tick; i++) {
      const values = Object.fromEntries(METRICS.map((name) => [name, column(count, i)]));
      history.append({ run: number, step: i * count + 1, epoch: 1, time: Date.now(), values });
      history.touch(number, { step: (i + 1) * count, examplesPerSecond: 50_000 });
      await sleep(tick);
    }
    await history.flush();
  });
  delay.disable();
  await history.close();
  const rate = (STEPS_PER_SECOND * METRICS.length).toLocaleString('en');
  const share = busy - idle;
  return [
    updates,
    row(
      `share of one core for ${rate} points/s`,
      `${(share * 100).toFixed(1)} %`,
      '',
      '5 % or less',
      share <= 0.05,
    ),
    row('longest wait of the event loop meanwhile', `${(delay.max / 1e6).toFixed(0)} ms`, '', '', true),
  ];
}

/**
 * Seconds of the processor that this process took, a second.
 * @param {() => Promise<unknown>} work
 */
async function processorShare(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - start);
}

/**
 * @param {string} what
 * @param {number | undefined} goalMs
 * @param {(i: number) => Promise<unknown>} work
 */
async function timed(what, goalMs, work) {
  /** @type {number[]} */
  const millis = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await work(i);
    millis.push(performance.now() - start);
  }
  return timeRow(what, millis, goalMs);
}

/**
 * @param {string} what
 * @param {readonly number[]} millis
 * @param {number} [goalMs]
 * @returns {Row}
 */
function timeRow(what, millis, goalMs) {
  const sorted = [...millis].sort((a, b) => a - b);
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`;
  const median = /** @type {number} */ (sorted[sorted.length >> 1]);
  const spread = `${ms(sorted[0] ?? NaN)} to ${ms(sorted.at(-1) ?? NaN)}`;
  const goal = goalMs === undefined ? '' : `${goalMs} ms or less`;
  return row(what, ms(median), spread, goal, goalMs === undefined || median <= goalMs);
}

/**
 * @param {string} what
 * @param {string} measured
 * @param {string} spread
 * @param {string} goal
 * @param {boolean} reached
 * @returns {Row}
 */
function row(what, measured, spread, goal, reached) {
  return { what, measured, spread, goal, reached };
}

/** @param {number} seed @returns {import('../../src/main/history/index.ts').NewRun} */
function newRun(seed) {
  return {
    lab: 'mnist-mlp',
    config: {
      data: 'mnist',
      learningRate: 0.1,
      hiddenUnits: 512,
      hiddenLayers: 2,
      activation: 'relu',
      epochs: 20,
    },
    seed,
    device: 'cpu',
    plan: 'graph',
    threads: 0,
    epochs: EPOCHS,
    versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' },
  };
}

/** Values such as a loss has them: 32-bit floats. @param {number} count @param {number} seed */
function column(count, seed) {
  return Float64Array.from({ length: count }, (_, i) =>
    Math.fround(Math.exp(-(seed + i) / 1e5) + ((i * 7919) % 101) / 999),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, rows } = await run();
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  console.log(`## ${name}\n`);
  console.log(line(['what', 'measured', 'spread', 'goal', 'reached']));
  console.log(line(['---', '---', '---', '---', '---']));
  for (const { what, measured, spread, goal, reached } of rows) {
    console.log(line([what, measured, spread, goal, goal === '' ? '' : reached ? 'yes' : 'no']));
  }
  process.exitCode = rows.every(({ reached }) => reached) ? 0 : 1;
}
