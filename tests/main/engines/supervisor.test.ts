import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  EngineSupervisor,
  forkEngine,
  type EngineLimits,
  type EngineSettings,
  type RunJob,
} from '../../../src/main/engines/index.ts';
import type { EngineRunEvent, RunTask } from '../../../src/shared/engine-protocol.ts';
import { ProblemError } from '../../../src/shared/problems.ts';

const SCRIPTED = fileURLToPath(new URL('scripted-engine.mjs', import.meta.url));

let supervisor: EngineSupervisor;
let pids: number[];
let most: number;
afterEach(async () => {
  await supervisor.close();
  await until(() => !pids.some(isAlive));
});

function open(
  settings: Partial<EngineSettings> = {},
  { script = '', limits = {} }: { script?: string | (() => string); limits?: Partial<EngineLimits> } = {},
): void {
  pids = [];
  most = 0;
  supervisor = new EngineSupervisor({
    spawn: (env) => {
      const child = forkEngine({ ...env, SCRIPT: typeof script === 'string' ? script : script() }, SCRIPTED);
      pids.push(child.pid);
      most = Math.max(most, pids.filter(isAlive).length);
      return child;
    },
    home: '/nowhere',
    settings: { runsAtOnce: 1, threads: 0, device: 'auto', ...settings },
    onChange: () => undefined,
    limits: { checkMs: 50, silentMs: 400, startMs: 3000, stopMs: 300, leaveMs: 1000, ...limits },
  });
}

function run(id: string, { number = 1, device = 'auto', events = [] as EngineRunEvent[] } = {}): RunJob {
  return supervisor.run({
    run: number,
    task: { id, device, threads: 0 } as RunTask,
    resume: false,
    onStart: () => undefined,
    onEvent: (event) => events.push(event),
  });
}

describe('runs', () => {
  it('train one after another where one may run at once, in the order in which they came', async () => {
    open();
    const order: string[] = [];
    const jobs = [1, 2, 3].map((number) => run('quick', { number }));
    jobs.forEach((job, i) => void job.done.then(() => order.push(String(i))));
    await until(() => !jobs[0]?.isWaiting);
    expect(supervisor.engines).toMatchObject([{ role: 'run', run: 1 }]);
    expect(jobs.map((job) => job.isWaiting)).toEqual([false, true, true]);
    await Promise.all(jobs.map((job) => job.done));
    expect(order).toEqual(['0', '1', '2']);
    expect(new Set(pids).size).toBe(3);
    expect(most).toBe(1);
  });

  it('train side by side as far as the settings allow, and no further', async () => {
    open({ runsAtOnce: 2 });
    const jobs = [1, 2, 3, 4].map((number) => run('quick', { number }));
    await Promise.all(jobs.map((job) => job.done));
    expect(most).toBe(2);
    expect(pids).toHaveLength(4);
  });

  it('start at once when more may run at once', async () => {
    open();
    const first = run('long', { number: 1 });
    const second = run('quick', { number: 2 });
    supervisor.configure({ runsAtOnce: 2, threads: 0, device: 'auto' });
    expect((await second.done).kind).toBe('ended');
    first.stop();
    expect(await first.done).toMatchObject({ kind: 'ended', end: { kind: 'stopped' } });
  });

  it('take the warm engine, and leave another in its place when they are over', async () => {
    open();
    supervisor.warmUp();
    await supervisor.ready();
    expect(supervisor.engines).toMatchObject([{ role: 'warm', run: null }]);
    const job = run('quick', { number: 7 });
    await until(() => supervisor.engines[0]?.role === 'run');
    expect(supervisor.engines).toMatchObject([{ role: 'run', run: 7, pid: pids[0] }]);
    await job.done;
    await until(() => supervisor.engines[0]?.role === 'warm');
    expect(supervisor.engines).toHaveLength(1);
    expect(most).toBe(1);
  });

  it('get an engine of their own where the warm one has another device or other threads', async () => {
    open();
    supervisor.warmUp();
    await supervisor.ready();
    // 'auto' is the CPU here, so the warm engine fits a run that was begun on the CPU.
    await run('quick', { device: 'cpu' }).done;
    await until(() => supervisor.engines[0]?.role === 'warm');
    expect(pids).toHaveLength(2);
    await run('quick', { device: 'gpu' }).done;
    await until(() => supervisor.engines[0]?.role === 'warm');
    expect(pids).toHaveLength(4);
    expect(most).toBe(1);
  });

  it('leave the queue when they are cancelled, without an engine', async () => {
    open();
    const first = run('long');
    const second = run('quick');
    const third = run('quick');
    await until(() => !first.isWaiting);
    second.stop();
    expect((await second.done).kind).toBe('cancelled');
    first.stop();
    expect((await third.done).kind).toBe('ended');
    expect(pids).toHaveLength(2);
  });

  it('that are stopped while the engine that did not fit them leaves never train', async () => {
    open();
    supervisor.warmUp();
    await supervisor.ready();
    const started: number[] = [];
    const task = { id: 'quick', device: 'gpu', threads: 0 } as RunTask;
    const job = supervisor.run({
      run: 1,
      task,
      resume: false,
      onStart: (pid) => started.push(pid),
      onEvent: () => undefined,
    });
    await Promise.resolve();
    job.stop();
    expect((await job.done).kind).toBe('cancelled');
    await until(() => pids.length === 2 && supervisor.engines.length === 1);
    expect(supervisor.engines[0]).toMatchObject({ role: 'warm', pid: pids[1] });
    expect(started).toEqual([]);
  });

  it('are ended, and say so, when they do not stop in time', async () => {
    open();
    const job = run('deaf');
    await until(() => supervisor.engines.length === 1 && !job.isWaiting);
    job.stop();
    expect(await job.done).toMatchObject({
      kind: 'lost',
      problem: {
        code: 'engine/lost',
        message: expect.stringMatching(/did not stop within 0 s and was ended/) as string,
      },
    });
  });
});

