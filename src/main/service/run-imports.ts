/** Exported runs that come back: an engine reads and checks the file, which anyone may have written, and the history stores its parts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunPart } from '../../shared/run-export.ts';
import type { Run } from '../../shared/runs.ts';
import type { EngineSupervisor } from '../engines/index.ts';
import type { History } from '../history/index.ts';

/** Where a run comes from: a file on this machine, or the text of one on a window's. */
export type RunSource = { readonly path: string } | { readonly text: string };

/** Adds the run to the history. Throws `import/...`, or why no engine can read it. */
export async function importRun(
  history: History,
  engines: EngineSupervisor,
  source: RunSource,
): Promise<Run> {
  if ('path' in source) return history.import(partsOf(engines, source.path));
  const folder = await mkdtemp(join(tmpdir(), 'gradient-lab-import-'));
  try {
    const path = join(folder, 'run.json');
    await writeFile(path, source.text);
    return await history.import(partsOf(engines, path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The parts of the run in a file, each asked for when the one before is stored: no more than one is in memory here. */
async function* partsOf(engines: EngineSupervisor, path: string): AsyncGenerator<RunPart> {
  let isLeft = true;
  try {
    for (let part = 0; ; part++) {
      const next = await engines.call('runs.readExport', { path, part });
      if (next === null) {
        isLeft = false;
        return;
      }
      yield next;
    }
  } finally {
    // Whoever has stopped in between: the engine lets go of the rest.
    if (isLeft) await engines.call('runs.readExport', { path, part: 'end' }).catch(() => undefined);
  }
}
