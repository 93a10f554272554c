/** What a person does to runs. Each waits for the service's answer and throws what kept it from being done. */
import type { ModelFormat } from '../../shared/run-files.ts';
import type { RunChanges } from '../../shared/runs.ts';
import { saveFile } from '../charts/core/save-file.ts';
import { client } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';
import { toast } from '../state/toasts.svelte.ts';
import { runNames } from './words.ts';

export async function pauseRun(run: number): Promise<void> {
  live.keep([await client().runs.pause({ run })]);
}

export async function resumeRun(run: number): Promise<void> {
  live.keep([await client().runs.resume({ run })]);
}

export async function stopRun(run: number): Promise<void> {
  live.keep([await client().runs.stop({ run })]);
}

export async function changeRun(run: number, changes: RunChanges): Promise<void> {
  const { tags, ...others } = changes;
  live.keep([await client().runs.change({ run, changes: { ...others, ...(tags && { tags: [...tags] }) } })]);
}

/** Deletes, and offers to take it back. */
export async function deleteRuns(runs: readonly number[]): Promise<void> {
  if (runs.length === 0) return;
  live.keep(await client().runs.delete({ runs: [...runs] }));
  live.runsVersion++;
  toast(`${runNames(runs)} deleted.`, {
    label: 'Undo',
    run: async () => {
      live.keep(await client().runs.restore({ runs: [...runs] }));
      live.runsVersion++;
    },
  });
}

/** Saves a run as a file: its points as CSV, or all of it as JSON that can be imported again. */
export async function exportRun(run: number, format: 'csv' | 'json'): Promise<void> {
  const { fileName, text } = await client().runs.export({ run, format });
  saveFile(fileName, [text], format === 'csv' ? 'text/csv' : 'application/json');
  toast(`Run ${run} exported as ${fileName}.`);
}

/** Saves the trained model of a run as a file for other programs. */
export async function exportRunModel(run: number, format: ModelFormat): Promise<void> {
  const { fileName, bytes } = await client().runs.exportModel({ run, format });
  saveFile(fileName, [bytes as Uint8Array<ArrayBuffer>], 'application/octet-stream');
  toast(`The model of run ${run} exported as ${fileName}.`);
}

/** Writes a run with its checkpoints into a folder of the lab; returns where. */
export async function exportRunFolder(run: number): Promise<string> {
  const { path } = await client().runs.exportFolder({ run });
  return path;
}
