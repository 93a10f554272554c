/** Files that the system hands to the app: runs that were exported as JSON. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../shared/errors.ts';

/** The end of an exported run's name. */
export const RUN_FILE_ENDING = '.gradient-lab.json';
/** As long as the contract takes; checked before a byte is read. */
const MOST_BYTES = 200_000_000;

/** The exported runs among a command line's arguments, absolute. */
export function exportedRunsIn(argv: readonly string[], folder: string): readonly string[] {
  return argv
    .filter((argument) => !argument.startsWith('-') && argument.endsWith(RUN_FILE_ENDING))
    .map((argument) => path.resolve(folder, argument));
}

/** The text of an exported run. What is not one by its name, kind or size is refused unread. */
export async function readExportedRun(file: string): Promise<string> {
  const name = path.basename(file);
  if (!name.endsWith(RUN_FILE_ENDING)) {
    throw new LabError('import/not-a-run', `Expected an exported run, got "${name}".`, {
      hint: `Exported runs end in "${RUN_FILE_ENDING}".`,
    });
  }
  const handle = await open(file).catch((cause: unknown) => {
    throw new LabError('import/unreadable', `"${name}" cannot be opened.`, {
      hint: 'Check that it is still there and that you may read it.',
      cause,
    });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new LabError('import/not-a-run', `Expected a file, and "${name}" is none.`);
    }
    if (stat.size > MOST_BYTES) {
      throw new LabError(
        'import/too-large',
        `Expected at most ${MOST_BYTES / 1e6} MB, and "${name}" has ${Math.ceil(stat.size / 1e6)} MB.`,
        { hint: 'An exported run holds points, not checkpoints: this file is something else.' },
      );
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
