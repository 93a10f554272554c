/** A data set of the catalogue from a person's own copy of its files. */
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { checkDiskSpace, checkFiles, finish } from '../assemble.ts';
import type { DataSetDefinition, Layout } from '../definition.ts';
import { hashFile, sizeOfFile, throwIfAborted } from '../files.ts';
import { idxFileNames } from '../idx-data-set.ts';
import { findLayout } from '../layouts.ts';
import type { ManifestFile } from '../manifest.ts';
import { unpackGzip } from '../readers/gzip.ts';
import { extractTarFile } from '../readers/packed-tar.ts';
import { isArchiveName, isPacked, MAX_ARCHIVE_BYTES, type Candidates } from './find-idx.ts';
import { asYourOwn, missingPart, origin } from './messages.ts';

/** Copies or unpacks the IDX files of a data set of the catalogue, whose contents have to be exactly those. */
export async function importKnown(
  definition: DataSetDefinition,
  candidates: Candidates,
  partial: string,
  root: string,
  from: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { info } = definition;
  await checkDiskSpace(root, info.bytes);
  for (const { name: split } of info.splits) {
    const names = idxFileNames(split, imageShapeOf(definition));
    for (const part of ['images', 'labels'] as const) {
      const name = names[part];
      const file = info.files.find((candidate) => candidate.name === name);
      const source = candidates.get(split)?.[part];
      if (file === undefined || source === undefined) throw missingPart(name, from);
      throwIfAborted(signal, `Importing "${info.id}"`);
      const packed = isPacked(source);
      if (file.sha256 === null) await checkPublished(definition, source, packed, name);
      if (packed) {
        await unpackGzip(source, join(partial, name), file.bytes, source, signal);
      } else {
        const size = sizeOfFile(source);
        if (size !== file.bytes) {
          const message = `Expected ${file.bytes} bytes in "${source}" for "${info.id}", got ${size}.`;
          throw new LabError('data/wrong-size', message, { hint: asYourOwn(from) });
        }
        await copyFile(source, join(partial, name));
      }
    }
  }
  await finishKnown(definition, partial, root, from, signal);
}

/**
 * Makes the files of a data set of the catalogue out of another form in which it is published, in the folder or tar archive `from`, which
 * is unpacked into `unpacked`. False where there is no such form.
 */
export async function importLayout(
  definition: DataSetDefinition,
  from: string,
  unpacked: string,
  partial: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const layouts = definition.layouts ?? [];
  if (layouts.length === 0) return false;
  await checkDiskSpace(root, definition.info.bytes);
  let folder = [from, dirname(from)].find((candidate) => findLayout(definition, candidate) !== undefined);
  if (folder === undefined && isArchiveName(from) && sizeOfFile(from) !== null) {
    await mkdir(unpacked, { recursive: true });
    await extractTarFile(from, layoutTarget(layouts, unpacked), { maxBytes: MAX_ARCHIVE_BYTES, signal });
    folder = unpacked;
  }
  const layout = folder === undefined ? undefined : findLayout(definition, folder);
  if (folder === undefined || layout === undefined) return false;
  await layout.convert(folder, partial, signal);
  await finishKnown(definition, partial, root, from, signal);
  return true;
}

/** Takes the files of any of these layouts out of an archive, under their own names, whatever folder they are in there. */
function layoutTarget(layouts: readonly Layout[], to: string) {
  return (name: string, bytes: number): string | null => {
    const file = basename(name);
    const fits = layouts.some((layout) => layout.files.includes(file) && bytes <= layout.maxFileBytes);
    return fits ? join(to, file) : null;
  };
}

async function finishKnown(
  definition: DataSetDefinition,
  partial: string,
  root: string,
  from: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { id } = definition.info;
  let files: ManifestFile[];
  try {
    files = await checkFiles(definition, partial, signal);
  } catch (error) {
    // Sound images, but others: that is a data set of the person's own.
    if (!(error instanceof LabError) || error.code !== 'data/hash') throw error;
    throw new LabError(error.code, error.message, { hint: asYourOwn(from), cause: error });
  }
  await finish(partial, root, { version: 1, id, files, ...origin(from) });
}

/** Where only the packed file's checksum is published, only the packed file can be known to be the right one. */
async function checkPublished(
  definition: DataSetDefinition,
  source: string,
  packed: boolean,
  name: string,
): Promise<void> {
  const published = definition.sources
    .flatMap((candidate) => (candidate.kind === 'url' ? candidate.files : []))
    .find((file) => file.name === name);
  if (published === undefined) return;
  if (!packed && published.packing === 'gzip') {
    throw new LabError(
      'data/checksum',
      `Expected "${name}.gz" as its authors publish it, got the unpacked file "${source}", for which no checksum is known.`,
      { hint: `Give the .gz files. ${asYourOwn(dirname(source))}` },
    );
  }
  const hex = await hashFile(source, published.checksum.algorithm);
  if (hex === published.checksum.hex) return;
  throw new LabError(
    'data/checksum',
    `Expected ${published.checksum.algorithm} ${published.checksum.hex} of "${source}", got ${hex}.`,
    { hint: asYourOwn(dirname(source)) },
  );
}

function imageShapeOf({ info }: DataSetDefinition): readonly number[] {
  return info.features.find(({ name }) => name === 'image')?.shape ?? [];
}
