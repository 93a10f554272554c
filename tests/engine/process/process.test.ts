import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineFile } from '../../../src/main/engines/index.ts';
import type { EngineRunEvent, FromEngine, RunTask, ToEngine } from '../../../src/shared/engine-protocol.ts';
import { bundle } from '../../support/bundle.ts';

let home: string;
beforeAll(() => {
  bundle();
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-engine-'));
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Engine {
  readonly child: ChildProcess;
  readonly sent: FromEngine[];
  readonly exit: Promise<[number | null, string | null]>;
  say(message: ToEngine): void;
  until(fits: (message: FromEngine) => boolean): Promise<FromEngine>;
}

function start(env: NodeJS.ProcessEnv = {}): Engine {
  const child = fork(engineFile(), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, GRADIENT_LAB_HOME: home, ...env },
  });
  const sent: FromEngine[] = [];
  child.on('message', (message) => sent.push(message as FromEngine));
  return {
    child,
    sent,
    exit: once(child, 'exit') as Promise<[number | null, string | null]>,
    say: (message) => void child.send(message),
    until: async (fits) => {
      for (let i = 0; i < 4000; i++) {
        const found = sent.find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`Nothing fits among ${sent.map((message) => message.kind).join(', ')}.`);
    },
  };
}

const taskOf = (id: string, epochs: number): RunTask => ({
  ...{ id, lab: 'mnist-mlp', seed: 1, device: 'cpu', plan: 'graph', threads: 0, dataSet: null, origin: null },
  ...{ folder: join(home, 'runs', id), mayReplaceData: false, checkpointSeconds: 15 },
  config: {
    ...{ data: 'drawn-digits', epochs, batchSize: 64, hiddenLayers: 1, hiddenUnits: 16, optimizer: 'adam' },
    ...{ learningRate: 0.001, schedule: 'cosine', dropout: 0, weightDecay: 0, clipNorm: 0 },
    ...{ validationShare: 0.05, patience: 0 },
  },
});
const event =
  <K extends EngineRunEvent['kind']>(kind: K) =>
  (message: FromEngine) =>
    message.kind === 'run' && message.event.kind === kind;
const checkpointsOf = (id: string): string[] => readdirSync(join(home, 'runs', id, 'checkpoints')).sort();

describe('an engine process', () => {
  it('trains one run at a time, as it is told', async () => {
    const engine = start();
    await engine.until((message) => message.kind === 'ready');
    engine.say({ kind: 'train', id: 1, task: taskOf('one', 1000), resume: false });
    engine.say({ kind: 'train', id: 2, task: taskOf('two', 1), resume: false });
    expect(await engine.until((message) => message.kind === 'problem')).toMatchObject({
      id: 2,
      problem: { code: 'engine/busy' },
    });
    await engine.until(event('steps'));
    engine.say({ kind: 'control', action: 'pause' });
    await engine.until(event('paused'));
    engine.say({ kind: 'control', action: 'resume' });
    await engine.until(event('resumed'));
    engine.say({ kind: 'control', action: 'stop' });
    const result = await engine.until((message) => message.kind === 'result');
    expect(result).toMatchObject({ id: 1, value: { kind: 'stopped', run: 'one' } });
    const kinds = engine.sent.flatMap((message) => (message.kind === 'run' ? [message.event.kind] : []));
    expect(kinds[0]).toBe('begun');
    expect(kinds.at(-1)).toBe('ended');
    // It is free again.
    engine.say({ kind: 'train', id: 3, task: taskOf('two', 1), resume: false });
    await engine.until((message) => message.kind === 'result' && message.id === 3);
    engine.child.disconnect();
    expect(await engine.exit).toEqual([0, null]);
  });

  it.each<[string, (engine: Engine) => unknown]>([
    ['its channel closes', (engine) => engine.child.disconnect()],
    ['it is asked to end', (engine) => engine.child.kill('SIGTERM')],
  ])('leaves with a checkpoint of where it is when %s', async (how, act) => {
    const engine = start();
    const id = how.replaceAll(' ', '-');
    engine.say({ kind: 'train', id: 1, task: taskOf(id, 1000), resume: false });
    await engine.until(event('epoch'));
    act(engine);
    const asked = performance.now();
    expect(await engine.exit).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(10_000);
    const last = engine.sent.findLast(event('steps')) as { event: { step: number } } | undefined;
    const newest = Number(/\d+/.exec(checkpointsOf(id).at(-1) as string)?.[0]);
    expect(newest).toBeGreaterThanOrEqual(last?.event.step ?? Infinity);
  });

  it('leaves the decision to main when a terminal interrupts the whole group', async () => {
    const engine = start();
    await engine.until((message) => message.kind === 'ready');
    engine.child.kill('SIGINT');
    engine.child.kill('SIGHUP');
    engine.say({ kind: 'call', id: 1, method: 'data.list', params: {} });
    await engine.until((message) => message.kind === 'result');
    engine.child.disconnect();
    expect(await engine.exit).toEqual([0, null]);
  });

  it('says why it cannot compute, and ends', async () => {
    const engine = start({ GRADIENT_LAB_DEVICE: 'gpu' });
    const first = await engine.until((message) => message.kind === 'unable' || message.kind === 'ready');
    if (first.kind === 'ready') return engine.child.disconnect(); // there is a GPU
    expect(first).toMatchObject({ problem: { code: 'device/no-gpu', hint: expect.any(String) as string } });
    expect(await engine.exit).toEqual([1, null]);
  });
});
