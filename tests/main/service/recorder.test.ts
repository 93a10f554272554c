import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openHistory, type History } from '../../../src/main/history/index.ts';
import { Recorder } from '../../../src/main/service/recorder.ts';
import type { AppEvent } from '../../../src/shared/app.ts';
import type { EngineRunEvent } from '../../../src/shared/engine-protocol.ts';
import { LabError } from '../../../src/shared/errors.ts';
import type { RunEnded } from '../../../src/shared/run-events.ts';
import type { Run } from '../../../src/shared/runs.ts';

let folder: string;
let history: History;
let events: AppEvent[];
let errors: unknown[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-recorder-'));
  history = await openHistory(join(folder, 'history.sqlite'));
  events = [];
  errors = [];
});
afterEach(async () => {
  await history.close();
  rmSync(folder, { recursive: true });
});

const newRun = (): Promise<Run> =>
  history.create({
    ...{
      lab: 'mnist-mlp',
      config: { data: 'mnist' },
      seed: 1,
      device: 'auto',
      plan: 'auto',
      threads: 0,
      epochs: 2,
    },
    versions: { gradientLab: '0', tensorflow: '' },
  });
const recorderOf = (run: Run): Recorder =>
  new Recorder({
    history,
    run,
    publish: (event) => events.push(event),
    onError: (error) => errors.push(error),
  });

const begun = (fromStep = 0, recalled: EngineRunEvent[] = []): EngineRunEvent => ({
  kind: 'begun',
  config: { data: 'drawn-digits' },
  dataSet: { id: 'drawn-digits', sha256: 'abc' },
  ...{ device: 'cpu', plan: 'auto', steps: 8, epochs: 2, fromStep },
  start: null,
  versions: { gradientLab: '1', tensorflow: '2' },
  recalled: recalled as never,
});
const steps = (step: number, ...loss: number[]): EngineRunEvent => ({
  kind: 'steps',
  ...{ step, epoch: step > 4 ? 2 : 1, time: 1000 + step },
  values: { loss: Float32Array.from(loss) },
});
const epoch = (step: number, loss: number): EngineRunEvent => ({
  kind: 'epoch',
  ...{ step, epoch: step / 4, time: 2000 + step },
  values: { 'train/loss': loss, 'validation/loss': loss + 1 },
});
const progress = (step: number): EngineRunEvent => ({
  kind: 'progress',
  ...{ step, steps: 8, epoch: 1, epochs: 2, examplesPerSecond: 10, secondsLeft: 1 },
});
const end = (kind: RunEnded['kind'], rest: Partial<RunEnded> = {}): RunEnded => ({
  ...{ kind, run: 'x', steps: 8, seconds: 3, examplesPerSecond: 100, plan: 'xla', device: 'cpu' },
  peakRssBytes: 5,
  metrics: { train: { loss: 0.1 }, validation: { loss: 0.2 }, test: { loss: 0.3 } },
  weightsSha256: 'f00',
  ...rest,
});
const lossOf = async (run: Run): Promise<[number, number][]> => {
  const [curve] = await history.curves([run.number], ['loss']);
  return [...(curve?.step ?? [])].map((step, i) => [step, curve?.value[i] as number]);
};
const states = (): string[] => events.flatMap((event) => (event.kind === 'run' ? [event.run.state] : []));

