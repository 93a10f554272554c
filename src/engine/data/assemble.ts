import { readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { DataSetDefinition } from './definition.ts';
import { flushFile, hashFile, sizeOfFile } from './files.ts';
import { writeManifest, type ManifestFile } from './manifest.ts';
import { install } from './partial.ts';

/**
 * Checks the files that were put together in `partial` against the definition: sizes, hashes, and then their contents by
 * loading them. Returns what the manifest will record.
 *
 * Throws a LabError: `data/missing-file`, `data/wrong-size`, `data/hash`, or whatever `load` finds.
 */
export async function checkFiles(
  definition: DataSetDefinition,
  partial: string,
  signal?: AbortSignal,
): Promise<ManifestFile[]> {
  const { id } = definition.info;
  const checked: ManifestFile[] = [];
  for (const { name, bytes, sha256: expected } of definition.info.files) {
    const size = sizeOfFile(join(partial, name));
    if (size === null) {
      throw new LabError('data/missing-file', `Missing the file "${name}" of the data set "${id}".`, {
        hint: 'Check that the source has all files of the data set.',
      });
    }
    if (size !== bytes) {
      throw new LabError(
        'data/wrong-size',
        `Expected ${bytes} bytes in "${name}" of the data set "${id}", got ${size}.`,
        { hint: 'The file is damaged or not what it says: fetch it again.' },
      );
    }
    const sha256 = await hashFile(join(partial, name), 'sha256', signal);
    if (expected !== null && sha256 !== expected) {
      throw new LabError(
        'data/hash',
        `Expected SHA-256 ${expected} of "${name}" in the data set "${id}", got ${sha256}.`,
        { hint: 'The file is damaged or another version: fetch it again.' },
      );
    }
    checked.push({ name, bytes, sha256 });
  }
  definition.load(partial);
  return checked;
}

/** Removes what is no part of the data set, flushes the files, writes the manifest last, and puts the folder in its place. */
export async function finish(
  partial: string,
  root: string,
  manifest: Parameters<typeof writeManifest>[1],
): Promise<void> {
  const kept = new Set(manifest.files.map(({ name }) => name));
  for (const name of await readdir(partial)) {
    // What an interrupted fetch from another source, or an archive, has left.
    if (!kept.has(name)) await rm(join(partial, name), { recursive: true, force: true });
  }
  for (const name of kept) await flushFile(join(partial, name));
  await writeManifest(partial, manifest);
  await install(partial, root, manifest.id);
}

/** Throws `data/disk-full` when `folder`'s disk has less room than `bytes`. */
export async function checkDiskSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new LabError(
    'data/disk-full',
    `Expected ${bytes} free bytes on the disk of "${folder}", got ${free}.`,
    {
      hint: 'Make room, or set GRADIENT_LAB_HOME to a folder on another disk.',
    },
  );
}
