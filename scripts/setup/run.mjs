// @ts-check
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WATCHER = fileURLToPath(new URL('./watched.mjs', import.meta.url));

/**
 * @typedef {object} RunResult
 * @property {number} code the exit code; 127 when the program could not be started
 * @property {string} output the last part of what it printed, both streams together
 */

/** Enough for a compiler's complaint; the rest of a long build log is not kept. */
const KEPT_CHARACTERS = 20_000;

/**
 * Runs a program to its end without a shell. It gets no input, so that it cannot wait for an answer, and it is ended when this
 * process ends, however that happens (see watched.mjs).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, signal?: AbortSignal }} [options] an
 *   abort ends the program as well
 * @returns {Promise<RunResult>}
 */
export function run(command, args, { cwd, env, onLine, signal } = {}) {
  return new Promise((resolve) => {
    let output = '';
    let line = '';
    const child = spawn(process.execPath, [WATCHER, command, ...args], {
      cwd,
      env: env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    /** @param {string} text */
    const take = (text) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
      if (!onLine) return;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) onLine(whole);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    /** @param {number} code */
    const end = (code) => {
      child.stdin.destroy();
      resolve({ code, output });
    };
    signal?.addEventListener('abort', () => child.stdin.destroy());
    child.on('error', (error) => {
      take(`${error.message}\n`);
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/**
 * While `work` runs, a request to stop ends the process in the ordinary way, so that exit handlers give the locks back. What
 * was half-made has a temporary name and is removed by the next set-up.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function stoppable(work) {
  /** @type {Array<[NodeJS.Signals, number]>} */
  const signals = [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ];
  const handlers = signals.map(([signal, code]) => {
    const handler = () => process.exit(code);
    process.on(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  try {
    return await work();
  } finally {
    for (const remove of handlers) remove();
  }
}

/**
 * Where a program is on the search path.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findProgram(name, env = process.env) {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    if (!folder) continue;
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Not here: look in the next folder.
    }
  }
  return undefined;
}

/**
 * The last lines of a tool's output, for a report.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 25) {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
