/** Removes for good what was deleted before the app was started, and the folders of these runs. */
import { rm } from 'node:fs/promises';
import type { AppEvent } from '../../shared/app.ts';
import type { History } from '../history/index.ts';
import { runFolder } from './places.ts';

export interface PurgeOptions {
  readonly history: History;
  readonly home: string;
  readonly publish: (event: AppEvent) => void;
  /** Ends it after the run that it is at; the rest is purged at the next start. */
  readonly signal: AbortSignal;
  /** Told of a folder that could not be removed. */
  readonly onError: (error: unknown) => void;
}

/** Resolves to how many runs there were. */
export async function purgeDeleted(options: PurgeOptions): Promise<number> {
  const { history, home, publish, signal, onError } = options;
  const runs = await history.purge({
    signal,
    // Each right after its run, so that no folder is left behind without one.
    onPurged: ({ id }) => rm(runFolder(home, id), { recursive: true, force: true }).catch(onError),
  });
  if (runs.length > 0) publish({ kind: 'purged', runs: runs.map(({ number }) => number) });
  return runs.length;
}
