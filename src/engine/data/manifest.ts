import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, messageOf } from '../../shared/errors.ts';
import { SPLIT_NAMES, type SplitInfo } from '../../shared/data.ts';
import type { IdxImageShape } from './idx-data-set.ts';
import { flushFile, readWholeFile, sizeOfFile } from './files.ts';

/** The file in a data set's folder that says the rest is whole; written last. */
export const MANIFEST_NAME = 'manifest.json';
const MAX_MANIFEST_BYTES = 1024 * 1024;

export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface Manifest {
  readonly version: 1;
  readonly id: string;
  readonly files: readonly ManifestFile[];
  /** Where the files came from, for a person. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly fetchedAt: string;
  /** Only of a personal data set: what no definition says. */
  readonly personal?: PersonalFacts;
}

/** Images in IDX files, or texts. */
export type PersonalFacts = PersonalImages | PersonalTexts;

export interface PersonalImages {
  readonly format: 'idx';
  readonly imageShape: IdxImageShape;
  readonly splits: readonly SplitInfo[];
  readonly classes: readonly string[];
}

export interface PersonalTexts {
  readonly format: 'texts';
  readonly splits: readonly SplitInfo[];
  readonly classes: readonly string[];
}

/** Writes the manifest to the disk for good. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST_NAME);
  await writeFile(path, JSON.stringify(manifest, null, 2) + '\n');
  await flushFile(path);
}

/**
 * Reads the manifest of a data set's folder, or null when there is none.
 *
 * The file may have been edited or cut short: whatever is not as `writeManifest` writes it is a LabError `data/damaged`.
 */
export function readManifest(folder: string, id: string): Manifest | null {
  const path = join(folder, MANIFEST_NAME);
  if (sizeOfFile(path) === null) return null;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(readWholeFile(path, MAX_MANIFEST_BYTES)));
    return checkManifest(parsed, id);
  } catch (error) {
    throw new LabError(
      'data/damaged',
      `Expected a sound manifest in "${path}", got an error: ${messageOf(error)}`,
      {
        hint: `Remove the data set with \`gradient-lab data remove ${id}\`, then fetch or import it again.`,
        cause: error,
      },
    );
  }
}

function checkManifest(value: unknown, id: string): Manifest {
  const manifest = recordOf(value, 'a record');
  expect(manifest.version === 1, `version 1`, manifest.version);
  expect(manifest.id === id, `the id "${id}"`, manifest.id);
  expect(typeof manifest.source === 'string', 'a source', manifest.source);
  expect(typeof manifest.fetchedAt === 'string', 'a date', manifest.fetchedAt);
  const files = listOf(manifest.files, 'files').map(checkFile);
  expect(files.length > 0, 'at least one file', files.length);
  return {
    version: 1,
    id,
    files,
    source: manifest.source as string,
    fetchedAt: manifest.fetchedAt as string,
    ...(manifest.personal === undefined ? {} : { personal: checkPersonal(manifest.personal) }),
  };
}

function checkFile(value: unknown): ManifestFile {
  const { name, bytes, sha256 } = recordOf(value, 'a file');
  // A plain name: it is joined to the folder.
  const isName = typeof name === 'string' && /^[\w.-]{1,100}$/.test(name) && !name.startsWith('.');
  expect(isName, 'a plain file name', name);
  expect(isCount(bytes), 'a size in bytes', bytes);
  expect(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256), 'a SHA-256 in hex', sha256);
  return { name: name as string, bytes: bytes as number, sha256: sha256 as string };
}

function checkPersonal(value: unknown): PersonalFacts {
  const { format, imageShape, splits, classes } = recordOf(value, 'the facts of a personal data set');
  expect(format === 'idx' || format === 'texts', 'the format "idx" or "texts"', format);
  const names = listOf(classes, 'classes');
  expect(
    names.length <= 256 && names.every((name) => typeof name === 'string'),
    'up to 256 class names',
    names.length,
  );
  const parts = listOf(splits, 'splits').map((split): SplitInfo => {
    const { name, examples } = recordOf(split, 'a split');
    const known = SPLIT_NAMES.find((candidate) => candidate === name);
    expect(known !== undefined, `one of the splits ${SPLIT_NAMES.join(', ')}`, name);
    expect(isCount(examples), 'a number of examples', examples);
    return { name: known as SplitInfo['name'], examples: examples as number };
  });
  const common = { splits: parts, classes: names as string[] };
  return format === 'texts'
    ? { format: 'texts', ...common }
    : { format: 'idx', imageShape: checkImageShape(imageShape), ...common };
}

function checkImageShape(value: unknown): IdxImageShape {
  const sizes = listOf(value, 'an image shape');
  const isShape = sizes.length === 2 || (sizes.length === 3 && sizes[2] === 3);
  expect(isShape && sizes.every(isCount), 'rows and columns, and 3 for coloured images', value);
  return sizes as unknown as IdxImageShape;
}

function expect(holds: boolean, expected: string, got: unknown): void {
  if (holds) return;
  const shown = JSON.stringify(got) as string | undefined;
  throw new TypeError(`Expected ${expected}, got ${(shown ?? 'nothing').slice(0, 100)}.`);
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value), what, value);
  return value as Record<string, unknown>;
}

function listOf(value: unknown, what: string): unknown[] {
  expect(Array.isArray(value), `a list of ${what}`, value);
  return value as unknown[];
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
