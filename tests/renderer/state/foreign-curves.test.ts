/** Runs that another process trains, as a window that only hears of their states shows them. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppEvent } from '../../../src/shared/app.ts';
import type { Curve, Run } from '../../../src/shared/runs.ts';
import type { Connection } from '../../../src/renderer/state/client.svelte.ts';

// The state alone is tested here, with no page that follows it: plain values are all that runes have to give.
vi.hoisted(() => {
  const state = Object.assign((value: unknown) => value, { raw: (value: unknown) => value });
  vi.stubGlobal('$state', state);
  // So many that a beat is as short as it can be.
  vi.stubGlobal('navigator', { hardwareConcurrency: 20 });
});

const { curves } = await import('../../../src/renderer/state/curves.svelte.ts');
const { live, startLive } = await import('../../../src/renderer/state/live.svelte.ts');

const run = (number: number, step: number, state: Run['state'] = 'running'): Run =>
  ({ number, step, state, tags: [] }) as unknown as Run;
const curve = (number: number, name: string, steps: number[]): Curve => ({
  run: number,
  name,
  step: Float64Array.from(steps),
  value: Float64Array.from(steps),
  time: Float64Array.from(steps),
  resumedAt: [],
});

/** The steps that the history has, and what was asked of it. */
const history = new Map<number, number[]>();
/** What answers of it wait for. */
let delay: Promise<void> = Promise.resolve();
const asked: { runs: number[]; after?: number }[] = [];
let list: () => Promise<{ runs: Run[] }> = () => Promise.resolve({ runs: [] });
let ended: Run[] = [];
let tell: (event: AppEvent) => void;
let breakOff: () => void;
let listen: (state: 'open' | 'lost') => void;

function events(): AsyncIterable<AppEvent> {
  const queue: AppEvent[] = [];
  let wake = (): void => undefined;
  let over = false;
  tell = (event) => (queue.push(event), wake());
  breakOff = () => ((over = true), wake());
  return {
    async *[Symbol.asyncIterator]() {
      while (!over) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

const BEAT_MS = 100;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const tellRun = async (told: Run): Promise<void> => {
  tell({ kind: 'run', run: told });
  await vi.advanceTimersByTimeAsync(BEAT_MS);
};

beforeAll(async () => {
  vi.useFakeTimers();
  const client = {
    app: { settings: () => Promise.resolve({}), events: () => Promise.resolve(events()) },
    labs: { list: () => Promise.resolve([]) },
    runs: {
      list: () => list(),
      get: ({ run: number }: { run: number }) =>
        Promise.resolve(ended.find((each) => each.number === number) as Run),
      curves: async (input: { runs: number[]; names: string[]; after?: number }) => {
        asked.push(input);
        const stepsOf = (number: number): number[] =>
          (history.get(number) ?? []).filter((step) => step > (input.after ?? -1));
        const answer = input.runs.flatMap((number) =>
          input.names.map((name) => curve(number, name, stepsOf(number))),
        );
        await delay;
        return answer;
      },
    },
  };
  startLive({
    client,
    host: {},
    onConnection: (listener: (state: 'open' | 'lost') => void) => (listen = listener),
  } as unknown as Connection);
  listen('open');
  await settle();
  tell({ kind: 'rewound', run: 999, step: 0 });
  await settle();
});
beforeEach(() => asked.splice(0));

describe('the curve of a run that another process trains', () => {
  it('grows by what is new, with one request a second at most', async () => {
    history.set(1, [1, 2]);
    const points = curves.get(1, 'loss');
    await settle();
    expect(points.length).toBe(2);
    for (const step of [4, 5, 6]) {
      history.set(
        1,
        Array.from({ length: step }, (_, i) => i + 1),
      );
      await tellRun(run(1, step));
    }
    expect(asked.map(({ after }) => after)).toEqual([undefined, 2]);
    expect(points.length).toBe(4);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(3);
    expect(asked[2]?.after).toBe(2);
    expect([...points.step.subarray(0, points.length)]).toEqual([1, 2, 3, 4, 5, 6]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(3);
  });

  it('is cut where the run went back, and loaded whole; also when it ended', async () => {
    const points = curves.get(1, 'loss');
    expect(points.length).toBe(6);
    let answer: () => void = () => undefined;
    delay = new Promise((resolve) => (answer = resolve));
    history.set(1, [1, 2, 3]);
    await tellRun(run(1, 3));
    expect(points.length).toBe(3);
    expect(asked.map(({ after }) => after)).toEqual([undefined]);
    answer();
    await settle();
    expect([...points.step.subarray(0, points.length)]).toEqual([1, 2, 3]);
    await vi.advanceTimersByTimeAsync(1000);
    await tellRun(run(1, 3, 'completed'));
    expect(asked.map(({ after }) => after)).toEqual([undefined, undefined]);
  });

  it('takes no answer from before the run went back', async () => {
    history.set(3, [1, 2, 3, 4]);
    await tellRun(run(3, 4));
    const points = curves.get(3, 'loss');
    await settle();
    let answer: () => void = () => undefined;
    delay = new Promise((resolve) => (answer = resolve));
    // The history says 5 and 6 when it is asked, and before it has answered the run is back at 2.
    history.set(3, [1, 2, 3, 4, 5, 6]);
    await tellRun(run(3, 6));
    expect(asked.at(-1)?.after).toBe(4);
    history.set(3, [1, 2]);
    await tellRun(run(3, 2));
    expect(points.length).toBe(2);
    answer();
    await settle();
    expect([...points.step.subarray(0, points.length)]).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.at(-1)?.after).toBe(undefined);
    expect([...points.step.subarray(0, points.length)]).toEqual([1, 2]);
  });

  it('begins with the first step that is known, whatever is only known of epochs', async () => {
    expect(curves.startOf(4)).toBeNull();
    history.set(4, [30, 31]);
    curves.get(4, 'validation/loss');
    await settle();
    expect(curves.startOf(4)).toBeNull();
    curves.get(4, 'loss');
    await settle();
    expect(curves.startOf(4)).toBe(30);
  });

  it('asks for nothing while points come live', async () => {
    history.set(2, []);
    curves.get(2, 'loss');
    await settle();
    tell({
      kind: 'points',
      batch: { run: 2, step: 1, time: 1, values: { loss: Float64Array.of(1) } },
    } as never);
    await tellRun(run(2, 5));
    expect(asked).toHaveLength(1);
  });
});

describe('runs after the connection was lost', () => {
  it('that ended meanwhile are told so, and a late list undoes no event', async () => {
    await tellRun(run(7, 1));
    await tellRun(run(8, 1));
    ended = [run(7, 9, 'completed')];
    let answer: (page: { runs: Run[] }) => void = () => undefined;
    list = () => new Promise((resolve) => (answer = resolve));
    listen('lost');
    breakOff();
    listen('open');
    await vi.advanceTimersByTimeAsync(0);
    await tellRun(run(8, 5, 'completed'));
    answer({ runs: [run(8, 4)] });
    await settle();
    expect(live.runs.get(7)).toMatchObject({ state: 'completed', step: 9 });
    expect(live.runs.get(8)).toMatchObject({ state: 'completed', step: 5 });
  });
});
