import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../src/main/history/connection.ts';
import { codeOf } from './helpers.ts';

let folder: string;
let connection: Connection;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-connection-'));
  connection = await Connection.open(join(folder, 'some.sqlite'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ask = (i: number): Promise<unknown> => connection.all(`SELECT ${i} AS i, ? AS p`, [i * 2]);
const answer = (i: number): unknown => [{ i, p: i * 2 }];
const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a connection', () => {
  it('answers more different statements than it keeps, one after another and all at once', async () => {
    for (const i of many(250)) expect(await ask(i)).toEqual(answer(i));
    expect(await Promise.all(many(250).map(ask))).toEqual(many(250).map(answer));
    await connection.close();
  });

  it('answers the same statement with different parameters at once', async () => {
    const answers = await Promise.all(many(50).map((i) => connection.all('SELECT ? AS i', [i])));
    expect(answers).toEqual(many(50).map((i) => [{ i }]));
    await connection.close();
  });

  it('ends what runs before it closes, and refuses what comes later', async () => {
    const answers = many(50).map(ask);
    const closed = connection.close();
    const late = [codeOf(ask(1)), codeOf(connection.exec('SELECT 1'))];
    expect(await Promise.all(answers)).toEqual(many(50).map(answer));
    await closed;
    expect(await Promise.all(late)).toEqual(['history/closed', 'history/closed']);
  });

  it('goes on after a statement that is none, and one that fails', async () => {
    expect(await codeOf(connection.all('SELEC 1'))).toBe('history/failed');
    await connection.exec('CREATE TABLE once (x UNIQUE)');
    await connection.run('INSERT INTO once VALUES (?)', [1]);
    expect(await codeOf(connection.run('INSERT INTO once VALUES (?)', [1]))).toBe('history/failed');
    await connection.run('INSERT INTO once VALUES (?)', [2]);
    expect(await connection.all('SELECT count(*) AS rows FROM once')).toEqual([{ rows: 2 }]);
    await connection.close();
  });

  it('forgets the parameters of the call before', async () => {
    const sql = 'SELECT ?1 AS a, ?2 AS b';
    expect(await connection.all(sql, [1, 2])).toEqual([{ a: 1, b: 2 }]);
    expect(await connection.all(sql, [3])).toEqual([{ a: 3, b: null }]);
    await connection.close();
  });
});
