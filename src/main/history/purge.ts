/** Removes deleted runs for good. */
import type { Run } from '../../shared/runs.ts';
import type { BatchWriter } from './batch-writer.ts';
import { RUN_COLUMNS, runOf } from './run-rows.ts';
import type { WriteQueue } from './write-queue.ts';

/** Points that one transaction removes: others that write wait some 100 ms for it at most. */
const POINTS_AT_ONCE = 50_000;

export interface PurgeOptions {
  /** Ends it between two transactions; runs that it did not come to stay deleted, and can be purged later. */
  readonly signal?: AbortSignal;
  /** Waited for after each run. */
  readonly onPurged?: (run: Run) => Promise<void>;
}

/**
 * One run after the other, in many small transactions, so that a run that trains is not held up. A run that is restored in
 * the meantime stays, without the points that were removed before it was.
 */
export async function purgeRuns(
  queue: WriteQueue,
  writer: BatchWriter,
  { signal, onPurged }: PurgeOptions = {},
): Promise<Run[]> {
  const rows = await queue.run('normal', (connection) =>
    connection.all('SELECT number FROM runs WHERE deleted_at IS NOT NULL ORDER BY number'),
  );
  const purged: Run[] = [];
  for (const row of rows) {
    const number = row['number'] as number;
    while (!signal?.aborted && (await removePoints(queue, number)));
    if (signal?.aborted) break;
    const removed = await queue.run('full', (connection) =>
      connection.all(
        `DELETE FROM runs WHERE number = ? AND deleted_at IS NOT NULL RETURNING ${RUN_COLUMNS}`,
        [number],
      ),
    );
    purged.push(...removed.map(runOf));
    writer.forget(number);
    for (const row of removed) await onPurged?.(runOf(row));
  }
  return purged;
}

/** Removes some points of the run if it is still deleted; true while there may be more. */
function removePoints(queue: WriteQueue, run: number): Promise<boolean> {
  return queue.run('normal', async (connection) => {
    const series = await connection.all(
      `SELECT series.id FROM series JOIN runs ON number = run
       WHERE run = ? AND deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM metrics WHERE series = series.id)
       LIMIT 1`,
      [run],
    );
    const id = series[0]?.['id'];
    if (id === undefined) return false;
    await connection.run(
      `DELETE FROM metrics WHERE series = ?1 AND step <= ifnull(
         (SELECT step FROM metrics WHERE series = ?1 ORDER BY step LIMIT 1 OFFSET ${POINTS_AT_ONCE}), 9e18)`,
      [id],
    );
    return true;
  });
}
