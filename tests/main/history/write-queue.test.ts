import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnections, type Connections } from '../../../src/main/history/open.ts';
import { WriteQueue } from '../../../src/main/history/write-queue.ts';
import { codeOf } from './helpers.ts';

let folder: string;
let connections: Connections;
let queue: WriteQueue;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-queue-'));
  connections = await openConnections(join(folder, 'history.sqlite'));
  queue = new WriteQueue(connections.writer);
});
afterEach(async () => {
  await connections.reader.close();
  await connections.writer.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (name: string) => (connection: Connections['writer']) =>
  connection.run(`INSERT INTO settings VALUES ('${name}', '1')`);
const names = async (): Promise<unknown[]> =>
  (await connections.reader.all('SELECT name FROM settings ORDER BY name')).map((row) => row['name']);

describe('a write', () => {
  it('waits for the disk where it is to be durable, and only there', async () => {
    // SQLite's numbers: 1 is NORMAL, which waits for the disk at checkpoints alone; 2 is FULL, at each commit.
    const level = (): Promise<unknown>[] =>
      (['normal', 'full', 'normal', 'full'] as const).map((durability) =>
        queue.run(durability, async (connection) => (await connection.all('PRAGMA synchronous'))[0]),
      );
    expect(await Promise.all(level())).toEqual([1, 2, 1, 2].map((synchronous) => ({ synchronous })));
    expect(await connections.writer.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await connections.writer.all('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
  });

  it('is undone whole where it fails, and the next goes on', async () => {
    const failing = queue.run('normal', async (connection) => {
      await put('a')(connection);
      await put('a')(connection);
    });
    const next = queue.run('normal', put('b'));
    expect(await codeOf(failing)).toBe('history/failed');
    await next;
    expect(await names()).toEqual(['b']);
  });

  it('is undone where something else than SQLite fails in it', async () => {
    const failing = queue.run('full', async (connection) => {
      await put('a')(connection);
      throw new RangeError('not this');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await names()).toEqual([]);
  });

  it('comes after all that was asked for before it, and nothing comes in between', async () => {
    const order: string[] = [];
    const slow = queue.run('normal', async (connection) => {
      order.push('slow begins');
      for (let i = 0; i < 20; i++) await put(`slow ${i}`)(connection);
      order.push('slow ends');
    });
    const quick = queue.run('full', async (connection) => {
      order.push('quick begins');
      await put('quick')(connection);
    });
    await queue.idle();
    expect(order).toEqual(['slow begins', 'slow ends', 'quick begins']);
    await Promise.all([slow, quick]);
    expect(await names()).toHaveLength(21);
  });

  it('is not possible on the connection that reads', async () => {
    expect(await codeOf(connections.reader.run("INSERT INTO settings VALUES ('x', '1')"))).toBe(
      'history/read-only',
    );
  });
});
