import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/main/history/index.ts';
import { RUN_STATES, type Run } from '../../../src/shared/runs.ts';
import { codeOf, freshHistory, newRun, numbers, points } from './helpers.ts';

const lab = freshHistory();

describe('a new run', () => {
  it('is queued, numbered, and named by time and lab', async () => {
    const before = Date.now();
    const run = await lab.history.create(newRun());
    expect(run).toEqual({
      ...newRun(),
      number: 1,
      id: run.id,
      state: 'queued',
      reason: null,
      name: null,
      note: '',
      tags: [],
      pinned: false,
      dataSet: null,
      createdAt: run.createdAt,
      endedAt: null,
      seconds: 0,
      step: 0,
      steps: 0,
      epoch: 0,
      start: null,
      examplesPerSecond: null,
      peakRssBytes: null,
      metrics: { train: {}, validation: {}, test: {} },
      weightsSha256: null,
      checkpointStep: null,
      pid: null,
      deletedAt: null,
    });
    const stamp = new Date(run.createdAt).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    expect(run.id).toMatch(new RegExp(`^${stamp}-mnist-mlp-[0-9a-f]{4}$`));
    expect(run.createdAt).toBeGreaterThanOrEqual(before);
    expect(await lab.history.get(1)).toEqual(run);
  });

  it('gets a number that was never used, not even by a run that was purged', async () => {
    await lab.history.create(newRun());
    const second = await lab.history.create(newRun());
    await lab.history.update(second.number, { state: 'completed' });
    await lab.history.delete([second.number]);
    await lab.history.purge();
    const history = await lab.reopen();
    expect((await history.create(newRun())).number).toBe(3);
  });

  it('takes the id that it is given, once', async () => {
    await lab.history.create(newRun({ id: '20261125-131500-mnist-mlp-ab12' }));
    expect(await codeOf(lab.history.create(newRun({ id: '20261125-131500-mnist-mlp-ab12' })))).toBe(
      'run/exists',
    );
    expect((await lab.history.list({})).all).toBe(1);
  });

  it('keeps seeds and settings exactly, up to the largest integer', async () => {
    const config = { learningRate: 1e-300, text: 'a "quoted" \\ ✓', units: 2 ** 31 + 5, tiny: 0.1 };
    const { number } = await lab.history.create(newRun({ seed: Number.MAX_SAFE_INTEGER, config }));
    expect(await lab.history.get(number)).toMatchObject({ seed: Number.MAX_SAFE_INTEGER, config });
  });

  it('differs from others that are created in the same moment', async () => {
    const runs = await Promise.all(Array.from({ length: 50 }, () => lab.history.create(newRun())));
    expect(new Set(numbers(runs)).size).toBe(50);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(50);
  });
});

describe('update', () => {
  it.each(RUN_STATES)('keeps the state %s', async (state) => {
    const { number } = await lab.history.create(newRun());
    const reason = state === 'failed' ? 'The loss became NaN at step 313.' : null;
    expect(await lab.history.update(number, { state, reason })).toMatchObject({ state, reason });
    expect(await (await lab.reopen()).get(number)).toMatchObject({ state, reason });
  });

  it('changes each field of an execution, and no other', async () => {
    const run = await lab.history.create(newRun());
    const patch = {
      state: 'running',
      reason: 'why',
      config: { data: 'drawn-digits', learningRate: 0.2 },
      device: 'gpu',
      plan: 'xla',
      dataSet: { id: 'drawn-digits', sha256: 'ab'.repeat(32) },
      versions: { gradientLab: '0.2.0', tensorflow: '2.22.0' },
      endedAt: 1_795_612_500_123,
      seconds: 12.75,
      step: 400,
      steps: 800,
      epoch: 1,
      epochs: 2,
      examplesPerSecond: 51_234.5,
      peakRssBytes: 5_000_000_000,
      metrics: {
        train: { loss: NaN },
        validation: { loss: Infinity, accuracy: 0.5 },
        test: { loss: -Infinity },
      },
      weightsSha256: 'cd'.repeat(32),
      checkpointStep: 390,
      pid: 4321,
    } as const;
    expect(await lab.history.update(run.number, patch)).toEqual({ ...run, ...patch });
    expect(await (await lab.reopen()).get(run.number)).toEqual({ ...run, ...patch });
    const cleared = { reason: null, dataSet: null, endedAt: null, examplesPerSecond: null, pid: null };
    expect(await lab.history.update(run.number, cleared)).toEqual({ ...run, ...patch, ...cleared });
  });

  it('leaves what is undefined as it is', async () => {
    const { number } = await lab.history.create(newRun());
    await lab.history.update(number, { step: 5, seconds: 2 });
    lab.history.touch(number, { epoch: 2 });
    lab.history.touch(number, { epoch: undefined });
    expect(await lab.history.update(number, { step: undefined, epoch: undefined, seconds: 3 })).toMatchObject(
      {
        step: 5,
        epoch: 2,
        seconds: 3,
      },
    );
  });

  it('refuses a run that is not there', async () => {
    expect(await codeOf(lab.history.update(9, { step: 1 }))).toBe('run/unknown');
    expect(await codeOf(lab.history.get(9))).toBe('run/unknown');
    expect(await codeOf(lab.history.change(9, { note: '' }))).toBe('run/unknown');
    expect(await codeOf(lab.history.rewind(9, 1))).toBe('run/unknown');
    expect(await codeOf(lab.history.checkpoint(9, 1, 'path', 1))).toBe('run/unknown');
    expect(await codeOf(lab.history.export(9))).toBe('run/unknown');
    expect(await codeOf(lab.history.exportCsv(9))).toBe('run/unknown');
  });

  it('commits the points that were appended before it', async () => {
    const { number } = await lab.history.create(newRun());
    lab.history.append(points(number, 1, { loss: [3, 2, 1] }));
    await lab.history.update(number, { state: 'completed' });
    expect(await lab.sql('SELECT count(*) AS points FROM metrics')).toEqual([{ points: 3 }]);
  });
});

