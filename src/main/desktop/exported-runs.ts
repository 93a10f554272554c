/** Files that the system hands to the app: runs that were exported as JSON. */
import path from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { RUN_FILE_ENDING } from '../../shared/run-files.ts';

/** The exported runs among a command line's arguments, absolute. */
export function exportedRunsIn(argv: readonly string[], folder: string): readonly string[] {
  return argv
    .filter((argument) => !argument.startsWith('-') && argument.endsWith(RUN_FILE_ENDING))
    .map((argument) => path.resolve(folder, argument));
}

/** Throws `import/not-a-run` for what is no exported run by its name. */
export function checkRunName(file: string): void {
  const name = path.basename(file);
  if (name.endsWith(RUN_FILE_ENDING)) return;
  throw new LabError('import/not-a-run', `Expected an exported run, got "${name}".`, {
    hint: `Exported runs end in "${RUN_FILE_ENDING}".`,
  });
}
