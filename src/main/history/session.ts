/** Which process a run belongs to, so that runs without one can be told from runs of a program that is open elsewhere. */
import { randomUUID } from 'node:crypto';
import type { Row } from './connection.ts';
import type { Owner } from './run-rows.ts';

/** How far a clock that was set while a run went on may be off, before a sign of life counts as older than the machine's start. */
const CLOCK_MS = 60_000;

/** Histories that are open in this process. A number of a process can come again; this says whether it is the same one. */
const open = new Set<string>();

export function openSession(): Owner {
  const session = randomUUID();
  open.add(session);
  return { pid: process.pid, session };
}

export function closeSession({ session }: Owner): void {
  open.delete(session);
}

/** The columns of `runs` that `isGone` reads. */
export const OWNER_COLUMNS = 'number, state, pid, owner_pid, owner_session, heartbeat_at';

/**
 * Whether no process works on an active run any more, or ever will: the one that asked for it has ended, or the one that
 * computed it. `bootedAt`: when the machine started, in milliseconds since 1970.
 */
export function isGone(row: Row, isAlive: (pid: number) => boolean, bootedAt: number): boolean {
  const owner = row['owner_pid'] as number;
  const pid = row['pid'] as number | null;
  if ((row['heartbeat_at'] as number) < bootedAt - CLOCK_MS) return true;
  if (owner === process.pid && !open.has(row['owner_session'] as string)) return true;
  if (!isAlive(owner)) return true;
  return pid !== null && !isAlive(pid);
}
