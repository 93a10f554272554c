// @ts-check
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { PACKAGE_ROOT } from './setup/paths.mjs';

/** A window that fails within this time never opened: some systems forbid the sandbox, or lack a library. */
const OPENING_MS = 5_000;

/**
 * Runs the desktop app to its end.
 * @param {string} program Electron's
 * @param {readonly string[]} args files to open
 * @returns {Promise<number | undefined>} its exit code, or undefined when no window could be opened
 */
export function runDesktop(program, args) {
  const env = { ...process.env };
  // Editors built on Electron set it in their terminals, and Electron would be a plain Node.
  delete env['ELECTRON_RUN_AS_NODE'];
  const began = performance.now();
  const child = spawn(program, [path.join(PACKAGE_ROOT, 'out', 'desktop.mjs'), ...args], {
    stdio: 'inherit',
    env,
  });
  let stopping = false;
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    stopping = true;
    child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  return new Promise((resolve) => {
    /** @param {number | null} code */
    const end = (code) => {
      for (const signal of signals) process.removeListener(signal, stop);
      const failed = code !== 0 && !stopping && performance.now() - began < OPENING_MS;
      if (failed) console.error('The window could not be opened: opening in the browser.');
      resolve(failed ? undefined : (code ?? 1));
    };
    child.on('error', () => end(null));
    child.on('exit', end);
  });
}
