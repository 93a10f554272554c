import { describe, expect, it } from 'vitest';
import { ACTIVE_STATES, RUN_STATES } from '../../../src/shared/runs.ts';
import { codeOf, curve, freshHistory, histogram, newRun, numbers, points } from './helpers.ts';

const lab = freshHistory();
const ended = RUN_STATES.filter((state) => !ACTIVE_STATES.includes(state));

/** Runs 1 to `count`, completed, each with a point. */
async function make(count: number): Promise<void> {
  for (let run = 1; run <= count; run++) {
    await lab.history.create(newRun());
    lab.history.append(points(run, 1, { loss: [run] }));
    await lab.history.update(run, { state: 'completed' });
  }
}

describe('delete', () => {
  it('hides runs until they are restored, with all that they had', async () => {
    await make(3);
    const whole = await lab.history.get(2);
    const before = Date.now();
    const deleted = await lab.history.delete([3, 2]);
    expect(deleted).toEqual([3, 2].map((number) => expect.objectContaining({ number }) as unknown));
    expect(deleted[1]?.deletedAt).toBeGreaterThanOrEqual(before);
    expect(numbers((await lab.history.list({})).runs)).toEqual([1]);
    const history = await lab.reopen();
    expect(await history.restore([2, 3])).toEqual([
      whole,
      expect.objectContaining({ number: 3, deletedAt: null }),
    ]);
    expect(numbers((await history.list({})).runs)).toEqual([3, 2, 1]);
    expect((await curve(history, 2)).value).toEqual([2]);
  });

  it.each(ACTIVE_STATES)('refuses a %s run, and deletes none of the others either', async (state) => {
    await make(2);
    await lab.history.update(2, { state });
    await expect(lab.history.delete([1, 2])).rejects.toMatchObject({
      code: 'run/active',
      message: `Expected runs that have ended, but run 2 is ${state}.`,
    });
    expect((await lab.history.list({})).all).toBe(2);
  });

  it.each(ended)('takes a %s run, even one that claims to have a process', async (state) => {
    await make(1);
    await lab.history.update(1, { state, pid: process.pid });
    expect(numbers(await lab.history.delete([1]))).toEqual([1]);
  });

  it('may be asked twice, for the same run twice, and for none', async () => {
    await make(1);
    const [first] = await lab.history.delete([1, 1]);
    expect(await lab.history.delete([1])).toEqual([first]);
    expect(await lab.history.delete([])).toEqual([]);
    await lab.history.restore([1]);
    expect(numbers(await lab.history.restore([1]))).toEqual([1]);
  });

  it('refuses a run that is not there, and deletes none of the others', async () => {
    await make(1);
    expect(await codeOf(lab.history.delete([1, 2]))).toBe('run/unknown');
    expect(await codeOf(lab.history.restore([1, 2]))).toBe('run/unknown');
    expect((await lab.history.list({})).all).toBe(1);
  });

  it('takes ten thousand runs at once', async () => {
    await make(1);
    await lab.sql(`
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO runs (id, lab, state, created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow,
        config, metrics, search)
      SELECT 'run-' || i, lab, state, created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow,
        config, metrics, search FROM n, runs`);
    const all = Array.from({ length: 10_000 }, (_, i) => i + 1);
    expect(await lab.history.delete(all)).toHaveLength(10_000);
    expect((await lab.history.list({})).all).toBe(0);
    expect(await lab.history.purge()).toHaveLength(10_000);
    expect(await lab.sql('SELECT count(*) AS runs FROM runs')).toEqual([{ runs: 0 }]);
  });
});

describe('purge', () => {
  it('removes deleted runs for good, with all rows that belong to them, and no others', async () => {
    await make(3);
    lab.history.addHistogram(2, { tensor: 'w', of: 'weights', shape: [1], histogram: histogram(1) });
    await lab.history.checkpoint(2, 1, 'one', 1);
    await lab.history.delete([2]);
    const purged = await lab.history.purge();
    expect(purged.map(({ number, id }) => [number, id])).toEqual([[2, purged[0]?.id]]);
    expect(await codeOf(lab.history.get(2))).toBe('run/unknown');
    expect(await codeOf(lab.history.restore([2]))).toBe('run/unknown');
    for (const table of ['histograms', 'checkpoints', 'epochs WHERE run = 2', 'series WHERE run = 2']) {
      expect(await lab.sql(`SELECT count(*) AS rows FROM ${table}`)).toEqual([{ rows: 0 }]);
    }
    expect(await lab.sql('SELECT value FROM metrics ORDER BY series')).toEqual([{ value: 1 }, { value: 3 }]);
    expect(await lab.history.purge()).toEqual([]);
  });

  it('ends after the run that it is at where it is told to, and takes the rest later', async () => {
    await make(3);
    await lab.history.delete([1, 2, 3]);
    const stop = new AbortController();
    const onPurged = (): Promise<void> => Promise.resolve(stop.abort());
    expect(numbers(await lab.history.purge({ signal: stop.signal, onPurged }))).toEqual([1]);
    expect(numbers(await lab.history.purge())).toEqual([2, 3]);
  });

  it('removes a run of more points than one transaction takes', async () => {
    await make(1);
    const loss = new Float64Array(120_000);
    lab.history.append({ run: 1, step: 2, epoch: 1, time: 0, values: { loss } });
    await lab.history.flush();
    await lab.history.delete([1]);
    expect(numbers(await lab.history.purge())).toEqual([1]);
    expect(await lab.sql('SELECT count(*) AS points FROM metrics')).toEqual([{ points: 0 }]);
  });

  it('leaves a run that is restored in the meantime', async () => {
    await make(1);
    await lab.history.delete([1]);
    const purged = lab.history.purge();
    await new Promise(setImmediate);
    expect(numbers(await lab.history.restore([1]))).toEqual([1]);
    expect(await purged).toEqual([]);
    expect((await curve(lab.history, 1)).value).toEqual([1]);
  });

  it('drops points that come too late, and takes those of the next run', async () => {
    await make(1);
    await lab.history.delete([1]);
    await lab.history.purge();
    lab.history.append(points(1, 2, { loss: [1] }));
    const { number } = await lab.history.create(newRun());
    lab.history.append(points(number, 1, { loss: [5] }));
    await lab.history.flush();
    expect(await lab.history.curves([1], ['loss'])).toEqual([]);
    expect((await curve(lab.history, number)).value).toEqual([5]);
  });
});
