/** Where things lie in the lab's folder. */
import { join } from 'node:path';

export function historyFile(home: string): string {
  return join(home, 'history.sqlite');
}

/** A run's own folder, by the run's id. */
export function runFolder(home: string, id: string): string {
  return join(home, 'runs', id);
}

export function exportsFolder(home: string): string {
  return join(home, 'exports');
}
