// @ts-check
import path from 'node:path';
import { SetupError } from './fail.mjs';
import { cacheFolder, PACKAGE_ROOT } from './paths.mjs';
import { makeProgress } from './progress.mjs';
import { readJson } from './stamp.mjs';

/**
 * @typedef {object} SetupState what out/setup.json holds: where everything that was set up is
 * @property {string} native the built addon, an absolute path
 * @property {import('./tensorflow.mjs').Tensorflow} tensorflow
 * @property {string} sqlite the built addon, an absolute path
 * @property {string} [chromium] the browser for the tests that need one
 * @property {import('./tensorflow.mjs').Variant} device
 */

/**
 * @typedef {object} Context everything a step may depend on
 * @property {string} root the package's folder
 * @property {string} out what belongs to this checkout alone
 * @property {string} cache what all checkouts share
 * @property {NodeJS.Platform} platform
 * @property {string} arch
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./tensorflow.mjs').Variant} device
 * @property {boolean} forTests
 * @property {boolean} forWindows whether what the windows show is needed as well
 * @property {import('./progress.mjs').Progress} progress
 * @property {Partial<SetupState>} previous
 */

/**
 * Fills the defaults. The device is what was asked for, else the one of the last set-up, else the processor.
 * @param {{ root?: string, env?: NodeJS.ProcessEnv, device?: string | undefined, forTests?: boolean, forWindows?: boolean,
 *   progress?: import('./progress.mjs').Progress }} [options]
 * @returns {Context}
 */
export function makeContext({
  root = PACKAGE_ROOT,
  env = process.env,
  device,
  forTests = false,
  forWindows = forTests,
  progress,
} = {}) {
  const out = path.join(root, 'out');
  const previous = readJson(path.join(out, 'setup.json')) ?? {};
  return {
    root,
    out,
    cache: cacheFolder(env),
    platform: process.platform,
    arch: process.arch,
    env,
    device: parseDevice(device ?? (env['GRADIENT_LAB_DEVICE'] || previous.device) ?? 'cpu'),
    forTests,
    forWindows,
    progress: progress ?? makeProgress(),
    previous,
  };
}

/** @param {string} text @returns {import('./tensorflow.mjs').Variant} */
function parseDevice(text) {
  if (text === 'cpu' || text === 'cuda') return text;
  throw new SetupError('unknown-device', `Unknown device "${text}"`, 'give "cpu" or "cuda"');
}
