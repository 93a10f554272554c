import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History } from '../../../src/main/history/index.ts';
import { openConnections, type Connections } from '../../../src/main/history/open.ts';
import { codeOf, curve, newRun, points } from './helpers.ts';

let folder: string;
let connections: Connections;
let history: History;
let problems: (Error & { code?: string })[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-full-'));
  connections = await openConnections(join(folder, 'history.sqlite'));
  history = new History(connections);
  problems = [];
  history.onProblem = (problem) => problems.push(problem);
});
afterEach(async () => {
  await history.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** The file may not grow by more than some pages: SQLite fails as it does where the disk has no more room. */
async function fillDisk(): Promise<void> {
  const [row] = await connections.writer.all('PRAGMA page_count');
  await connections.writer.exec(`PRAGMA max_page_count = ${Number(row?.['page_count']) + 1}`);
}
const freeDisk = (): Promise<void> => connections.writer.exec('PRAGMA max_page_count = 1000000');

const column = (from: number): number[] => Array.from({ length: 2000 }, (_, i) => from + i);

describe('a full disk', () => {
  it('loses no point: they wait, can be read, and are written when there is room', async () => {
    const { number } = await history.create(newRun());
    await fillDisk();
    history.append(points(number, 1, { loss: column(1) }));
    await expect(history.flush()).rejects.toMatchObject({
      code: 'history/disk-full',
      hint: expect.stringContaining('Free some space') as unknown,
    });
    history.append(points(number, 2001, { loss: column(2001), accuracy: [0.5] }));
    expect(await codeOf(history.flush())).toBe('history/disk-full');
    const expected = [...column(1), ...column(2001)];
    expect((await curve(history, number)).value).toEqual(expected);
    expect(await connections.reader.all('SELECT count(*) AS points FROM metrics')).toEqual([{ points: 0 }]);

    await freeDisk();
    await history.flush();
    expect((await curve(history, number)).value).toEqual(expected);
    expect(await connections.reader.all('SELECT count(*) AS points FROM metrics')).toEqual([
      { points: 4001 },
    ]);
  });

  it('is told once, and again after it was well in between', async () => {
    const { number } = await history.create(newRun());
    await fillDisk();
    history.append(points(number, 1, { loss: column(1) }));
    // A change of a run that is there needs no room; what waits is tried each time, and fails.
    await history.update(number, { step: 1 });
    await history.update(number, { step: 2 });
    expect(problems.map(({ code }) => code)).toEqual(['history/disk-full']);
    await freeDisk();
    await history.flush();
    await fillDisk();
    history.append(points(number, 2001, { loss: column(2001) }));
    await history.update(number, { step: 3 });
    expect(problems.map(({ code }) => code)).toEqual(['history/disk-full', 'history/disk-full']);
  });

  it('is tried again by itself', async () => {
    const { number } = await history.create(newRun());
    await fillDisk();
    history.append(points(number, 1, { loss: column(1) }));
    expect(await codeOf(history.flush())).toBe('history/disk-full');
    await freeDisk();
    const deadline = Date.now() + 20_000;
    for (;;) {
      const [row] = await connections.reader.all('SELECT count(*) AS points FROM metrics');
      if (row?.['points'] === 2000) break;
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('writes no points that were voided while they waited, and no progress that is outdated', async () => {
    const { number } = await history.create(newRun());
    history.append(points(number, 1, { loss: [1, 2, 3] }));
    await history.flush();
    await fillDisk();
    history.touch(number, { step: 1000, epoch: 1 });
    history.append(points(number, 4, { loss: column(4) }));
    expect(await codeOf(history.flush())).toBe('history/disk-full');
    await history.rewind(number, 1900);
    await history.update(number, { step: 1900 });
    history.append(points(number, 1901, { loss: [-1] }));
    expect(problems.map(({ code }) => code)).toEqual(['history/disk-full']);
    await freeDisk();
    await history.flush();
    const value = [...Array.from({ length: 1900 }, (_, i) => i + 1), -1];
    expect(await curve(history, number)).toMatchObject({ value, resumedAt: [1900] });
    expect(await history.get(number)).toMatchObject({ step: 1900, epoch: 1 });
  });

  it('writes what waited before what came later', async () => {
    const { number } = await history.create(newRun());
    await fillDisk();
    history.touch(number, { step: 1 });
    history.append(points(number, 1, { loss: column(1) }));
    const first = history.flush();
    history.touch(number, { step: 2 });
    history.append(points(number, 1, { loss: [-1] }));
    const second = history.flush();
    expect(await Promise.all([codeOf(first), codeOf(second)])).toEqual([
      'history/disk-full',
      'history/disk-full',
    ]);
    await freeDisk();
    await history.flush();
    expect((await history.get(number)).step).toBe(2);
    expect((await curve(history, number)).value).toEqual([-1, ...column(2).slice(0, -1)]);
  });

  it('refuses a new run, and takes it when there is room', async () => {
    await history.create(newRun());
    await fillDisk();
    const large = newRun({
      config: Object.fromEntries(column(0).map((i) => [`setting${i}`, 'x'.repeat(50)])),
    });
    expect(await codeOf(history.create(large))).toBe('history/disk-full');
    expect((await history.list({})).all).toBe(1);
    await freeDisk();
    expect((await history.create(large)).config).toEqual(large.config);
  });

  it('is not over for a probe though nothing waits, until there is room', async () => {
    await history.create(newRun());
    await fillDisk();
    await history.flush();
    expect(await codeOf(history.probe())).toBe('history/disk-full');
    await freeDisk();
    await history.probe();
    expect(await connections.reader.all('SELECT * FROM settings')).toEqual([]);
  });

  it('closes the file though what waits cannot be written, and says so', async () => {
    const { number } = await history.create(newRun());
    await fillDisk();
    history.append(points(number, 1, { loss: column(1) }));
    expect(await codeOf(history.close())).toBe('history/disk-full');
    expect(await codeOf(history.get(number))).toBe('history/closed');
    const again = new History(await openConnections(connections.file));
    expect((await again.list({})).all).toBe(1);
    await again.close();
  });
});
