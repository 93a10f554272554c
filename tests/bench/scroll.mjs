// @ts-check
/**
 * How smoothly the 50,000 training images of CIFAR-10 and the 25,000 training texts of IMDB scroll in the data browser:
 * `node tests/bench/scroll.mjs [rounds] [images|texts]`.
 *
 * The real app in headless Chromium, with the real engine behind it; the data has to be in the lab's home (GRADIENT_LAB_HOME). A wheel
 * turns at two speeds, and the view jumps to places far apart, as a dragged scroll bar does; all along, the time between frames and
 * how long a tile or a text in sight stays blank are recorded. To be reached: a median of 60 frames/s, and nothing blank for longer
 * than 100 ms. The machine must be quiet: its load is printed with the figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEAST_FPS = 59;
const MOST_BLANK_MS = 100;
/** A wheel reports about as often as a screen shows frames. */
const INPUT_MS = 16;
const WHEELS = [
  { name: 'wheel, 3,000 px/s', delta: 48, seconds: 8 },
  { name: 'wheel, 12,000 px/s', delta: 192, seconds: 8 },
];
const JUMPS = 20;
const JUMP_MS = 400;

/**
 * @typedef {object} Scrolled
 * @property {string} kind
 * @property {string} dataSet
 * @property {string} address
 * @property {'grid' | 'listbox'} role of what scrolls
 * @property {string} name of that
 * @property {RegExp} counted what the page says once all of the data has been counted
 * @property {string} parts what may be blank
 */
/** @type {readonly Scrolled[]} */
const SCROLLED = [
  {
    kind: 'images',
    dataSet: 'cifar-10',
    address: '#/labs/cifar-resnet/data?set=cifar-10',
    role: 'grid',
    name: 'Train examples of CIFAR-10',
    counted: /^Training split: mean/,
    parts: 'tiles',
  },
  {
    kind: 'texts',
    dataSet: 'imdb',
    address: '#/labs/imdb-lstm/data?set=imdb',
    role: 'listbox',
    name: 'Train texts of IMDB reviews',
    counted: /^12,500$/,
    parts: 'texts',
  },
];

