import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/main/history/index.ts';
import { RUN_STATES } from '../../../src/shared/runs.ts';
import { freshHistory, newRun, numbers, points } from './helpers.ts';

const lab = freshHistory();
const GONE = 2 ** 22 + 1; // Beyond what Linux hands out.
const isAlive = (pid: number): boolean => pid !== GONE;

describe('interruptStale', () => {
  it('interrupts active runs without a process, and no others', async () => {
    for (const state of RUN_STATES) {
      const { number } = await lab.history.create(newRun());
      await lab.history.update(number, { state, pid: GONE });
    }
    const before = await Promise.all(RUN_STATES.map((_, i) => lab.history.get(i + 1)));
    const interrupted = await lab.history.interruptStale(isAlive);
    expect(numbers(interrupted)).toEqual([1, 2, 3]);
    for (const run of interrupted) {
      expect(run).toMatchObject({ state: 'interrupted', pid: null });
      expect(run.reason).toMatch(/Gradient Lab .*ended/);
      expect(run.endedAt).toBeGreaterThanOrEqual(run.createdAt);
      expect(await lab.history.get(run.number)).toEqual(run);
    }
    for (const run of before.slice(3)) expect(await lab.history.get(run.number)).toEqual(run);
    expect(await lab.history.interruptStale(isAlive)).toEqual([]);
    expect(numbers(await lab.history.delete([1, 2, 3]))).toEqual([1, 2, 3]);
  });

  it('interrupts runs of a history that was closed, whatever lives under its number now', async () => {
    await lab.history.create(newRun());
    await lab.history.update(1, { state: 'running', pid: process.pid });
    await lab.history.create(newRun());
    const history = await lab.reopen();
    const interrupted = await history.interruptStale(() => true);
    expect(interrupted.map(({ reason }) => reason)).toEqual([
      'Gradient Lab or its engine ended while the run was going on.',
      'Gradient Lab ended before the run began.',
    ]);
  });

  it('leaves alone what another program that lives has queued, and what its engine computes', async () => {
    const other = await openHistory(lab.file);
    await other.create(newRun());
    await other.create(newRun());
    await other.update(2, { state: 'running', pid: process.pid });
    expect(await lab.history.interruptStale(isAlive)).toEqual([]);
    await other.close();
    expect(numbers(await lab.history.interruptStale(isAlive))).toEqual([1, 2]);
  });

  it('interrupts a run whose program is gone though its engine is still leaving', async () => {
    await lab.history.create(newRun());
    await lab.history.update(1, { state: 'running', pid: process.pid });
    await lab.sql(`UPDATE runs SET owner_pid = ${GONE}`);
    expect(numbers(await lab.history.interruptStale(isAlive))).toEqual([1]);
  });

  it('trusts no number of a process from before the machine started', async () => {
    await lab.history.create(newRun());
    await lab.history.update(1, { state: 'running', pid: process.pid });
    expect(await lab.history.interruptStale(() => true)).toEqual([]);
    await lab.sql('UPDATE runs SET heartbeat_at = 1000');
    expect(await lab.history.interruptStale(() => true)).toMatchObject([{ number: 1, endedAt: 1000 }]);
  });

  it('takes the last batch of points for the last sign of life', async () => {
    await lab.history.create(newRun());
    await lab.history.update(1, { state: 'running', pid: GONE });
    await lab.sql('UPDATE runs SET heartbeat_at = heartbeat_at - 5000');
    const before = Date.now();
    lab.history.append(points(1, 1, { loss: [1] }));
    await lab.history.flush();
    const [run] = await lab.history.interruptStale(isAlive);
    expect(run?.endedAt).toBeGreaterThanOrEqual(before);
  });

  it("counts a run that was resumed as this program's", async () => {
    await lab.history.create(newRun());
    const history = await lab.reopen();
    await history.interruptStale(isAlive);
    await history.update(1, { state: 'queued' });
    expect(await history.interruptStale(isAlive)).toEqual([]);
  });
});