describe('an engine that is gone', () => {
  it.each<[string, RegExp, RegExp]>([
    [
      'crash',
      /ended by itself, with exit code 3/,
      /^Exit code 3(, Memory 123 MB)?\nline 11\n(.|\n)*line 60$/,
    ],
    ['abort', /crashed with signal SIGABRT/, /^Signal SIGABRT/],
    ['out of memory', /ran out of memory/, /bad_alloc/],
    ['hang', /did not answer for 0 s and was ended/, /^Signal SIGKILL/],
  ])('%s: fails its own run alone, with the reason and its last words', async (id, message, details) => {
    open({ runsAtOnce: 2 });
    const other = run('long', { number: 2 });
    const outcome = await run(id, { number: 1 }).done;
    expect(outcome.kind).toBe('lost');
    const { problem } = outcome as Extract<typeof outcome, { kind: 'lost' }>;
    expect(problem.code).toBe('engine/lost');
    expect(problem.message).toMatch(message);
    expect(problem.details).toMatch(details);
    expect(problem.hint).toMatch(/Resume the run/);
    // The place is free again.
    await run('quick', { number: 3 }).done;
    other.stop();
    expect((await other.done).kind).toBe('ended');
  });

  it('by SIGKILL from outside says that memory may be why', async () => {
    open();
    const job = run('long');
    await until(() => (supervisor.engines[0]?.rssBytes ?? 0) > 0);
    process.kill(pids[0] as number, 'SIGKILL');
    expect(await job.done).toMatchObject({
      kind: 'lost',
      problem: {
        message:
          'The engine was ended by signal SIGKILL; the system may have run out of memory, or someone ended it. It used 123 MB.',
      },
    });
  });

  it('that reports a problem fails its run with that problem', async () => {
    open();
    expect(await run('problem').done).toEqual({
      kind: 'failed',
      problem: { code: 'train/not-finite', message: 'Step 3.', hint: 'Lower.', details: null },
    });
  });

  it('rejects the calls that wait, and the next call starts another', async () => {
    open();
    const waiting = supervisor.call('data.fetch', { id: 'wait' });
    const crashed = supervisor.call('data.verify', { id: 'crash' });
    for (const call of [waiting, crashed]) {
      await expect(call).rejects.toMatchObject({
        code: 'engine/lost',
        message: 'The engine ended by itself, with exit code 4.',
      });
    }
    await until(() => supervisor.engines.length === 0);
    await supervisor.call('data.verify', { id: 'fine' });
    expect(pids).toHaveLength(2);
  });
});

