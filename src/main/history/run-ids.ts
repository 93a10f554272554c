/** Ids of runs: `20261125-131500-mnist-mlp-ab12` sorts by time (UTC) and says the lab. */
import { randomBytes } from 'node:crypto';
import type { LabId } from '../../shared/labs.ts';
import type { Connection } from './connection.ts';

/** `wanted` where no run has it, deleted ones included; a new id otherwise. Inside a transaction. */
export async function freeId(
  connection: Connection,
  lab: LabId,
  createdAt: number,
  wanted?: string,
): Promise<string> {
  for (let id = wanted ?? makeId(lab, createdAt); ; id = makeId(lab, createdAt)) {
    const taken = await connection.all('SELECT 1 FROM runs WHERE id = ?', [id]);
    if (taken.length === 0) return id;
  }
}

function makeId(lab: LabId, createdAt: number): string {
  const stamp = new Date(createdAt).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${lab}-${randomBytes(2).toString('hex')}`;
}
