/** Removes for good what was deleted before the app was started, and the folders of these runs. */
import { rm } from 'node:fs/promises';
import type { AppEvent } from '../../shared/app.ts';
import type { History } from '../history/index.ts';
import { runFolder } from './places.ts';

export async function purgeDeleted(
  history: History,
  home: string,
  publish: (event: AppEvent) => void,
): Promise<void> {
  const runs = await history.purge();
  if (runs.length === 0) return;
  publish({ kind: 'purged', runs: runs.map(({ number }) => number) });
  for (const { id } of runs) await rm(runFolder(home, id), { recursive: true, force: true });
}
