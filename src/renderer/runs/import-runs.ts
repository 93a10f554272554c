/** Brings exported runs back: files of JSON, as the export wrote them. */
import type { Problem } from '../../shared/app.ts';
import { client, problemOf } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';
import { toast } from '../state/toasts.svelte.ts';
import { runNames } from './words.ts';

/** As much as the service takes. */
const MOST_BYTES = 200_000_000;

/** Imports one file after the other. The first that cannot be imported ends it: what is wrong with which file, or null. */
export async function importRuns(files: readonly File[]): Promise<Problem | null> {
  const imported: number[] = [];
  let problem: Problem | null = null;
  for (const file of files) {
    const result = await importRun(file);
    if (typeof result !== 'number') {
      problem = { ...result, message: `"${file.name}" was not imported. ${result.message}` };
      break;
    }
    imported.push(result);
  }
  if (imported.length > 0) {
    live.runsVersion++;
    toast(`${runNames(imported)} imported.`);
  }
  return problem;
}

/** The number that the run was given. */
async function importRun(file: File): Promise<number | Problem> {
  if (file.size > MOST_BYTES) {
    return {
      code: 'import/too-large',
      message: 'It has more than 200 MB.',
      hint: 'Choose a file that was exported here as JSON.',
      details: null,
    };
  }
  try {
    const run = await client().runs.import({ text: await file.text() });
    live.keep([run]);
    return run.number;
  } catch (error) {
    return problemOf(error);
  }
}
