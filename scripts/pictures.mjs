// @ts-check
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setupOrExit } from './setup.mjs';

/**
 * `node scripts/pictures.mjs`: the README's pictures, taken from the real app: a new home, MNIST and IMDB, five short runs, then the
 * pages as a person sees them. Takes some minutes.
 */
const { chromium: executablePath } = await setupOrExit({ forTests: true });
const { chromium } = await import('@playwright/test');

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'docs', 'pictures');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'gradient-lab-pictures-'));
fs.mkdirSync(folder, { recursive: true });

const RUNS = [
  ['mnist-mlp', '--epochs', '3', '--hidden-units', '128'],
  ['mnist-mlp', '--epochs', '3', '--hidden-layers', '0'],
  ['mnist-mlp', '--epochs', '3', '--dropout', '0.3', '--hidden-units', '256'],
  ['mnist-cnn', '--epochs', '1'],
  ['imdb-lstm', '--epochs', '1'],
];
const REVIEW = 'The story starts slowly and the jokes are not funny, but the last half hour is wonderful.';

try {
  for (const dataSet of ['mnist', 'imdb']) await lab(['data', 'fetch', dataSet]);
  for (const run of RUNS) await lab(['train', ...run]);
  await takeAll();
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}

async function takeAll() {
  const server = spawn(process.execPath, [command(), 'serve', '--port', '0', '--json', '--no-open'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    server.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      if (text.includes('"listening"')) resolve(JSON.parse(text.trim()).url);
    });
    server.on('exit', (code) => reject(new Error(`The lab ended with ${code}.`)));
  });
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  });
  try {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      /** @param {string} name @param {string} address @param {(() => Promise<void>) | undefined} [act] */
      const take = async (name, address, act) => {
        await page.goto(new URL(address, url).href);
        await page.waitForLoadState('networkidle');
        await page.waitForTimeout(1500); // answers come over a socket, which "networkidle" does not see
        await act?.();
        await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
      };
      await page.goto(url);
      await take('home', '#/');
      await take('train', '#/labs/mnist-mlp/train', async () => {
        await page.getByRole('application', { name: 'Loss' }).getByText('3 lines').waitFor();
        await page.waitForTimeout(1500);
      });
      await take('data', '#/labs/mnist-mlp/data');
      await take('inspect', '#/labs/mnist-mlp/inspect', async () => {
        await page.getByRole('button', { name: 'Take a test image' }).click();
        await page.waitForTimeout(1500);
      });
      await take('maps', '#/labs/mnist-cnn/inspect?view=maps', async () => {
        await page.getByRole('button', { name: 'Take a test image' }).first().click();
        await page.waitForTimeout(2500);
      });
      await take('model', '#/labs/mnist-cnn/inspect?view=model', () => page.waitForTimeout(2500));
      await take('texts', '#/labs/imdb-lstm/data', () => page.waitForTimeout(4000));
      await take('read', '#/labs/imdb-lstm/inspect', async () => {
        await page.getByRole('textbox', { name: 'Text' }).fill(REVIEW);
        await page.waitForTimeout(4000);
      });
      await take('runs', '#/runs', async () => {
        for (const run of [1, 2, 3]) {
          await page.getByRole('checkbox', { name: new RegExp(`run ${run}\\b`, 'i') }).check();
        }
        await page.getByRole('button', { name: 'Compare 3' }).click();
        await page.waitForTimeout(3000);
      });
      await context.close();
    }
  } finally {
    await browser.close();
    server.kill('SIGTERM');
  }
}

/** @param {readonly string[]} args */
function lab(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command(), ...args], { env: environment(), stdio: 'inherit' });
    child.on('exit', (code) => (code === 0 ? resolve(undefined) : reject(new Error(`${args[0]}: ${code}`))));
  });
}

function command() {
  return path.join(root, 'scripts', 'gradient-lab.mjs');
}

function environment() {
  return { ...process.env, GRADIENT_LAB_HOME: home };
}
