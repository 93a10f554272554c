/** Turning what a source gave, or an import found, into a data set's own files. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSetDefinition, Layout } from './definition.ts';
import { encodeIdxHeader } from './readers/idx.ts';

/** The first layout of which all files are in `folder`. */
export function findLayout(definition: DataSetDefinition, folder: string): Layout | undefined {
  return definition.layouts?.find(({ files }) => files.every((name) => existsSync(join(folder, name))));
}

/** Makes the data set's own files of what a source put into `folder`; they are there already where no layout fits. */
export async function convertFetched(
  definition: DataSetDefinition,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await findLayout(definition, folder)?.convert(folder, folder, signal);
}

/** Writes an IDX file of unsigned bytes from parts that follow each other. */
export async function writeIdxFile(
  path: string,
  shape: readonly number[],
  parts: readonly Uint8Array[],
): Promise<void> {
  await writeFile(path, encodeIdxHeader(shape));
  for (const part of parts) await writeFile(path, part, { flag: 'a' });
}
