// @ts-check
/**
 * How fast the line chart is with 1,000,000 points in 10 runs, smoothed: `node tests/bench/chart.mjs [rounds]`.
 *
 * A real pointer pans and zooms in headless Chromium; the page records the time between its frames. To be reached: first paint
 * within 300 ms, a median of 60 frames/s, no frame above 50 ms. The machine must be quiet: its load is printed with the figures.
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = path.join(ROOT, 'out/bench/chart');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };

/** Modifier keys of a mouse event, as the browser's protocol counts them. */
const ALT = 1;
const CTRL = 2;
/** A hand's mouse reports about as often; each frame finds at least one new place. */
const INPUT_MS = 8;

const rounds = Number(process.argv[2] ?? 3);
await build({ configFile: path.join(ROOT, 'tests/bench/chart/vite.config.mjs') });
const server = createServer(serve);
await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (server.address());
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
for (let round = 1; round <= rounds; round++) failed = !(await measure(round)) || failed;
await browser.close();
server.close();
process.exitCode = failed ? 1 : 0;

/** @param {number} round */
async function measure(round) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${address.port}/index.html${process.env.CHART_QUERY ?? ''}`);
  await page.waitForFunction('window.ready === true');
  const load = os.loadavg()[0]?.toFixed(1);
  const firstPaint = /** @type {number} */ (await page.evaluate('window.firstPaint()'));
  const session = await page.context().newCDPSession(page);
  const pan = await recorded(page, () => panned(session));
  const zoom = await recorded(page, () => zoomedInAndOut(session));
  await page.close();
  const good = firstPaint <= 300 && [pan, zoom].every(({ fps, worst }) => fps >= 59 && worst < 50);
  console.log(
    `round ${round} (load ${load}): first paint ${firstPaint.toFixed(0)} ms; pan ${told(pan)}; zoom ${told(zoom)}${good ? '' : '  <- below what is to be reached'}`,
  );
  return good;
}

/**
 * Drags back and forth with Alt held.
 * @param {import('@playwright/test').CDPSession} session
 */
async function panned(session) {
  for (let sweep = 0; sweep < 6; sweep++) {
    const [from, to] = sweep % 2 === 0 ? [900, 200] : [200, 900];
    const button = { button: /** @type {const} */ ('left'), buttons: 1, modifiers: ALT };
    await session.send('Input.dispatchMouseEvent', {
      type: 'mousePressed',
      x: from,
      y: 300,
      clickCount: 1,
      ...button,
    });
    await steadily(90, (share) =>
      session.send('Input.dispatchMouseEvent', {
        type: 'mouseMoved',
        x: from + (to - from) * share,
        y: 300,
        ...button,
      }),
    );
    await session.send('Input.dispatchMouseEvent', {
      type: 'mouseReleased',
      x: to,
      y: 300,
      clickCount: 1,
      ...button,
    });
  }
}

/**
 * Turns the wheel with Ctrl held, nearer and away again.
 * @param {import('@playwright/test').CDPSession} session
 */
async function zoomedInAndOut(session) {
  for (let turn = 0; turn < 4; turn++) {
    await steadily(120, () =>
      session.send('Input.dispatchMouseEvent', {
        type: 'mouseWheel',
        x: 600,
        y: 300,
        deltaX: 0,
        deltaY: turn % 2 === 0 ? -12 : 12,
        modifiers: CTRL,
      }),
    );
  }
}

/**
 * Sends input at an even pace, whether or not the page keeps up.
 * @param {number} count
 * @param {(share: number) => Promise<unknown>} send
 */
async function steadily(count, send) {
  /** @type {Promise<unknown>[]} */
  const sent = [];
  const start = performance.now();
  for (let i = 1; i <= count; i++) {
    const wait = start + i * INPUT_MS - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    sent.push(send(i / count));
  }
  await Promise.all(sent);
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} act
 */
async function recorded(page, act) {
  // Nearer first, so that there is something to pan over.
  await page.mouse.move(600, 300);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -500);
  await page.keyboard.up('Control');
  await page.waitForTimeout(300);
  await page.evaluate('window.record()');
  await act();
  const result = /** @type {{ frames: number[], draws: number }} */ (await page.evaluate('window.stop()'));
  const sorted = [...result.frames].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    /** @type {number} */ (sorted[Math.floor(share * (sorted.length - 1))]);
  return { fps: 1000 / at(0.5), worst: at(1), slow: at(0.99), frames: sorted.length, draws: result.draws };
}

/** @param {Awaited<ReturnType<typeof recorded>>} result */
function told({ fps, worst, slow, frames, draws }) {
  return `${fps.toFixed(0)} frames/s median, 99 % within ${slow.toFixed(0)} ms, worst ${worst.toFixed(0)} ms (${draws} drawn in ${frames})`;
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(request, response) {
  const name = path.normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  const file = path.join(BUILT, name);
  try {
    const body = await readFile(file);
    const type =
      /** @type {Record<string, string>} */ (TYPES)[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type }).end(body);
  } catch {
    // Not built: the browser asks for its icon, too.
    response.writeHead(404).end();
  }
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
