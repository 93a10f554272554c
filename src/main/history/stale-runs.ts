/** Runs whose process has ended without a word: killed, out of memory, the power cut. */
import { uptime } from 'node:os';
import type { Run } from '../../shared/runs.ts';
import type { Connection, Row } from './connection.ts';
import { RUN_COLUMNS, runOf } from './run-rows.ts';
import { isGone, OWNER_COLUMNS } from './session.ts';

/** Inside a transaction: marks them 'interrupted', at the time of their last sign of life; returns them. */
export async function interruptStale(
  connection: Connection,
  isAlive: (pid: number) => boolean,
): Promise<Run[]> {
  const bootedAt = Date.now() - uptime() * 1000;
  const active = await connection.all(
    `SELECT ${OWNER_COLUMNS} FROM runs WHERE state IN ('queued', 'running', 'paused') ORDER BY number`,
  );
  const interrupted: Run[] = [];
  for (const row of active) {
    if (!isGone(row, isAlive, bootedAt)) continue;
    const [changed] = await connection.all(
      `UPDATE runs SET state = 'interrupted', reason = ?, ended_at = heartbeat_at, pid = NULL
       WHERE number = ? RETURNING ${RUN_COLUMNS}`,
      [reasonOf(row), row['number'] as number],
    );
    if (changed !== undefined) interrupted.push(runOf(changed));
  }
  return interrupted;
}

function reasonOf(row: Row): string {
  return row['state'] === 'queued'
    ? 'Gradient Lab ended before the run began.'
    : 'Gradient Lab or its engine ended while the run was going on.';
}
