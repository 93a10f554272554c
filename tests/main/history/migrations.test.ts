import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History, openHistory } from '../../../src/main/history/index.ts';
import { MIGRATIONS } from '../../../src/main/history/migrations.ts';
import { openConnections } from '../../../src/main/history/open.ts';
import { codeOf, curve, newRun, points } from './helpers.ts';

/**
 * SHA-256 of each released step. A step is in people's files once it is released: add a new one at the end of MIGRATIONS, and
 * its checksum here. A change of a line below means that files of two kinds have the same version.
 */
const RELEASED = [
  '9eb6fd86eceba3949df754ecbf7239250f6cef3292117e76a60cd5ea63bcddb1',
  '04677dda41952fbe0f6286d5341d9197bb9cdf680a0f64f71247050dd85dc130',
];

/** A step that a later version might take: a new column that is filled from what is there. */
const NEXT = `
  ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
  UPDATE runs SET starred = pinned;
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-migrations-'));
  file = join(folder, 'history.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeVersion1(): Promise<void> {
  const history = await openHistory(file);
  await history.create(newRun());
  await history.change(1, { pinned: true });
  history.append(points(1, 1, { loss: [1, 2, 3] }));
  await history.close();
}

describe('migrations', () => {
  it('are only ever added to', () => {
    const checksums = MIGRATIONS.map((step) => createHash('sha256').update(step).digest('hex'));
    expect(checksums).toEqual(RELEASED);
  });

  it('bring a file of version 1 to the present, whose runs then have no origin', async () => {
    const first = await openConnections(file, MIGRATIONS.slice(0, 1));
    await first.writer.run(
      `INSERT INTO runs (id, lab, state, created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow, config,
         metrics, search) VALUES ('old', 'mnist-mlp', 'completed', 1, 1, 7, 'cpu', 'graph', 0, '0', '2', '{}', '{}', '')`,
      [],
    );
    await new History(first).close();
    const history = await openHistory(file);
    expect(await history.get(1)).toMatchObject({ id: 'old', seed: 7, start: null });
    await history.close();
  });

  it('bring a file of version 1 to the next, with all that it had', async () => {
    await makeVersion1();
    const connections = await openConnections(file, [...MIGRATIONS, NEXT]);
    const history = new History(connections);
    const [row] = await connections.reader.all(
      'SELECT starred, (SELECT user_version FROM pragma_user_version) AS version FROM runs',
    );
    expect(row).toEqual({ starred: 1, version: MIGRATIONS.length + 1 });
    expect(await history.get(1)).toMatchObject({ number: 1, pinned: true });
    expect((await curve(history, 1)).value).toEqual([1, 2, 3]);
    await history.close();
  });

  it('are taken from the start by a new file', async () => {
    const connections = await openConnections(file, [...MIGRATIONS, NEXT]);
    expect(await connections.reader.all('SELECT starred FROM runs')).toEqual([]);
    await new History(connections).close();
  });

  it('are taken once, by one of several that open the file at once', async () => {
    await makeVersion1();
    const once = `CREATE TABLE once (x); INSERT INTO once VALUES (1)`;
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => openConnections(file, [...MIGRATIONS, once])),
    );
    expect(await opened[0]?.reader.all('SELECT count(*) AS times FROM once')).toEqual([{ times: 1 }]);
    for (const connections of opened) await new History(connections).close();
  });

  it('leave everything as it was where one of them fails', async () => {
    await makeVersion1();
    const broken = [...MIGRATIONS, NEXT, 'INSERT INTO nowhere VALUES (1)'];
    expect(await codeOf(openConnections(file, broken))).toBe('history/failed');
    const history = await openHistory(file);
    expect((await curve(history, 1)).value).toEqual([1, 2, 3]);
    await history.close();
  });

  it('refuse a file that a newer version has written, and leave it as it is', async () => {
    await makeVersion1();
    await new History(await openConnections(file, [...MIGRATIONS, NEXT])).close();
    await expect(openHistory(file)).rejects.toMatchObject({
      code: 'history/newer',
      message: `The history "${file}" was written by a newer Gradient Lab: it has version ${MIGRATIONS.length + 1}, this one knows up to ${MIGRATIONS.length}.`,
      hint: expect.stringContaining('Update Gradient Lab') as unknown,
    });
    const connections = await openConnections(file, [...MIGRATIONS, NEXT]);
    expect(await connections.reader.all('SELECT starred FROM runs')).toEqual([{ starred: 1 }]);
    await new History(connections).close();
  });
});
