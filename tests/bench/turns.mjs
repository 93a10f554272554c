// @ts-check
/**
 * Contenders that all train at once and take turns of a few seconds: whoever has no turn is stopped (SIGSTOP). What else the
 * machine does, and how the host of a virtual one treats it, changes in seconds; so close together it falls on all of them.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './measure.mjs';

/**
 * @typedef {object} Starter how a contender is started, and what its lines say
 * @property {string} name
 * @property {string} command
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} env
 * @property {() => RateReader} readRates
 *
 * @typedef {(line: any, atMs: number) => number | undefined} RateReader told of each JSON line and when it came; returns a rate in
 *   examples per second when a window of steps is over
 */

/** Rates that a contender shows before its turns begin: it has warmed up. */
const WARM_UP_RATES = 10;
/** Long enough to load, compile and warm up; a contender that takes longer is taken for stuck. */
const WARM_UP_MS = 180_000;
/** A turn has so many windows at least. */
const LEAST_RATES = 5;
const LONGEST_TURN_MS = 60_000;
const LOOK_MS = 50;

/**
 * @param {readonly Starter[]} starters
 * @param {{ rounds: number, turnMs: number, note: (text: string) => void }} options
 * @returns {Promise<Map<string, number>[]>} for each round each contender's rate: the median of its windows in that turn
 */
export async function takeTurns(starters, { rounds, turnMs, note }) {
  /** @type {Contender[]} */
  const contenders = [];
  try {
    for (const starter of starters) {
      const contender = new Contender(starter);
      contenders.push(contender);
      await contender.warmedUp();
      contender.stop();
    }
    const results = [];
    for (let round = 0; round < rounds; round++) {
      /** @type {Map<string, number>} */
      const rates = new Map();
      // Beginning with another one each time.
      for (const contender of [
        ...contenders.slice(round % contenders.length),
        ...contenders.slice(0, round % contenders.length),
      ]) {
        rates.set(contender.name, await contender.turn(turnMs));
      }
      results.push(rates);
      const text = [...rates]
        .map(([name, rate]) => `${name} ${Math.round(rate).toLocaleString('en-US')}`)
        .sort();
      note(`round ${round + 1} of ${rounds}: ${text.join(', ')} examples/s`);
    }
    return results;
  } finally {
    for (const contender of contenders) contender.kill();
  }
}

export class Contender {
  /** @param {Starter} starter */
  constructor({ name, command, args, env, readRates }) {
    this.name = name;
    /** @type {number[]} */
    this.rates = [];
    this.errors = '';
    /** @type {Error | undefined} */
    this.failure = undefined;
    const readRate = readRates();
    let rest = '';
    // A group of its own, so that what it starts stops and goes on with it.
    this.child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts.filter((line) => line.startsWith('{'))) {
        const rate = readRate(JSON.parse(part), performance.now());
        if (rate !== undefined) this.rates.push(rate);
      }
    });
    this.child.stderr
      .setEncoding('utf8')
      .on('data', (text) => (this.errors = (this.errors + text).slice(-2000)));
    this.child.on('error', (error) => (this.failure = error));
    this.child.on('exit', (code) => {
      this.failure ??= new Error(
        `${name} ended with ${code} before its turns were over.\n${this.errors}`.trimEnd(),
      );
    });
  }

  async warmedUp() {
    const deadline = performance.now() + WARM_UP_MS;
    while (this.rates.length < WARM_UP_RATES) {
      if (this.failure) throw this.failure;
      if (performance.now() > deadline)
        throw new Error(`${this.name} was not ready after ${WARM_UP_MS / 1000} s.`);
      await sleep(50);
    }
  }

  /**
   * A turn of so many milliseconds; longer only where nothing comes, as between two epochs.
   * @param {number} ms
   * @returns {Promise<number>}
   */
  async turn(ms) {
    this.go();
    // Two windows may have begun before the turn: one that is told with the next, and one that was under way.
    const first = this.rates.length + 2;
    const start = performance.now();
    do {
      await sleep(Math.min(ms, LOOK_MS));
      if (this.failure) throw this.failure;
      if (performance.now() - start > LONGEST_TURN_MS) throw new Error(`${this.name} does not go on.`);
    } while (performance.now() - start < ms || this.rates.length < first + LEAST_RATES);
    this.stop();
    return median(this.rates.slice(first));
  }

  go() {
    this.signal('SIGCONT');
  }

  stop() {
    this.signal('SIGSTOP');
  }

  kill() {
    this.signal('SIGKILL');
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended by itself; `failure` says so.
    }
  }
}

/** Of a program that tells the rate of each window itself. @returns {RateReader} */
export function readWindows() {
  return (line) => (line.kind === 'window' ? line.examples_per_s : undefined);
}

/** Lines that come closer together belong to the same native call. */
const SAME_CALL_MS = 8;

/**
 * Of `gradient-lab train --json`: the metrics of all steps of one native call come together, so that a rate is the steps of a
 * call by the time since the call before.
 * @param {number} batchSize
 * @returns {() => RateReader}
 */
export function readSteps(batchSize) {
  return () => {
    let lastAt = -Infinity;
    let steps = 0;
    /** @type {number | undefined} */
    let callAt;
    /** @type {number | undefined} */
    let callBeforeAt;
    return (line, atMs) => {
      if (line.kind !== 'metrics' || line.values?.loss === undefined) return undefined;
      const isOfNextCall = atMs - lastAt > SAME_CALL_MS;
      lastAt = atMs;
      steps += 1;
      if (!isOfNextCall) return undefined;
      const taken = steps - 1;
      const tookMs = callAt !== undefined && callBeforeAt !== undefined ? callAt - callBeforeAt : undefined;
      callBeforeAt = callAt;
      callAt = atMs;
      steps = 1;
      return tookMs === undefined ? undefined : (taken * batchSize * 1000) / tookMs;
    };
  };
}
