/** IDX files in a folder or an archive, by their names. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { SplitName } from '../../../shared/data.ts';
import { LabError } from '../../../shared/errors.ts';
import { readStart, sizeOfFile } from '../files.ts';
import { isGzip } from '../readers/idx.ts';
import { extractTarFile } from '../readers/packed-tar.ts';

/** Cap on one unpacked file of a personal data set: 1 GiB, 1.3 million images of MNIST's size. */
export const MAX_FILE_BYTES = 1024 ** 3;
export const MAX_ARCHIVE_BYTES = 4 * MAX_FILE_BYTES;

/** Names as MNIST and its mirrors have them: `t10k-images-idx3-ubyte.gz`, `train-labels.idx1-ubyte`, `test-images.gz`. */
const IDX_NAME =
  /^(train|validation|valid|val|test|t10k)[-_](images|labels)(?:[-_.]idx[134](?:[-_.]ubyte)?)?(\.gz)?$/i;
const ARCHIVE_NAME = /\.(tgz|tar|tar\.gz)$/i;

/** Where the files of each split were found. */
export type Candidates = Map<SplitName, { images?: string; labels?: string }>;

/** Whether a path is called like a tar archive. */
export const isArchiveName = (path: string): boolean => ARCHIVE_NAME.test(path);

export const isPacked = (path: string): boolean => sizeOfFile(path) !== null && isGzip(readStart(path, 2));

/** Finds images and labels by their names; an archive is unpacked first, into `unpacked`. */
export async function findCandidates(
  from: string,
  unpacked: string,
  signal: AbortSignal | undefined,
): Promise<Candidates> {
  if (statSync(from).isDirectory()) {
    return candidatesIn([from, join(from, 'data')]);
  }
  if (sizeOfFile(from) !== null && isArchiveName(from)) {
    await mkdir(unpacked, { recursive: true });
    await unpackArchive(from, unpacked, signal);
    return candidatesIn([unpacked]);
  }
  if (!IDX_NAME.test(basename(from))) {
    throw new LabError(
      'data/import-missing',
      `Expected a folder, a tar archive, a table of texts such as "reviews.csv" (or .tsv, .jsonl), or an IDX file with a name such as "train-images-idx3-ubyte.gz", got "${basename(from)}".`,
      {
        hint: 'Give the folder with images and labels, or name the columns of a table: --text-column and --label-column.',
      },
    );
  }
  return candidatesIn([dirname(from)]);
}

async function candidatesIn(folders: readonly string[]): Promise<Candidates> {
  const candidates: Candidates = new Map();
  for (const folder of folders) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) continue;
    // Sorted, packed last: where both are there, the packed one counts, as it is what publishers give a checksum for.
    for (const file of (await readdir(folder)).sort()) {
      const match = IDX_NAME.exec(file);
      if (match === null) continue;
      const split = splitOf(match[1] as string);
      const part = (match[2] as string).toLowerCase() as 'images' | 'labels';
      candidates.set(split, { ...candidates.get(split), [part]: join(folder, file) });
    }
    if (candidates.size > 0) break;
  }
  return candidates;
}

/** Unpacks the IDX files of a tar archive, under their own names, whatever folder they are in there. */
async function unpackArchive(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  const wanted = (name: string, bytes: number): string | null => {
    const file = basename(name);
    if (!IDX_NAME.test(file)) return null;
    if (bytes > MAX_FILE_BYTES) {
      throw new LabError(
        'data/too-large',
        `Expected at most ${MAX_FILE_BYTES} bytes in "${name}" of "${from}", got ${bytes}.`,
        { hint: 'Take fewer examples.' },
      );
    }
    return join(to, file);
  };
  await extractTarFile(from, wanted, { maxBytes: MAX_ARCHIVE_BYTES, signal });
}

/** The split that a file or folder's name begins with: `t10k`, `test`, `valid...`, `train...`. */
export function splitOf(prefix: string): SplitName {
  const lower = prefix.toLowerCase();
  if (lower.startsWith('train')) return 'train';
  return lower.startsWith('val') ? 'validation' : 'test';
}