const rounds = Number(process.argv[2] ?? 3);
const wanted = SCROLLED.filter(({ kind }) => process.argv[3] === undefined || process.argv[3] === kind);
if (wanted.length === 0) throw new Error(`Expected images or texts, got "${process.argv[3]}".`);
const lab = spawn(
  process.execPath,
  [path.join(ROOT, 'scripts/gradient-lab.mjs'), 'serve', '--port', '0', '--json', '--no-open'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const url = await addressOf(lab);
const browser = await chromium.launch({
  ...executable(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
console.log(
  `${os.cpus()[0]?.model}, ${os.cpus().length} cores; Chromium ${browser.version()}, headless, no GPU`,
);
let failed = false;
try {
  for (const scrolled of wanted) {
    for (let round = 1; round <= rounds; round++) failed = !(await measure(scrolled, round)) || failed;
  }
} finally {
  await browser.close();
  lab.kill('SIGTERM');
  await once(lab, 'exit');
}
process.exitCode = failed ? 1 : 0;

/**
 * @param {Scrolled} scrolled
 * @param {number} round
 */
async function measure(scrolled, round) {
  // The app's policy forbids what the test driver waits with.
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  page.on('pageerror', (error) => console.error(error));
  await page.addInitScript({ path: path.join(ROOT, 'tests/bench/scroll/watch.mjs') });
  await page.goto(url);
  await page.goto(new URL(scrolled.address, url).href);
  const grid = page.getByRole(scrolled.role, { name: scrolled.name });
  await grid.waitFor({ timeout: 60_000 }).catch(() => {
    const { dataSet } = scrolled;
    throw new Error(
      `${dataSet} is not there: \`gradient-lab data fetch ${dataSet}\`, in the home that GRADIENT_LAB_HOME names.`,
    );
  });
  // The first page is there, and so are the statistics, which are counted once.
  await page.waitForFunction('window.scrolled.paints > 0 && window.scrolled.blank.size === 0', null, {
    timeout: 60_000,
  });
  await page.getByText(scrolled.counted).first().waitFor({ timeout: 60_000 });
  const box = await grid.boundingBox();
  if (box === null) throw new Error('The grid is not on the screen.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const session = await page.context().newCDPSession(page);

  let good = true;
  const load = os.loadavg()[0]?.toFixed(1);
  for (const { name, delta, seconds } of WHEELS) {
    const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const result = await recorded(page, () =>
      steadily((seconds * 1000) / INPUT_MS, () =>
        session.send('Input.dispatchMouseEvent', { type: 'mouseWheel', ...place, deltaX: 0, deltaY: delta }),
      ),
    );
    good = tell(scrolled, round, load, name, result) && good;
  }
  const jumps = await recorded(page, () =>
    grid.evaluate(
      async (scroller, { count, wait }) => {
        const most = scroller.scrollHeight - scroller.clientHeight;
        for (let jump = 0; jump < count; jump++) {
          // Far apart, and each place a new one: steps of the golden section.
          scroller.scrollTop = most * ((0.5 + jump * 0.618034) % 1);
          await new Promise((done) => setTimeout(done, wait));
        }
      },
      { count: JUMPS, wait: JUMP_MS },
    ),
  );
  good = tell(scrolled, round, load, `${JUMPS} jumps`, jumps) && good;
  await page.close();
  return good;
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<unknown>} act
 */
async function recorded(page, act) {
  await page.evaluate(
    'window.scrolled.durations = []; window.scrolled.frames = []; window.scrolled.recording = true',
  );
  await act();
  await page.waitForTimeout(300);
  return /** @type {{ frames: number[], durations: number[], left: number }} */ (
    await page.evaluate(
      '(window.scrolled.recording = false, { frames: window.scrolled.frames, durations: window.scrolled.durations, left: window.scrolled.blank.size })',
    )
  );
}

/**
 * @param {Scrolled} scrolled
 * @param {number} round
 * @param {string | undefined} load
 * @param {string} name
 * @param {Awaited<ReturnType<typeof recorded>>} result
 */
function tell({ kind, parts }, round, load, name, { frames, durations, left }) {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity;
  const fps = 1000 / at(0.5);
  const longest = durations.reduce((most, each) => Math.max(most, each), 0);
  const good = fps >= LEAST_FPS && longest <= MOST_BLANK_MS && left === 0;
  console.log(
    `${kind}, round ${round} (load ${load}), ${name}: ${fps.toFixed(0)} frames/s median, 99 % within ${at(0.99).toFixed(0)} ms, worst ${at(1).toFixed(0)} ms; ` +
      `${durations.length} ${parts} blank at first, the longest for ${longest.toFixed(0)} ms${left > 0 ? `, ${left} to the end` : ''}${good ? '' : '  <- below what is to be reached'}`,
  );
  return good;
}

/**
 * Sends input at an even pace, whether or not the page keeps up.
 * @param {number} count
 * @param {() => Promise<unknown>} send
 */
async function steadily(count, send) {
  /** @type {Promise<unknown>[]} */
  const sent = [];
  const start = performance.now();
  for (let i = 1; i <= count; i++) {
    const wait = start + i * INPUT_MS - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    sent.push(send());
  }
  await Promise.all(sent);
}

/**
 * Where the lab listens.
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child
 * @returns {Promise<string>}
 */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      text += chunk;
      const line = text.split('\n').find((each) => each.includes('"listening"'));
      if (line !== undefined) resolve(JSON.parse(line).url);
    });
    child.once('exit', (code) => reject(new Error(`The lab ended with ${code} before it listened.`)));
  });
}

/** The Chromium that the set-up found, the system's, or Playwright's own. */
function executable() {
  const record = path.join(ROOT, 'out/setup.json');
  const found = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).chromium : undefined;
  const known = [found, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (each) => each && existsSync(each),
  );
  return known === undefined ? {} : { executablePath: known };
}