describe('touch', () => {
  it('is seen at once, and written with the next batch', async () => {
    const { number } = await lab.history.create(newRun());
    await lab.history.update(number, { state: 'running' });
    lab.history.touch(number, { step: 10, examplesPerSecond: 100 });
    lab.history.touch(number, { step: 20 });
    const expected = { step: 20, examplesPerSecond: 100 };
    expect(await lab.history.get(number)).toMatchObject(expected);
    expect((await lab.history.active())[0]).toMatchObject(expected);
    expect((await lab.history.list({})).runs[0]).toMatchObject(expected);
    expect(await lab.history.find('last')).toMatchObject(expected);
    expect(await lab.sql('SELECT step FROM runs')).toEqual([{ step: 0 }]);
    await lab.history.flush();
    expect(await lab.sql('SELECT step FROM runs')).toEqual([{ step: 20 }]);
  });

  it('never undoes a later update', async () => {
    const { number } = await lab.history.create(newRun());
    lab.history.touch(number, { step: 10, epoch: 1 });
    const written = lab.history.flush();
    lab.history.touch(number, { step: 15 });
    const updated = lab.history.update(number, { step: 99 });
    expect(await updated).toMatchObject({ step: 99, epoch: 1 });
    await written;
    await lab.history.flush();
    expect(await (await lab.reopen()).get(number)).toMatchObject({ step: 99, epoch: 1 });
  });

  it('does nothing to a run that is not there', async () => {
    lab.history.touch(77, { step: 1 });
    lab.history.append(points(77, 1, { loss: [1] }));
    await lab.history.flush();
    expect(await lab.sql('SELECT count(*) AS series FROM series')).toEqual([{ series: 0 }]);
  });
});

describe('find', () => {
  const ids = [
    '20261124-090000-mnist-mlp-aaaa',
    '20261125-131500-mnist-mlp-ab12',
    '20261125-131500-mnist-cnn-cd34',
  ];
  const make = async (): Promise<void> => {
    for (const id of ids) await lab.history.create(newRun({ id }));
  };

  it.each([
    ['last', 3],
    [' last ', 3],
    ['2', 2],
    ['#2', 2],
    ['20261125-131500-mnist-mlp-ab12', 2],
    ['20261124', 1],
    ['20261125-131500-mnist-c', 3],
  ])('takes %j for run %i', async (text, number) => {
    await make();
    expect((await lab.history.find(text)).number).toBe(number);
  });

  it('takes a whole id even where others begin with it', async () => {
    await make();
    await lab.history.create(newRun({ id: `${String(ids[0])}-more` }));
    expect((await lab.history.find(String(ids[0]))).number).toBe(1);
  });

  it.each(['4', '2027', '', '%', '20261124-090000-mnist_mlp', "'; DROP TABLE runs; --"])(
    'knows no run %j, and names the latest',
    async (text) => {
      await make();
      await expect(lab.history.find(text)).rejects.toMatchObject({
        code: 'run/unknown',
        message: `Unknown run "${text}".`,
        hint: `The latest is run 3 (${String(ids[2])}); \`gradient-lab runs\` lists all.`,
      });
    },
  );

  it('names those that begin alike', async () => {
    await make();
    await expect(lab.history.find('20261125')).rejects.toMatchObject({
      code: 'run/ambiguous',
      hint: `Write more of it, or the number: 3 (${String(ids[2])}), 2 (${String(ids[1])}).`,
    });
  });

  it('says so where there are no runs, and finds no deleted one', async () => {
    await expect(lab.history.find('last')).rejects.toMatchObject({ hint: 'There are no runs yet.' });
    const { number } = await lab.history.create(newRun());
    await lab.history.update(number, { state: 'stopped' });
    await lab.history.delete([number]);
    expect(await codeOf(lab.history.find('last'))).toBe('run/unknown');
    expect(await codeOf(lab.history.find(String(number)))).toBe('run/unknown');
  });
});

