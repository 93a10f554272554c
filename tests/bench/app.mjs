// @ts-check
/**
 * What the app costs: `node tests/bench/app.mjs [rounds]`.
 *
 * - From `npm start`, set up before, to a page that can be used, in headless Chromium that runs already: 1.5 s or less.
 * - Training with lab 1's Train page open, its curves live, against `gradient-lab train --no-history`, in turns of some seconds: 0.95
 *   of its examples per second or more. While one trains, the other is paused.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { measure, median, plainEnvironment } from './measure.mjs';
import { Contender } from './turns.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'scripts/gradient-lab.mjs');
const BATCH = 64;
const TURN_MS = 5000;
/** Left out at the start of a turn: training goes on, the chart follows. */
const SETTLE_MS = 700;
const STARTS = 5;

const rounds = Number(process.argv[2] ?? 8);
const home = mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-bench-app-'));
const env = { ...plainEnvironment(), GRADIENT_LAB_HOME: home };
const browser = await chromium.launch({
  ...(existsSync('/usr/bin/chromium') ? { executablePath: '/usr/bin/chromium' } : {}),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
try {
  await measure(process.execPath, [CLI, 'data', 'fetch', 'mnist', '--json'], env);
  console.log(
    `${os.cpus()[0]?.model}, ${os.cpus().length} cores; Chromium ${browser.version()}, headless, no GPU`,
  );
  await start().then(({ end }) => end()); // warms the disk
  const starts = [];
  for (let i = 0; i < STARTS; i++) {
    const { seconds, end } = await start();
    starts.push(seconds);
    await end();
  }
  tell('npm start to a page that can be used', starts, ' s', 'goal: 1.5 or less');
  await trainInTurns();
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** @param {string} what @param {readonly number[]} values @param {string} unit @param {string} goal */
function tell(what, values, unit, goal) {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(2),
  );
  console.log(`${what}: ${middle}${unit} (${low} to ${high}; ${goal}; load ${os.loadavg()[0]?.toFixed(1)})`);
}

/** Runs `npm start` and opens its page; resolves when lab 1 can be chosen there. */
async function start() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const from = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--web', '--port', '0', '--json', '--no-open'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const gone = once(child, 'exit');
  const url = await listening(child);
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByRole('link', { name: /^Lab 1,/ }).click({ trial: true });
  const seconds = (performance.now() - from) / 1000;
  return {
    page,
    seconds,
    async end() {
      await context.close();
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await gone;
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
async function listening(child) {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    const line = text.split('\n').find((each) => each.includes('"listening"') && each.endsWith('}'));
    if (line !== undefined) return JSON.parse(line).url;
  }
  throw new Error(`npm start ended before it listened.\n${text}`);
}

async function trainInTurns() {
  const { page, end } = await start();
  const command = new Contender({
    name: 'train --no-history',
    command: process.execPath,
    args: [CLI, 'train', 'mnist-mlp', '--epochs', '1000', '--no-history', '--json'],
    env,
    readRates: () => (line) => (line.kind === 'metrics' ? line.step : undefined),
  });
  try {
    await command.warmedUp();
    command.stop();
    await page.getByRole('link', { name: /^Lab 1,/ }).click();
    await page
      .getByRole('navigation', { name: 'Lab', exact: true })
      .getByRole('link', { name: 'Train' })
      .click();
    await page.getByRole('textbox', { name: 'Epochs' }).fill('1000');
    await page
      .getByRole('form', { name: 'Experiment' })
      .getByRole('button', { name: /^Start run/ })
      .click();
    await nextStep(page);
    await sleep(5000); // warms up as the command did
    await page.getByRole('button', { name: 'Pause' }).click();
    const ratios = [];
    for (let round = 1; round <= rounds; round++) {
      /** @type {Record<string, number>} */
      const rates = {};
      const turns = [
        async () => (rates['app'] = await turnOfApp(page)),
        async () => (rates['command'] = await turnOfCommand(command)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      const { app = NaN, command: alone = NaN } = rates;
      ratios.push(app / alone);
      console.log(
        `round ${round} of ${rounds}: window open ${Math.round(app)}, ${command.name} ${Math.round(alone)} examples/s`,
      );
    }
    tell('training with the window open against the command line without history', ratios, '', 'goal: 0.95');
  } finally {
    command.kill();
    await end();
  }
}

/**
 * All that a run does counts: steps, validation, checkpoints, histograms.
 * @param {Contender} command whose "rates" are the steps that it tells
 * @returns {Promise<number>} examples per second
 */
async function turnOfCommand(command) {
  const next = async () => {
    const before = command.rates.length;
    while (command.rates.length === before) {
      if (command.failure) throw command.failure;
      await sleep(5);
    }
    return { step: command.rates.at(-1) ?? NaN, ms: performance.now() };
  };
  command.go();
  await sleep(SETTLE_MS);
  const from = await next();
  await sleep(TURN_MS);
  const to = await next();
  command.stop();
  return rateOf(from, to);
}

/** @typedef {{ step: number, ms: number }} At */
/** @param {At} from @param {At} to */
function rateOf(from, to) {
  return ((to.step - from.step) * BATCH * 1000) / (to.ms - from.ms);
}

/** @param {import('@playwright/test').Page} page @returns {Promise<number>} examples per second, by the steps that the chart tells */
async function turnOfApp(page) {
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await sleep(SETTLE_MS);
  const from = await nextStep(page);
  await sleep(TURN_MS);
  const to = await nextStep(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).first().waitFor();
  return rateOf(from, to);
}

/** Waits until the loss chart goes on. @param {import('@playwright/test').Page} page */
function nextStep(page) {
  return page.getByRole('figure', { name: 'Loss' }).evaluate(
    (/** @type {any} */ figure) =>
      new Promise((/** @type {(value: At) => void} */ resolve) => {
        const read = () => {
          const steps = [...figure.innerText.matchAll(/to step ([\d,]+)/g)];
          return Math.max(0, ...steps.map((match) => Number(match[1]?.replaceAll(',', ''))));
        };
        const before = read();
        const look = () => {
          const step = read();
          if (step > before) resolve({ step, ms: performance.now() });
          else setTimeout(look, 10);
        };
        look();
      }),
  );
}