describe('calls', () => {
  it('go to one engine, with updates before the result', async () => {
    open({ device: 'cpu', threads: 3 });
    const updates: unknown[] = [];
    const first: unknown = await supervisor.call(
      'data.verify',
      { id: 'x' },
      { onUpdate: (value) => updates.push(value) },
    );
    const second: unknown = await supervisor.call('data.verify', { id: 'y' });
    expect(first).toEqual(['cpu', '3', pids[0]]);
    expect(second).toEqual(first);
    expect(updates).toEqual(['half']);
    expect(supervisor.engines).toMatchObject([{ role: 'interactive' }]);
  });

  it('are cancelled by their signal, also by one that was aborted before', async () => {
    open();
    const abort = new AbortController();
    const call = supervisor.call('data.fetch', { id: 'wait' }, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'data/aborted' });
    await expect(
      supervisor.call('data.fetch', { id: 'wait' }, { signal: abort.signal }),
    ).rejects.toBeInstanceOf(ProblemError);
  });
});

describe('an engine that does not start', () => {
  it.each<[string, string, RegExp]>([
    ['unable', 'setup/native-missing', /^The native engine is not built\.$/],
    ['crash at start', 'engine/lost', /exit code 7/],
    ['silent at start', 'engine/lost', /did not start within 3 s and was ended/],
  ])('%s: says why to whoever waits, and is tried again on demand alone', async (script, code, message) => {
    let scripts = [script, script, ''];
    open({}, { script: () => scripts.shift() ?? '' });
    supervisor.warmUp();
    await expect(supervisor.ready()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(supervisor.problem).toMatchObject({ code });
    expect(await run('quick').done).toMatchObject({ problem: { code } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(pids).toHaveLength(2); // no engine was started again by itself
    scripts = [''];
    await supervisor.ready();
    expect(supervisor.problem).toBeNull();
  });
});

describe('new settings', () => {
  it('replace the idle engines where device or threads differ', async () => {
    open();
    supervisor.warmUp();
    await supervisor.ready();
    await supervisor.call('data.verify', { id: 'x' });
    supervisor.configure({ runsAtOnce: 1, threads: 2, device: 'cpu' });
    expect(await supervisor.call('data.verify', { id: 'x' })).toEqual(['cpu', '2', expect.any(Number)]);
    await until(() => supervisor.engines.filter((engine) => engine.role === 'warm').length === 1);
    await until(() => pids.filter(isAlive).length === 2);
    expect(pids.slice(0, 2).some(isAlive)).toBe(false);
  });

  it('let calls that are under way end on the engine that they went to', async () => {
    open();
    await supervisor.call('data.verify', { id: 'x' });
    const abort = new AbortController();
    const waits = supervisor.call('data.verify', { id: 'wait' }, { signal: abort.signal });
    supervisor.configure({ runsAtOnce: 1, threads: 2, device: 'cpu' });
    expect(await supervisor.call('data.verify', { id: 'x' })).toEqual(['cpu', '2', pids[1]]);
    expect(isAlive(pids[0] as number)).toBe(true);
    abort.abort();
    await expect(waits).rejects.toMatchObject({ code: 'data/aborted' });
    await until(() => !isAlive(pids[0] as number));
    expect(isAlive(pids[1] as number)).toBe(true);
  });

  it('give no run the engine that leaves, and start no other beside it', async () => {
    open();
    supervisor.warmUp();
    await supervisor.ready();
    supervisor.configure({ runsAtOnce: 1, threads: 2, device: 'auto' });
    // The engine that leaves has the threads of this run.
    expect((await run('quick').done).kind).toBe('ended');
    expect(most).toBe(1);
  });

  it('do not fail whoever waits for an engine to be ready', async () => {
    open();
    supervisor.warmUp();
    const ready = supervisor.ready();
    supervisor.configure({ runsAtOnce: 1, threads: 2, device: 'auto' });
    expect(await ready).toMatchObject({ device: { device: 'cpu' } });
    expect(most).toBe(1);
  });
});

describe('closing', () => {
  it('stops what trains, cancels what waits, and leaves no process', async () => {
    open();
    supervisor.warmUp();
    const trains = run('long');
    const waits = run('quick');
    await until(() => !trains.isWaiting);
    await supervisor.call('data.verify', { id: 'x' });
    await supervisor.close();
    expect(await trains.done).toMatchObject({ kind: 'ended', end: { kind: 'stopped' } });
    expect((await waits.done).kind).toBe('cancelled');
    expect(pids.some(isAlive)).toBe(false);
    expect(() => run('quick')).toThrow('Gradient Lab is closing.');
  });

  it('ends an engine that does not leave', async () => {
    open();
    const job = run('deaf');
    await until(() => !job.isWaiting);
    await supervisor.close();
    expect((await job.done).kind).toBe('lost');
    expect(pids.some(isAlive)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('It did not come true in 5 s.');
}
