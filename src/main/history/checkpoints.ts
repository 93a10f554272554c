/** The checkpoints that lie in a run's folder, as the history points to them. */
import type { Connection } from './connection.ts';

/** As many as there are files: the trainer keeps the last two. */
const KEPT = 2;

export interface CheckpointRecord {
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Inside a transaction: notes one, and forgets those that have made room for it. */
export async function writeCheckpoint(
  connection: Connection,
  run: number,
  { step, path, bytes, createdAt }: CheckpointRecord,
): Promise<void> {
  await connection.run(
    'INSERT OR REPLACE INTO checkpoints (run, step, path, bytes, created_at) VALUES (?, ?, ?, ?, ?)',
    [run, step, path, bytes, createdAt],
  );
  await connection.run(
    `DELETE FROM checkpoints WHERE run = ?1 AND step NOT IN
       (SELECT step FROM checkpoints WHERE run = ?1 ORDER BY step DESC LIMIT ${KEPT})`,
    [run],
  );
}

/** The newest first. */
export async function readCheckpoints(reader: Connection, run: number): Promise<CheckpointRecord[]> {
  const rows = await reader.all('SELECT * FROM checkpoints WHERE run = ? ORDER BY step DESC', [run]);
  return rows.map((row) => ({
    step: row['step'] as number,
    path: row['path'] as string,
    bytes: row['bytes'] as number,
    createdAt: row['created_at'] as number,
  }));
}
