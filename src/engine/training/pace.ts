/**
 * How many steps the next native call takes, and on how many threads.
 *
 * Neither changes a number: a call can take any count of steps, and one thread is used only where it was seen to give the same bits
 * (same-bits.ts). It is not always slower: threads on cores that share no cache pass each other what they compute through memory.
 * On two cores of a virtual machine a step of lab 1 takes 1.7 ms where the host has them side by side, 4.4 ms where it has not;
 * on one thread it takes 2.9 ms either way. So now and then a few steps are taken the other way, and the faster way is kept.
 */

/** Milliseconds that one native call should take: long enough to cost nothing, short enough for a pause to be felt at once. */
const CALL_MS = 100;

/** The other way is tried with at most so many steps (after as many to warm up), so often, and at the loss of such a share of time. */
const TRIAL_STEPS = 10;
const TRIAL_EVERY_MS = 3000;
/** After a change it is tried sooner, and then less and less often: what led to the change may have been a moment's. */
const TRIAL_AFTER_CHANGE_MS = 500;
const TRIAL_SHARE = 0.01;
/** It has to be faster by more than steps differ by themselves. */
const CLEARLY_FASTER = 0.85;
/** Where the usual way takes so much longer than at the last trial, the next one comes sooner: something has moved. */
const JUMP = 1.4;
const TRIAL_AFTER_JUMP_MS = 1000;
/** Time for the usual speed to show itself before a trial. */
const REST_MS = 300;
/** The usual speed is the median of so many calls: one during which the whole process was held up says nothing. */
const RECENT_CALLS = 5;

export interface PaceOptions {
  /** The most steps that a call can take. */
  readonly mostSteps: number;
  /** Steps of the very first call, asked for when it comes; more where plans are timed on them. */
  readonly firstSteps: () => number;
  /** Milliseconds since some moment; another clock for tests. */
  readonly now?: () => number;
}

export interface Call {
  readonly steps: number;
  readonly threads: 'all' | 'one';
  /** What its time tells: how fast the usual way is, or the other one ('trial'), or nothing: it compiles, warms up, is not alone. */
  readonly tells: 'usual' | 'trial' | 'nothing';
}

export class Pace {
  private readonly options: PaceOptions;
  private readonly now: () => number;
  private threads: Call['threads'] = 'all';
  private mayChange = false;
  private onTrial = false;
  /** What the last call ran on: where it changes, what is worked on is in another core's cache, and the time tells nothing. */
  private last: Call['threads'] | undefined;
  /** Milliseconds of a step in the last calls that went the usual way, the latest last. */
  private recent: number[] = [];
  /** What the last trial lost; a single one may have been held up by something else. */
  private lostMs = 0;
  private everyMs = TRIAL_EVERY_MS;
  private usualAtTrial = Infinity;
  private lastTrial = 0;
  private nextTrial = 0;

  constructor(options: PaceOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** Milliseconds of a step; undefined until it is known. */
  get stepMs(): number | undefined {
    return this.recent.length === 0 ? undefined : median(this.recent);
  }

  /** From now on one thread may be tried: it gives the same bits. */
  allowOneThread(): void {
    this.mayChange = true;
    this.nextTrial = this.now() + REST_MS;
  }

  /** What comes next, where `left` steps may be taken. `note` should follow. */
  next(left: number): Call {
    const { mostSteps, firstSteps } = this.options;
    const most = Math.min(left, mostSteps);
    const { threads, stepMs } = this;
    // The first call compiles: it says nothing about how long the next one takes.
    if (this.last === undefined) return { steps: Math.min(most, firstSteps()), threads, tells: 'nothing' };
    if (stepMs === undefined) return { steps: Math.min(most, 4), threads, tells: 'usual' };
    const fitting = Math.max(1, Math.round(CALL_MS / stepMs));
    const forTrial = Math.min(TRIAL_STEPS, fitting);
    // A trial is worth nothing when it is cut short, by the end of the epoch say.
    this.onTrial ||= this.mayChange && most >= 2 * forTrial && this.now() >= this.nextTrial;
    if (!this.onTrial) {
      return { steps: Math.min(most, fitting), threads, tells: threads === this.last ? 'usual' : 'nothing' };
    }
    const other = threads === 'all' ? 'one' : 'all';
    return {
      steps: Math.min(most, forTrial),
      threads: other,
      tells: other === this.last ? 'trial' : 'nothing',
    };
  }

  /** Notes that a call took so many milliseconds. */
  note({ steps, threads, tells }: Call, ms: number): void {
    this.last = threads;
    const each = ms / steps;
    if (tells === 'trial') this.settle(threads, each, steps);
    else if (tells === 'usual') this.learn(each);
  }

  private learn(each: number): void {
    this.recent = [...this.recent, each].slice(-RECENT_CALLS);
    if (this.recent.length === RECENT_CALLS && median(this.recent) > JUMP * this.usualAtTrial) {
      this.nextTrial = Math.min(this.nextTrial, this.lastTrial + TRIAL_AFTER_JUMP_MS);
    }
  }

  /** Keeps the way that was tried where it was clearly faster. */
  private settle(tried: Call['threads'], each: number, steps: number): void {
    this.onTrial = false;
    const usual = this.stepMs ?? 0;
    const lostMs = Math.max(0, 2 * steps * (each - usual));
    if (each < CLEARLY_FASTER * usual) {
      this.threads = tried;
      this.recent = [each];
      this.everyMs = TRIAL_AFTER_CHANGE_MS;
    } else {
      this.everyMs = Math.min(TRIAL_EVERY_MS, 2 * this.everyMs);
    }
    this.usualAtTrial = this.stepMs ?? Infinity;
    this.lastTrial = this.now();
    this.nextTrial = this.lastTrial + Math.max(this.everyMs, Math.min(lostMs, this.lostMs) / TRIAL_SHARE);
    this.lostMs = lostMs;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
