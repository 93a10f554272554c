/**
 * Data sets from a person's own files: IDX images and labels, plain or gzipped, in a folder or a tar archive.
 *
 * Two cases, told apart by the name: that of a data set of the catalogue, whose contents then have to be exactly those, or a new
 * name, which makes a personal data set of whatever sound images and labels there are. Files are copied, never used in place.
 */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SPLIT_NAMES, type DataSetInfo, type SplitName } from '../../shared/data.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import { checkDiskSpace, checkFiles, finish } from './assemble.ts';
import { checkDataSetId, knownDataSet } from './catalogue.ts';
import type { DataSetDefinition } from './definition.ts';
import {
  abortedError,
  codeOf,
  hashFile,
  missingFile,
  readStart,
  sizeOfFile,
  throwIfAborted,
} from './files.ts';
import { dataFolder } from './home.ts';
import { idxFileNames } from './idx-data-set.ts';
import { findDataSet, infoOf } from './inspect.ts';
import type { Manifest, ManifestFile, PersonalFacts } from './manifest.ts';
import { openPartial, tidyPartial } from './partial.ts';
import { personalDataSet } from './personal.ts';
import { unpackGzip } from './readers/gzip.ts';
import { checkCounts, encodeIdxHeader, isGzip, readIdxFile, type IdxArray } from './readers/idx.ts';
import { extractTar } from './readers/tar.ts';
import { inTurn } from './serial.ts';