describe('change', () => {
  it('keeps name, note, tags and pin', async () => {
    const run = await lab.history.create(newRun());
    const changes = { name: 'Wider 😀', note: 'Line\nline "two"', tags: ['a', 'b%_'], pinned: true };
    expect(await lab.history.change(run.number, changes)).toEqual({ ...run, ...changes });
    expect(await lab.history.change(run.number, { pinned: false })).toEqual({
      ...run,
      ...changes,
      pinned: false,
    });
    expect(await (await lab.reopen()).get(run.number)).toEqual({ ...run, ...changes, pinned: false });
  });

  it('takes an empty name for none, and tidies tags', async () => {
    const { number } = await lab.history.create(newRun());
    const changed = await lab.history.change(number, { name: '  ', tags: [' a', 'a ', '', 'B'] });
    expect(changed).toMatchObject({ name: null, tags: ['a', 'B'] });
    expect(await lab.history.change(number, { name: null })).toMatchObject({ name: null });
  });
});

describe('active', () => {
  it('has the queued, running and paused, the oldest first', async () => {
    for (const state of RUN_STATES) {
      const { number } = await lab.history.create(newRun());
      await lab.history.update(number, { state });
    }
    const states = (runs: readonly Run[]): string[] => runs.map(({ state }) => state);
    expect(states(await lab.history.active())).toEqual(['queued', 'running', 'paused']);
  });
});

describe('checkpoint', () => {
  it('keeps the last two', async () => {
    const { number } = await lab.history.create(newRun());
    for (const step of [100, 200, 300]) {
      await lab.history.checkpoint(number, step, `checkpoints/${step}.safetensors`, step * 1000);
    }
    const history = await lab.reopen();
    expect(await history.checkpoints(number)).toMatchObject([
      { step: 300, path: 'checkpoints/300.safetensors', bytes: 300_000 },
      { step: 200, path: 'checkpoints/200.safetensors', bytes: 200_000 },
    ]);
    expect(await history.get(number)).toMatchObject({ checkpointStep: 300 });
  });
});

describe('a closed history', () => {
  it('refuses everything, keeps what was appended before, and may be closed twice', async () => {
    const { number } = await lab.history.create(newRun());
    const problems: unknown[] = [];
    lab.history.onProblem = (problem) => problems.push(problem);
    lab.history.append(points(number, 1, { loss: [1, 2] }));
    const closed = lab.history;
    await Promise.all([closed.list({}), closed.close()]);
    await closed.close();
    expect(await codeOf(closed.get(number))).toBe('history/closed');
    expect(await codeOf(closed.update(number, {}))).toBe('history/closed');
    expect(await codeOf(closed.flush())).toBe('history/closed');
    closed.append(points(number, 3, { loss: [3] }));
    expect(problems).toMatchObject([{ code: 'history/closed' }]);
    expect(await lab.sql('SELECT step FROM metrics')).toEqual([{ step: 1 }, { step: 2 }]);
  });
});

describe('claim', () => {
  it('gives a run that can go on to one of several programs that ask at once', async () => {
    const { number } = await lab.history.create(newRun());
    await lab.history.update(number, { state: 'interrupted', reason: 'gone', endedAt: 5 });
    const other = await openHistory(lab.file);
    const claims = [lab.history, other, lab.history].map((history, pid) =>
      codeOf(history.claim(number, { state: 'running', pid, reason: null, endedAt: null })),
    );
    expect((await Promise.all(claims)).sort()).toEqual(['resolved', 'run/elsewhere', 'run/elsewhere']);
    expect(await other.get(number)).toMatchObject({ state: 'running', reason: null, endedAt: null });
    await other.close();
  });

  it('refuses a run that is complete, deleted or not there, keeps it, and what was only touched', async () => {
    const { number } = await lab.history.create(newRun());
    await lab.history.update(number, { state: 'completed' });
    lab.history.touch(number, { step: 12 });
    expect(await codeOf(lab.history.claim(number, { state: 'queued' }))).toBe('run/completed');
    await lab.history.delete([number]);
    expect(await codeOf(lab.history.claim(number, { state: 'queued' }))).toBe('run/deleted');
    expect(await codeOf(lab.history.claim(99, { state: 'queued' }))).toBe('run/unknown');
    const again = await lab.reopen();
    expect(await again.get(number)).toMatchObject({ state: 'completed', step: 12 });
  });
});
