// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import { SetupError, isNetworkFailure } from './fail.mjs';
import { findPackage } from './paths.mjs';
import { findProgram, lastLines, run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * A browser that is installed already.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findChromium(env) {
  for (const name of NAMES) {
    const found = findProgram(name, env);
    if (found) return found;
  }
  return undefined;
}

/**
 * Which way to get a browser fits this system.
 * @param {{ isRoot: boolean, hasApt: boolean, hasPlaywright: boolean }} system
 * @returns {'apt' | 'playwright' | 'none'}
 */
export function chooseInstaller({ isRoot, hasApt, hasPlaywright }) {
  if (isRoot && hasApt) return 'apt';
  return hasPlaywright ? 'playwright' : 'none';
}

/**
 * Finds or installs the browser for the tests that need one.
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<string>}
 */
export async function setupChromium({ root, env, progress }) {
  const present = findChromium(env);
  if (present) return present;
  const apt = findProgram('apt-get', env);
  const playwright = findPackage(root, 'playwright') ?? findPackage(root, 'playwright-core');
  const installer = chooseInstaller({
    isRoot: process.getuid?.() === 0,
    hasApt: apt !== undefined && fs.existsSync('/etc/debian_version'),
    hasPlaywright: playwright !== undefined,
  });
  if (installer === 'none' || (installer === 'apt' && !apt) || (installer === 'playwright' && !playwright)) {
    throw new SetupError(
      'no-browser',
      'Chromium is missing, which the tests of the windows need',
      'install it (Debian and Ubuntu: `sudo apt-get install chromium`; macOS: install Google Chrome and put `google-chrome` on the search path)',
    );
  }
  const task = progress.start('Installing Chromium');
  const output =
    installer === 'apt' ? await withApt(String(apt), env) : await withPlaywright(String(playwright), env);
  const found = findChromium(env) ?? (playwright && (await playwrightsOwn(playwright, env)));
  if (found) {
    task.done();
    return found;
  }
  task.done('failed');
  throw isNetworkFailure(output)
    ? new SetupError(
        'no-network',
        'Chromium could not be downloaded',
        'connect to the network, then run the same command again',
        lastLines(output),
      )
    : new SetupError(
        'no-browser',
        'Chromium could not be installed',
        'read the words above, or install it by hand',
        lastLines(output),
      );
}

/** @param {string} apt @param {NodeJS.ProcessEnv} env */
async function withApt(apt, env) {
  const aptEnv = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run(apt, ['update'], { env: aptEnv });
  const install = await run(apt, ['install', '-y', '--no-install-recommends', 'chromium'], { env: aptEnv });
  return `${update.output}\n${install.output}`;
}

/** @param {string} playwright @param {NodeJS.ProcessEnv} env */
async function withPlaywright(playwright, env) {
  const { output } = await run(process.execPath, [path.join(playwright, 'cli.js'), 'install', 'chromium'], {
    env,
  });
  return output;
}

/** @param {string} playwright @param {NodeJS.ProcessEnv} env */
async function playwrightsOwn(playwright, env) {
  const program = `process.stdout.write(require(${JSON.stringify(playwright)}).chromium.executablePath())`;
  const { code, output } = await run(process.execPath, ['-e', program], { env });
  return code === 0 && fs.existsSync(output) ? output : undefined;
}
