import { join } from 'node:path';
import { existsSync, readdirSync } from 'node:fs';
import type { DataFileInfo, DataSetInfo, DataSetListing, VerifiedFile } from '../../shared/data.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import { checkDataSetId, isDataSetId, knownDataSet, knownDataSets } from './catalogue.ts';
import type { DataSetDefinition } from './definition.ts';
import { hashFile, sizeOfFile } from './files.ts';
import { dataFolder } from './home.ts';
import { readManifest, type ManifestFile } from './manifest.ts';
import { personalDataSet, unreadableDataSet } from './personal.ts';
import { builtInFolder } from './sources/built-in.ts';

/** A data set as it lies on this machine. */
export interface Found {
  readonly definition: DataSetDefinition;
  readonly folder: string;
  readonly state: DataSetListing['state'];
  readonly problem: string | null;
  /** The files that have to be there, with the hashes to trust; empty when absent or unreadable. */
  readonly files: readonly ManifestFile[];
  readonly bytes: number;
}

/**
 * Looks a data set up by id: the definition, and the state of its files by manifest and sizes (nothing is hashed).
 *
 * Throws a LabError: `data/unknown` when neither the catalogue nor the data folder has it; `data/damaged` when a personal one's
 * manifest cannot be read.
 */
export function findDataSet(id: string): Found {
  const known = knownDataSet(id);
  if (known !== undefined) return inspectKnown(known);
  checkDataSetId(id);
  const folder = join(dataFolder(), id);
  const manifest = readManifest(folder, id);
  if (manifest?.personal === undefined) throw unknownDataSet(id);
  return checkSizes(personalDataSet(manifest, manifest.personal), folder, manifest.files);
}

/** All data sets: those of the catalogue first, then a person's own by name. */
export function findAll(): DataSetListing[] {
  const listings = knownDataSets().map((definition) => listingOf(inspectKnown(definition)));
  for (const id of personalIds()) {
    try {
      listings.push(listingOf(findDataSet(id)));
    } catch (error) {
      listings.push({
        info: unreadableDataSet(id),
        kind: 'personal',
        state: 'damaged',
        bytes: 0,
        problem: messageOf(error),
      });
    }
  }
  return listings;
}

export function listingOf(found: Found): DataSetListing {
  const { definition, state, bytes, problem } = found;
  return { info: infoOf(found), kind: definition.kind, state, bytes, problem };
}

/** The definition's info, with the hashes that the manifest adds. */
export function infoOf({ definition, files }: Found): DataSetInfo {
  return files.length === 0 ? definition.info : { ...definition.info, files };
}

/** Hashes every file and compares. */
export async function verifyFiles(
  folder: string,
  files: readonly ManifestFile[],
  signal?: AbortSignal,
): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const { name, sha256: expectedSha256 } of files) {
    const path = join(folder, name);
    const sha256 = sizeOfFile(path) === null ? null : await hashFile(path, 'sha256', signal);
    const state = sha256 === null ? 'missing' : sha256 === expectedSha256 ? 'same' : 'different';
    verified.push({ name, state, expectedSha256, sha256 });
  }
  return verified;
}

/** What every command says of a data set that is known but not here. */
export function absentDataSet(info: DataSetInfo): LabError {
  return new LabError('data/absent', `Expected the data set "${info.id}" on this machine, got nothing yet.`, {
    hint: `Fetch it with \`gradient-lab data fetch ${info.id}\` (about ${megabytes(info.bytes)} on disk).`,
  });
}

export function damagedDataSet(id: string, kind: DataSetListing['kind'], problem: string): LabError {
  const hints: Record<DataSetListing['kind'], string> = {
    'built-in': 'Install Gradient Lab again.',
    fetched: `Fetch it again with \`gradient-lab data fetch ${id}\`.`,
    personal: `Remove it with \`gradient-lab data remove ${id}\`, then import it again.`,
  };
  return new LabError('data/damaged', `Expected the data set "${id}" to be whole, got: ${problem}`, {
    hint: hints[kind],
  });
}

function inspectKnown(definition: DataSetDefinition): Found {
  const { id, files } = definition.info;
  if (definition.kind === 'built-in') {
    const source = definition.sources[0];
    try {
      const folder = source?.kind === 'built-in' ? builtInFolder(source.folder) : '';
      return checkSizes(definition, folder, withHashes(files));
    } catch (error) {
      return { definition, folder: '', state: 'damaged', problem: messageOf(error), files: [], bytes: 0 };
    }
  }
  const folder = join(dataFolder(), id);
  const nothing = { definition, folder, files: [], bytes: 0 };
  try {
    const manifest = readManifest(folder, id);
    if (manifest === null) {
      // A folder without a manifest is not ours to call whole; empty or not there is simply absent.
      if (!existsSync(folder) || readdirSync(folder).length === 0)
        return { ...nothing, state: 'absent', problem: null };
      return { ...nothing, state: 'damaged', problem: `Missing the manifest in "${folder}".` };
    }
    const differing = files.find((file) => {
      const recorded = manifest.files.find((candidate) => candidate.name === file.name);
      return recorded?.bytes !== file.bytes || (file.sha256 ?? recorded.sha256) !== recorded.sha256;
    });
    if (differing !== undefined || manifest.files.length !== files.length) {
      const problem = `The record in "${folder}" is of other files than this version of Gradient Lab expects.`;
      return { ...nothing, state: 'damaged', problem };
    }
    return checkSizes(definition, folder, manifest.files);
  } catch (error) {
    return { ...nothing, state: 'damaged', problem: messageOf(error) };
  }
}

function checkSizes(definition: DataSetDefinition, folder: string, files: readonly ManifestFile[]): Found {
  const sizes = files.map(({ name }) => sizeOfFile(join(folder, name)));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const wrong = files.findIndex((file, i) => sizes[i] !== file.bytes);
  const file = files[wrong];
  if (file === undefined) return { definition, folder, state: 'present', problem: null, files, bytes };
  const size = sizes[wrong];
  const problem =
    size === null
      ? `Missing the file "${file.name}".`
      : `Expected ${file.bytes} bytes in "${file.name}", got ${size}.`;
  return { definition, folder, state: 'damaged', problem, files, bytes };
}

function withHashes(files: readonly DataFileInfo[]): ManifestFile[] {
  return files.map(({ name, bytes, sha256 }) => {
    if (sha256 === null) throw new TypeError(`Expected a hash of the built-in file "${name}".`);
    return { name, bytes, sha256 };
  });
}

function personalIds(): string[] {
  if (!existsSync(dataFolder())) return [];
  const entries = readdirSync(dataFolder(), { withFileTypes: true });
  return entries
    .filter(
      (entry) => entry.isDirectory() && isDataSetId(entry.name) && knownDataSet(entry.name) === undefined,
    )
    .map((entry) => entry.name)
    .sort();
}

function unknownDataSet(id: string): LabError {
  const ids = [...knownDataSets().map((definition) => definition.info.id), ...personalIds()];
  return new LabError('data/unknown', `Unknown data set "${id}": expected one of ${ids.join(', ')}.`, {
    hint: 'List them with `gradient-lab data list`.',
  });
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}
