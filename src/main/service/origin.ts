/** Where the weights lie that a run's settings name. */
import type { Origin } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { Config } from '../../shared/fields.ts';
import { startSourceOf } from '../../shared/start.ts';
import type { History } from '../history/index.ts';
import { runFolder } from './places.ts';

/** Null where the weights begin anew. A run that was deleted is 'gone': whoever needs its weights says so. */
export async function originOf(history: History, home: string, config: Config): Promise<Origin | null> {
  const source = startSourceOf(config['startFrom']);
  if (source === null || source.kind === 'fresh') return null;
  if (source.kind === 'model') return source;
  const { id } = source;
  try {
    const run = await history.find(id);
    if (run.id === id) return { kind: 'run', id, number: run.number, folder: runFolder(home, id) };
  } catch (error) {
    if (!(error instanceof LabError && error.code.startsWith('run/'))) throw error;
  }
  return { kind: 'gone', what: `The run "${id}"` };
}