export interface ImportOptions {
  /** The id of a data set of the catalogue, or a new one. */
  readonly as: string;
  /** Names of the classes for a personal data set; default: the labels as numbers. */
  readonly classes?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Cap on one unpacked file of a personal data set: 1 GiB, 1.3 million images of MNIST's size. */
const MAX_FILE_BYTES = 1024 ** 3;
const MAX_ARCHIVE_BYTES = 4 * MAX_FILE_BYTES;

/** A label is a byte. */
const MAX_CLASSES = 256;
const MAX_CLASS_NAME_LENGTH = 100;

/** Names as MNIST and its mirrors have them: `t10k-images-idx3-ubyte.gz`, `train-labels.idx1-ubyte`, `test-images.gz`. */
const IDX_NAME =
  /^(train|validation|valid|val|test|t10k)[-_](images|labels)(?:[-_.]idx[13](?:[-_.]ubyte)?)?(\.gz)?$/i;
const ARCHIVE_NAME = /\.(tgz|tar|tar\.gz)$/i;

/** Where the files of each split were found. */
type Candidates = Map<SplitName, { images?: string; labels?: string }>;

/**
 * Imports a data set from `path`: a folder with IDX files (searched itself and in a folder `data` inside it), one of these files, whose
 * neighbours then belong to it, or a tar archive, such as `npm pack` makes.
 *
 * What is there under that name stays until the new files are checked and whole.
 * Throws a LabError: `data/not-found`, `data/import-missing` when a file is not there, `data/hash` or `data/checksum` when a known
 * data set's contents differ, `data/exists` for a personal name that is taken, `data/id`, `data/built-in`, `data/classes`,
 * `data/aborted`, or what the readers find wrong.
 */
export async function importDataSet(path: string, options: ImportOptions): Promise<DataSetInfo> {
  const { as: id, signal } = options;
  checkDataSetId(id);
  const known = knownDataSet(id);
  if (known !== undefined && (known.kind === 'built-in' || known.format !== 'idx')) {
    throw new LabError('data/built-in', `Expected a data set that can be imported, got "${id}".`, {
      hint: 'Choose another name, such as "my-digits".',
    });
  }
  return await inTurn(id, async () => {
    throwIfAborted(signal, `Importing "${id}"`);
    const root = dataFolder();
    if (known === undefined && existsSync(join(root, id))) {
      throw new LabError('data/exists', `Expected a new name for a data set, got "${id}", which is there.`, {
        hint: `Choose another name, or remove that one first with \`gradient-lab data remove ${id}\`.`,
      });
    }
    if (options.classes !== undefined) checkClassNames(options.classes);
    const from = resolve(path);
    if (!existsSync(from)) throw missingFile(path);
    const partial = await openPartial(root, id, { resume: known !== undefined });
    const unpacked = join(partial, 'archive');
    try {
      const candidates = await findCandidates(from, unpacked, signal);
      if (known !== undefined) await importKnown(known, candidates, partial, root, from, signal);
      else await importPersonal(id, candidates, partial, root, from, options);
    } catch (error) {
      await rm(unpacked, { recursive: true, force: true });
      await tidyPartial(partial);
      if (signal?.aborted) throw abortedError(`Importing "${id}"`);
      throw error;
    }
    return infoOf(findDataSet(id));
  });
}

async function importKnown(
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
    const names = idxFileNames(split);
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
  let files: ManifestFile[];
  try {
    files = await checkFiles(definition, partial, signal);
  } catch (error) {
    // Sound images, but others: that is a data set of the person's own.
    if (!(error instanceof LabError) || error.code !== 'data/hash') throw error;
    throw new LabError(error.code, error.message, { hint: asYourOwn(from), cause: error });
  }
  await finish(partial, root, { version: 1, id: info.id, files, ...origin(from) });
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

async function importPersonal(
  id: string,
  candidates: Candidates,
  partial: string,
  root: string,
  from: string,
  { classes: names, signal }: ImportOptions,
): Promise<void> {
  const splits: PersonalFacts['splits'][number][] = [];
  let imageShape: readonly [number, number] | undefined;
  let highest = 0;

  for (const name of SPLIT_NAMES) {
    const found = candidates.get(name);
    if (found === undefined && name !== 'train') continue;
    const target = idxFileNames(name);
    if (found?.images === undefined) throw missingPart(target.images, from);
    if (found.labels === undefined) throw missingPart(target.labels, from);
    throwIfAborted(signal, `Importing "${id}"`);

    const images = readIdxFile(found.images, { expectedDims: [null, null, null], maxBytes: MAX_FILE_BYTES });
    const labels = readIdxFile(found.labels, { expectedDims: [null], maxBytes: MAX_FILE_BYTES });
    checkCounts(images, labels, found.images, found.labels);
    const [examples, rows, columns] = images.shape as [number, number, number];
    imageShape ??= [rows, columns];
    if (imageShape[0] !== rows || imageShape[1] !== columns) {
      throw new LabError(
        'data/idx-dims',
        `Expected images of ${imageShape.join(' x ')} in "${found.images}" as in the train split, got ${rows} x ${columns}.`,
        { hint: 'All splits of a data set have images of one size.' },
      );
    }
    for (const label of labels.data) if (label > highest) highest = label;
    splits.push({ name, examples });
    await checkDiskSpace(root, images.data.length);
    await writeIdx(join(partial, target.images), images);
    await writeIdx(join(partial, target.labels), labels);
  }
  if (imageShape === undefined) throw missingPart(idxFileNames('train').images, from);
  const classes = names ?? Array.from({ length: highest + 1 }, (_, label) => String(label));
  if (classes.length <= highest) {
    throw new LabError(
      'data/classes',
      `Expected at least ${highest + 1} class names for labels up to ${highest}, got ${classes.length}.`,
      { hint: 'Give a name for every label, in order.' },
    );
  }
  const personal: PersonalFacts = { format: 'idx', imageShape, splits, classes };
  const files: ManifestFile[] = [];
  for (const { name: split } of splits) {
    for (const name of Object.values(idxFileNames(split)) as string[]) {
      const path = join(partial, name);
      files.push({ name, bytes: sizeOfFile(path) ?? 0, sha256: await hashFile(path, 'sha256', signal) });
    }
  }
  const manifest: Manifest = { version: 1, id, files, personal, ...origin(from) };
  await checkFiles(personalDataSet(manifest, personal), partial, signal);
  await finish(partial, root, manifest);
}

/** Throws `data/classes` unless these can stand for labels: one short name each, no two the same. */
function checkClassNames(names: readonly string[]): void {
  const wrong = (message: string) =>
    new LabError('data/classes', message, { hint: 'Give a name of its own for every label, in order.' });
  if (names.length === 0 || names.length > MAX_CLASSES) {
    throw wrong(`Expected 1 to ${MAX_CLASSES} class names, got ${names.length}.`);
  }
  for (const [i, name] of names.entries()) {
    if (name.trim() === '' || name.length > MAX_CLASS_NAME_LENGTH) {
      throw wrong(
        `Expected class names of 1 to ${MAX_CLASS_NAME_LENGTH} letters, got "${name.slice(0, 60)}" for label ${i}.`,
      );
    }
    if (names.indexOf(name) < i) throw wrong(`Expected class names that differ, got "${name}" twice.`);
  }
}

async function writeIdx(path: string, { shape, data }: IdxArray): Promise<void> {
  await writeFile(path, encodeIdxHeader(shape));
  await writeFile(path, data, { flag: 'a' });
}

/** Finds images and labels by their names; an archive is unpacked first, into `unpacked`. */
async function findCandidates(
  from: string,
  unpacked: string,
  signal: AbortSignal | undefined,
): Promise<Candidates> {
  if (statSync(from).isDirectory()) {
    return candidatesIn([from, join(from, 'data')]);
  }
  if (sizeOfFile(from) !== null && ARCHIVE_NAME.test(from)) {
    await mkdir(unpacked, { recursive: true });
    await unpackArchive(from, unpacked, signal);
    return candidatesIn([unpacked]);
  }
  if (!IDX_NAME.test(basename(from))) {
    throw new LabError(
      'data/import-missing',
      `Expected a folder, a tar archive or an IDX file with a name such as "train-images-idx3-ubyte.gz", got "${basename(from)}".`,
      { hint: 'Give the folder with images and labels.' },
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
  const extract = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    await extractTar(chunks, wanted, { name: from, maxBytes: MAX_ARCHIVE_BYTES });
  };
  const options = signal ? { signal } : {};
  try {
    if (isPacked(from)) await pipeline(createReadStream(from), createGunzip(), extract, options);
    else await pipeline(createReadStream(from), extract, options);
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) throw error;
    throw new LabError('data/gzip', `Expected sound gzip data in "${from}", got: ${messageOf(error)}.`, {
      hint: 'The archive is damaged: get it again.',
      cause: error,
    });
  }
}

function splitOf(prefix: string): SplitName {
  const lower = prefix.toLowerCase();
  if (lower === 'train') return 'train';
  return lower.startsWith('val') ? 'validation' : 'test';
}

const isPacked = (path: string): boolean => sizeOfFile(path) !== null && isGzip(readStart(path, 2));

/** The path itself stays out of the record: it says more about the person than about the data. */
function origin(from: string): Pick<Manifest, 'source' | 'fetchedAt'> {
  return { source: `Imported from ${basename(from)}`, fetchedAt: new Date().toISOString() };
}

function asYourOwn(path: string): string {
  return `To keep these files as a data set of your own: \`gradient-lab data import "${path}" --as NAME\`.`;
}

function missingPart(name: string, from: string): LabError {
  return new LabError('data/import-missing', `Missing "${name}" (or "${name}.gz") in "${from}".`, {
    hint: 'Put the images and labels of a split into one folder, named as MNIST names them.',
  });
}
