// @ts-check
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import process from 'node:process';

/**
 * @typedef {object} Measured one program, run to its end
 * @property {any[]} lines what it printed, each line a JSON object
 * @property {number[]} at when each line came, in seconds from the start of the program
 * @property {number | undefined} peakBytes the most memory that it had, with its children; undefined where it cannot be read
 */

/**
 * Runs a program that prints JSON lines. Throws with its last words when it does not end well.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Measured>}
 */
export function measure(command, args, env) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {any[]} */
    const lines = [];
    /** @type {number[]} */
    const at = [];
    let rest = '';
    let errors = '';
    const memory = watchMemory(child.pid);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts.filter((line) => line.startsWith('{'))) {
        lines.push(JSON.parse(part));
        at.push((performance.now() - start) / 1000);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)));
    child.on('error', (error) => {
      memory.stop();
      reject(error);
    });
    child.on('close', (code) => {
      const peakBytes = memory.stop();
      if (code === 0) resolve({ lines, at, peakBytes });
      else {
        // Ours say what is wrong on the output, others on the error stream.
        const last = lines.length > 0 ? JSON.stringify(lines.at(-1)) : '';
        reject(new Error(`${command} ${args.join(' ')} ended with ${code}.\n${last}\n${errors}`.trimEnd()));
      }
    });
  });
}

/** Milliseconds between looks at a process. What it took at most is the kernel's own count, so that few looks miss nothing. */
const LOOK_MS = 100;

/**
 * Follows the memory of a process and of those that it starts: the sum of each one's own peak (Linux's VmHWM).
 * @param {number | undefined} pid
 */
function watchMemory(pid) {
  /** @type {Map<number, number>} */
  const peaks = new Map();
  /** @param {number} process */
  const look = (process) => {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readProc(process, 'status'))?.[1];
    if (peak !== undefined) peaks.set(process, Number(peak) * 1024);
    const children = readProc(process, `task/${process}/children`).split(' ').filter(Boolean);
    for (const child of children) look(Number(child));
  };
  const timer = pid === undefined ? undefined : setInterval(() => look(pid), LOOK_MS);
  return {
    /** @returns {number | undefined} bytes */
    stop() {
      clearInterval(timer);
      return peaks.size === 0 ? undefined : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
    },
  };
}

/** @param {number} pid @param {string} name @returns {string} empty where there is no such file: elsewhere than on Linux, or too late */
function readProc(pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** The median of some numbers; NaN of none. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The environment of a program that is measured: nothing in it that says how fast or how loud to be. */
export function plainEnvironment() {
  const env = { ...process.env };
  for (const name of ['XLA_FLAGS', 'TF_XLA_FLAGS', 'OMP_NUM_THREADS', 'NODE_OPTIONS']) delete env[name];
  return env;
}
