/** The run history: one SQLite file, which the app and the command line may use at the same time. */
import { History } from './history.ts';
import { openConnections } from './open.ts';

export { History } from './history.ts';
export type { HistogramEntry } from './batch.ts';
export type { CheckpointRecord } from './checkpoints.ts';
export type { NewRun, RunPatch } from './run-rows.ts';
export { runElsewhere } from './run-writes.ts';
export type { SettingsChanges } from './stored-settings.ts';

/**
 * Opens the history in `file`, or makes an empty one. Throws a LabError that names a way out: `history/damaged`,
 * `history/newer`, `history/read-only`, `history/disk-full`, `history/busy`, `history/cannot-open`, `history/io`. A file that
 * it refuses stays as it is.
 */
export async function openHistory(file: string): Promise<History> {
  return new History(await openConnections(file));
}
