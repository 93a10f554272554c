/** Reads the file of an exported run, which anyone may have written. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { LabError, messageOf } from '../../shared/errors.ts';
import { MOST_RUN_FILE_BYTES } from '../../shared/run-files.ts';

/**
 * The text of `file`. What is no file or too large is refused unread. Throws `import/unreadable`, `import/not-a-run`,
 * `import/too-large`.
 */
export async function readRunFile(file: string): Promise<string> {
  const name = basename(file);
  const handle = await open(file).catch((cause: unknown) => {
    throw new LabError('import/unreadable', `"${name}" cannot be opened: ${messageOf(cause)}`, {
      hint: 'Check that it is still there and that you may read it.',
      cause,
    });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new LabError('import/not-a-run', `Expected a file, and "${name}" is none.`, {
        hint: 'Give a file that "Export as JSON" or `gradient-lab export RUN --format json` has made.',
      });
    }
    if (stat.size > MOST_RUN_FILE_BYTES) {
      throw new LabError(
        'import/too-large',
        `Expected at most ${MOST_RUN_FILE_BYTES / 1e6} MB, and "${name}" has ${Math.ceil(stat.size / 1e6)} MB.`,
        { hint: 'An exported run holds points, not checkpoints: this file is something else.' },
      );
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
