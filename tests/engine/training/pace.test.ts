import { describe, expect, it } from 'vitest';
import { Pace, type Call } from '../../../src/engine/training/pace.ts';

/** A machine whose clock goes as its steps do; what a step takes may change at any time. */
class Machine {
  time = 0;
  allMs: number;
  oneMs: number;
  readonly calls: Call[] = [];
  readonly pace: Pace;

  /** `allMs` and `oneMs`: milliseconds of a step on all threads and on one. */
  constructor(allMs: number, oneMs: number) {
    this.allMs = allMs;
    this.oneMs = oneMs;
    this.pace = new Pace({ mostSteps: 32, firstSteps: () => 2, now: () => this.time });
  }

  /** Trains for so many seconds, `left` steps at most in a call. */
  run(seconds: number, left = Infinity): this {
    const end = this.time + seconds * 1000;
    while (this.time < end) this.call(left);
    return this;
  }

  /** One call, during which the whole process is held up for `heldMs(call)`. */
  call(left: number, heldMs: (call: Call) => number = () => 0): void {
    const call = this.pace.next(left);
    const compiling = this.calls.length === 0 ? 700 : 0;
    // Steps whose data are in another core's cache take longer.
    const cold = this.calls.at(-1)?.threads === call.threads ? 1 : 1.5;
    const steps = call.steps * cold * (call.threads === 'one' ? this.oneMs : this.allMs);
    const ms = compiling + steps + heldMs(call);
    this.calls.push(call);
    this.time += ms;
    this.pace.note(call, ms);
  }

  /** The share of steps that were taken on one thread, from call `from` on. */
  shareOnOne(from = 0): number {
    const steps = (calls: readonly Call[]) => calls.reduce((sum, call) => sum + call.steps, 0);
    const calls = this.calls.slice(from);
    return steps(calls.filter((call) => call.threads === 'one')) / steps(calls);
  }
}

/** One that may use one thread. */
function machine(allMs: number, oneMs: number): Machine {
  const made = new Machine(allMs, oneMs).run(1);
  made.pace.allowOneThread();
  return made;
}

describe('the steps of a call', () => {
  it('are few at first, then as many as a tenth of a second takes', () => {
    const { calls, pace } = new Machine(5, 5).run(2);
    expect(calls.slice(0, 3).map((call) => call.steps)).toEqual([2, 4, 20]);
    expect(pace.stepMs).toBeCloseTo(5, 6);
  });

  it('are one at least, and no more than a call can take or the epoch has left', () => {
    expect(new Machine(900, 900).run(20).calls.at(-1)?.steps).toBe(1);
    expect(new Machine(0.1, 0.1).run(2).calls.at(-1)?.steps).toBe(32);
    const short = new Machine(1, 1).run(2, 3);
    expect(new Set(short.calls.map((call) => call.steps))).toEqual(new Set([2, 3]));
  });
});

describe('the threads', () => {
  it('are all, until one is allowed', () => {
    expect(new Machine(4.4, 2.9).run(30).shareOnOne()).toBe(0);
  });

  it('stay all where that is faster, but for a try now and then', () => {
    const fast = machine(1.7, 2.9).run(60);
    expect(fast.calls.filter((call) => call.tells === 'trial').length).toBeGreaterThan(10);
    expect(fast.shareOnOne()).toBeLessThan(0.02);
  });

  it('become one where that is faster, and stay so', () => {
    const slow = machine(4.4, 2.9).run(2);
    const settled = slow.calls.length;
    expect(slow.run(60).shareOnOne(settled)).toBeGreaterThan(0.98);
  });

  it('follow the machine within seconds, both ways', () => {
    const moving = machine(1.7, 2.9);
    for (const [allMs, expected] of [
      [4.4, 1],
      [1.7, 0],
      [4.4, 1],
    ] as const) {
      moving.allMs = allMs;
      moving.run(4);
      const settled = moving.calls.length;
      moving.run(4);
      expect(Math.abs(moving.shareOnOne(settled) - expected)).toBeLessThan(0.05);
    }
  });

  it.each(['usual', 'trial'] as const)(
    'are not misled when the process is held up in a call (%s)',
    (tells) => {
      const held = machine(1.7, 2.9).run(10);
      const from = held.calls.length;
      let seen = 0;
      let holds = 0;
      for (let call = 0; call < 3000; call++) {
        held.call(Infinity, (next) => {
          if (next.tells !== tells) return 0;
          seen += 1;
          const holdsUp = seen % (tells === 'trial' ? 2 : 10) === 0;
          holds += Number(holdsUp);
          return holdsUp ? 6000 : 0;
        });
      }
      expect(holds).toBeGreaterThan(2);
      expect(held.shareOnOne(from)).toBeLessThan(0.1);
    },
  );

  it('are tried again soon after one trial that was held up', () => {
    const held = machine(1.7, 2.9).run(10);
    while (held.calls.at(-1)?.tells !== 'trial') {
      held.call(Infinity, (next) => (next.tells === 'trial' ? 6000 : 0));
    }
    held.allMs = 4.4;
    const moved = held.run(5).calls.length;
    expect(held.run(10).shareOnOne(moved)).toBeGreaterThan(0.95);
  });

  it('are left alone by small differences', () => {
    expect(machine(3.2, 2.9).run(30).shareOnOne()).toBeLessThan(0.03);
  });

  it('cost about a hundredth of the time where one is far slower', () => {
    const far = machine(2, 100).run(300);
    const onOne = far.calls.filter((call) => call.threads === 'one');
    const spent = onOne.reduce((sum, call) => sum + call.steps * 100, 0);
    expect(onOne.length).toBeGreaterThan(1);
    expect(spent / far.time).toBeLessThan(0.02);
  });

  it('are not tried with too few steps left, nor told from a call that was not alone', () => {
    const short = machine(4.4, 2.9).run(20, 5);
    expect(short.shareOnOne()).toBe(0);
    const { pace } = machine(2, 2.9);
    pace.note({ ...pace.next(32), tells: 'nothing' }, 10_000);
    expect(pace.stepMs).toBeCloseTo(2, 6);
  });
});