describe('the recorder', () => {
  it('writes a run from its queue to its end, and tells of it in order', async () => {
    const run = await newRun();
    const recorder = recorderOf(run);
    recorder.started(4711);
    for (const event of [
      begun(),
      { kind: 'plan', plan: 'xla', milliseconds: {} } as EngineRunEvent,
      steps(1, 4, 3, 2, 1),
      epoch(4, 2.5),
      steps(5, 0.5, 0.25, 0.5, 0.25),
      epoch(8, 0.375),
      { kind: 'ended', end: end('completed') } as EngineRunEvent,
    ]) {
      recorder.onEvent(event);
    }
    const ended = await recorder.finish();
    expect(ended).toEqual(await history.get(run.number));
    expect(ended).toMatchObject({
      ...{ state: 'completed', reason: null, pid: null, step: 8, steps: 8, epoch: 2, epochs: 2, plan: 'xla' },
      config: { data: 'drawn-digits' },
      dataSet: { id: 'drawn-digits', sha256: 'abc' },
      versions: { gradientLab: '1', tensorflow: '2' },
      ...{ device: 'cpu', examplesPerSecond: 100, peakRssBytes: 5, weightsSha256: 'f00' },
      metrics: { train: { loss: 0.1 }, validation: { loss: 0.2 }, test: { loss: 0.3 } },
    });
    expect(ended.endedAt).toBeGreaterThan(0);
    expect(await lossOf(run)).toEqual([4, 3, 2, 1, 0.5, 0.25, 0.5, 0.25].map((loss, i) => [i + 1, loss]));
    expect(await history.metricNames(run.number)).toEqual(['loss', 'train/loss', 'validation/loss']);
    expect(new Set(states())).toEqual(new Set(['running', 'completed']));
    const kinds = events.map((event) => event.kind);
    expect(kinds.lastIndexOf('points')).toBeLessThan(kinds.lastIndexOf('run'));
    const told = events.flatMap((event) =>
      event.kind === 'points' ? [...(event.batch.values['loss'] ?? [])] : [],
    );
    expect(told).toEqual([4, 3, 2, 1, 0.5, 0.25, 0.5, 0.25]);
    expect(errors).toEqual([]);
  });

  it('tells a state when it is on the disk, and not before', async () => {
    const run = await newRun();
    let stored: Promise<Run> | undefined;
    const recorder = new Recorder({
      history,
      run,
      publish: (event) => {
        if (event.kind === 'run' && event.run.state === 'running') stored ??= history.get(run.number);
      },
      onError: (error) => errors.push(error),
    });
    recorder.started(4711);
    await recorder.whenIn(['running']);
    expect(await stored).toMatchObject({ state: 'running', pid: 4711 });
  });

  it('rewinds a run that goes on, and fills in what its checkpoint recalls', async () => {
    const run = await newRun();
    const before = recorderOf(run);
    before.started(1);
    for (const event of [begun(), steps(1, 4, 3), steps(3, 2, 1), steps(5, 9)]) before.onEvent(event);
    await before.finish({
      kind: 'lost',
      problem: { code: 'engine/lost', message: 'It is gone.', hint: 'Resume.', details: null },
    });
    expect(await history.get(run.number)).toMatchObject({
      state: 'interrupted',
      reason: 'It is gone. Resume.',
    });

    events = [];
    const after = recorderOf(
      await history.update(run.number, { state: 'queued', reason: null, endedAt: null }),
    );
    after.started(2);
    // Steps 3 and 4 are told again; as if 4 had not been heard before, it has another value.
    for (const event of [begun(4, [steps(3, 2, 1.5), epoch(4, 2)]), steps(5, 0.5)]) after.onEvent(event);
    await after.finish();
    expect(await lossOf(run)).toEqual([
      [1, 4],
      [2, 3],
      [3, 2],
      [4, 1.5],
      [5, 0.5],
    ]);
    const [means] = await history.curves([run.number], ['train/loss']);
    expect([[...(means?.step ?? [])], means?.resumedAt]).toEqual([[4], [4]]);
    const kinds = events.filter((event) => event.kind === 'rewound' || event.kind === 'points');
    expect(kinds[0]).toEqual({ kind: 'rewound', run: run.number, step: 4 });
    // What is recalled is no news to a window that is open.
    expect(kinds.slice(1).every((event) => event.kind === 'points' && event.batch.step === 5)).toBe(true);
  });

  it('counts seconds of training without pauses, over all executions', async () => {
    const run = await newRun();
    const recorder = recorderOf({ ...run, seconds: 100 });
    for (const event of [begun(), { kind: 'paused', step: 2 } as EngineRunEvent]) recorder.onEvent(event);
    const paused = await recorder.whenIn(['paused']);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    recorder.onEvent({ kind: 'resumed', step: 2 });
    recorder.onEvent({ kind: 'ended', end: end('stopped') });
    const ended = await recorder.finish();
    expect(paused.seconds).toBeGreaterThan(100);
    expect(ended.seconds - paused.seconds).toBeLessThan(2.5);
    expect(ended.state).toBe('stopped');
  });

  it('says what to do in the reason of a failure, and why a run was interrupted at closing', async () => {
    const failed = recorderOf(await newRun());
    failed.onEvent(begun());
    failed.onEvent({ kind: 'ended', end: end('failed', { reason: 'Step 3.', weightsSha256: null }) });
    const problem = { code: 'train/not-finite', message: 'Step 3.', hint: 'Lower the rate.', details: null };
    expect(await failed.finish({ kind: 'failed', problem })).toMatchObject({
      ...{ state: 'failed', reason: 'Step 3. Lower the rate.', weightsSha256: null },
    });

    const closed = recorderOf(await newRun());
    closed.onEvent(begun());
    closed.interruptBecause('Closed.');
    closed.onEvent({ kind: 'ended', end: end('stopped') });
    expect(await closed.finish()).toMatchObject({ state: 'interrupted', reason: 'Closed.', step: 8 });

    const cancelled = recorderOf(await newRun());
    expect(await cancelled.finish()).toMatchObject({ state: 'stopped', reason: null, step: 0 });
  });

  it('keeps what an earlier execution reached when the next one stops before its first step', async () => {
    const run = await newRun();
    const first = recorderOf(run);
    for (const event of [begun(), steps(1, 4, 3), epoch(4, 2)]) first.onEvent(event);
    first.onEvent({ kind: 'ended', end: end('stopped', { steps: 4 }) });
    const stopped = await first.finish();
    const again = recorderOf(stopped);
    const none = { train: {}, validation: {}, test: {} };
    again.onEvent({
      kind: 'ended',
      end: end('stopped', { steps: 0, metrics: none, examplesPerSecond: null }),
    });
    expect(await again.finish()).toMatchObject({
      ...{ step: 4, metrics: stopped.metrics, examplesPerSecond: 100, state: 'stopped' },
    });
  });

  it('points to checkpoints with their size, and goes on where something cannot be written', async () => {
    const run = await newRun();
    const recorder = recorderOf(run);
    const path = join(folder, 'step-4');
    writeFileSync(path, 'four');
    recorder.onEvent(begun());
    recorder.onEvent({ kind: 'checkpoint', step: 4, path });
    recorder.onEvent({ kind: 'checkpoint', step: 5, path: join(folder, 'replaced') });
    recorder.onEvent({ kind: 'warning', message: 'Careful.' });
    expect(await recorder.finish()).toMatchObject({ checkpointStep: 5 });
    expect((await history.checkpoints(run.number)).map(({ step, bytes }) => [step, bytes])).toEqual([
      [5, 0],
      [4, 4],
    ]);
    expect(events).toContainEqual({ kind: 'checkpoint', run: run.number, step: 4 });
    expect(events).toContainEqual({ kind: 'warning', run: run.number, message: 'Careful.' });

    const unknown = recorderOf({ ...run, number: 999 });
    unknown.started(1);
    unknown.onEvent(begun());
    await unknown.finish();
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ code: 'run/unknown' });
  });

  it('keeps what a person has changed while the run trains', async () => {
    const run = await newRun();
    const recorder = recorderOf(run);
    recorder.started(1);
    recorder.onEvent(begun());
    await recorder.whenIn(['running']);
    const changed = await history.change(run.number, { name: 'Mine', note: 'so', tags: ['a'], pinned: true });
    const mine = { name: 'Mine', note: 'so', tags: ['a'], pinned: true };
    expect(recorder.renew(changed)).toMatchObject({ ...mine, state: 'running' });
    const from = events.length;
    recorder.onEvent(epoch(4, 1));
    recorder.onEvent(progress(4));
    await vi.waitFor(() => expect(events.slice(from).some(({ kind }) => kind === 'run')).toBe(true));
    expect(await recorder.finish()).toMatchObject(mine);
    for (const event of events.slice(from)) if (event.kind === 'run') expect(event.run).toMatchObject(mine);
  });

  it('tells how a run ended though it could not be written, and writes it when it can be', async () => {
    const run = await newRun();
    const recorder = recorderOf(run);
    recorder.started(1);
    recorder.onEvent(begun());
    await vi.waitFor(() => expect(recorder.current.dataSet).not.toBeNull());
    recorder.onEvent(epoch(8, 0.5));
    const full = new LabError('history/disk-full', 'The disk is full.');
    const refused = vi.spyOn(history, 'update').mockRejectedValue(full);
    recorder.onEvent({ kind: 'ended', end: end('completed') });
    expect(await recorder.finish()).toMatchObject({ state: 'completed', weightsSha256: 'f00' });
    expect(errors).toEqual([full]);
    expect(states().at(-1)).toBe('completed');
    refused.mockRestore();
    await history.close();
    history = await openHistory(join(folder, 'history.sqlite'));
    expect(await history.get(run.number)).toMatchObject({
      ...{ state: 'completed', pid: null, step: 8, epoch: 2, weightsSha256: 'f00' },
      metrics: { test: { loss: 0.3 } },
    });
  });
});
