import { join } from 'node:path';
import { checkFiles, finish } from '../assemble.ts';
import { hashFile, sizeOfFile } from '../files.ts';
import { idxFileNames } from '../idx-data-set.ts';
import type { Manifest, ManifestFile, PersonalFacts } from '../manifest.ts';
import { personalDataSet } from '../personal.ts';
import { textFileNames } from '../text-data-set.ts';
import { origin } from './messages.ts';

/** Hashes the files that were put together in `partial`, checks them by loading them, and puts the data set in its place. */
export async function finishPersonal(
  id: string,
  personal: PersonalFacts,
  partial: string,
  root: string,
  from: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const files: ManifestFile[] = [];
  for (const { name: split } of personal.splits) {
    const names =
      personal.format === 'texts' ? textFileNames(split) : idxFileNames(split, personal.imageShape);
    for (const name of Object.values(names) as string[]) {
      const path = join(partial, name);
      files.push({ name, bytes: sizeOfFile(path) ?? 0, sha256: await hashFile(path, 'sha256', signal) });
    }
  }
  const manifest: Manifest = { version: 1, id, files, personal, ...origin(from) };
  await checkFiles(personalDataSet(manifest, personal), partial, signal);
  await finish(partial, root, manifest);
}
