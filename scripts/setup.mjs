// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { checkBundle, setupBundle } from './setup/bundle.mjs';
import { findChromium, setupChromium } from './setup/chromium.mjs';
import { makeContext } from './setup/context.mjs';
import { checkDependencies, setupDependencies } from './setup/dependencies.mjs';
import { explainFileError, SetupError } from './setup/fail.mjs';
import { takeLock } from './setup/lock.mjs';
import { checkNative, setupNative } from './setup/native.mjs';
import { requireNode, requirePlatform } from './setup/platform.mjs';
import { stoppable } from './setup/run.mjs';
import { checkRenderer, setupRenderer } from './setup/renderer.mjs';
import { checkSqlite, setupSqlite } from './setup/sqlite.mjs';
import { readJson, writeJson } from './setup/stamp.mjs';
import { checkTensorflow, setupTensorflow } from './setup/tensorflow.mjs';

/**
 * @typedef {import('./setup/context.mjs').Context} Context
 * @typedef {import('./setup/context.mjs').SetupState} SetupState
 * @typedef {NonNullable<Parameters<typeof makeContext>[0]>} SetupOptions
 */

/**
 * Makes everything ready that the programs need, and does nothing where nothing changed: first every step is only looked at,
 * which takes milliseconds; the first one that is not ready takes the locks and starts the work.
 * @param {SetupOptions} [options]
 * @returns {Promise<SetupState>}
 */
export async function setup(options = {}) {
  requireNode();
  const context = makeContext(options);
  requirePlatform(context);
  try {
    return lookOnly(context) ?? (await stoppable(() => work(context)));
  } catch (error) {
    context.progress.clear();
    throw explainFileError(error);
  }
}

/**
 * What is set up, or undefined when any step has something to do.
 * @param {Context} context
 * @returns {SetupState | undefined}
 */
function lookOnly(context) {
  if (!checkDependencies(context)) return undefined;
  const sqlite = checkSqlite(context);
  const tensorflow = checkTensorflow(context);
  const native = tensorflow && checkNative(context, tensorflow);
  if (!sqlite || !tensorflow || !native || !checkBundle(context)) return undefined;
  if (context.forWindows && !checkRenderer(context)) return undefined;
  const chromium = needsChromium(context) ? findChromium(context.env) : context.previous.chromium;
  if (needsChromium(context) && !chromium) return undefined;
  const state = stateOf(context, { native, tensorflow, sqlite, chromium });
  return JSON.stringify(state) === JSON.stringify(readJson(stateFile(context))) ? state : undefined;
}

/**
 * Does what is to be done, step by step. A step whose result is there is passed over, so a set-up that was killed goes on
 * where it stopped.
 * @param {Context} context
 * @returns {Promise<SetupState>}
 */
async function work(context) {
  const { cache, progress } = context;
  fs.mkdirSync(context.out, { recursive: true });
  // Two locks, always in this order: the checkout's for node_modules and out/, the cache's for what checkouts share.
  /** @type {Array<() => void>} */
  const releases = [];
  try {
    for (const file of [path.join(context.out, 'setup.lock'), path.join(cache, 'setup.lock')]) {
      const onWait = (/** @type {{ pid: number }} */ { pid }) =>
        progress.note(`Waiting for another set-up (process ${pid}) ...`);
      releases.push(await takeLock(file, { onWait }));
    }
    if (!checkDependencies(context)) await setupDependencies(context);
    const sqlite = checkSqlite(context) ?? (await setupSqlite(context));
    const tensorflow = checkTensorflow(context) ?? (await setupTensorflow(context));
    const native = checkNative(context, tensorflow) ?? (await setupNative(context, tensorflow));
    const chromium = needsChromium(context) ? await setupChromium(context) : context.previous.chromium;
    const state = stateOf(context, { native, tensorflow, sqlite, chromium });
    writeJson(stateFile(context), state);
    // Last: it fails with every mistake in our own sources, and the tests that find those need the rest.
    if (!checkBundle(context)) await setupBundle(context);
    if (context.forWindows && !checkRenderer(context)) await setupRenderer(context, tensorflow);
    return state;
  } finally {
    for (const release of releases.reverse()) release();
  }
}

/** A browser is for the tests of the windows alone, once there are any. @param {Context} context */
function needsChromium({ forTests, root }) {
  return forTests && fs.existsSync(path.join(root, 'tests', 'e2e'));
}

/** The engine's loader reads this file. @param {Context} context */
function stateFile({ out }) {
  return path.join(out, 'setup.json');
}

/**
 * @param {Context} context
 * @param {Pick<SetupState, 'native' | 'tensorflow' | 'sqlite'> & { chromium: string | undefined }} found
 * @returns {SetupState}
 */
function stateOf({ device }, { native, tensorflow, sqlite, chromium }) {
  return { native, tensorflow, sqlite, device, ...(chromium === undefined ? {} : { chromium }) };
}

/**
 * Runs the set-up for a program: what a person must do is said in one sentence, and the process ends with 1.
 * @param {SetupOptions} [options]
 * @returns {Promise<SetupState>}
 */
export async function setupOrExit(options) {
  try {
    return await setup(options);
  } catch (error) {
    reportFailure(error);
    process.exit(1);
  }
}

/**
 * Says on the error stream why the set-up failed: the failed tool's last words, then the sentence.
 * @param {unknown} error
 */
export function reportFailure(error) {
  if (!(error instanceof SetupError)) {
    console.error(error);
    return;
  }
  if (error.detail) console.error(`${error.detail.trimEnd()}\n`);
  console.error(error.sentence);
}

if (process.argv[1] && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  const { values } = parseArgs({ options: { device: { type: 'string' }, 'for-tests': { type: 'boolean' } } });
  const state = await setupOrExit({
    device: values.device,
    forTests: values['for-tests'] ?? false,
    forWindows: true,
  });
  console.error(
    `Everything is set up (TensorFlow ${state.tensorflow.version}, ${state.tensorflow.variant}).`,
  );
}
