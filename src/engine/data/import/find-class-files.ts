/** Files in folders, one folder a class: `cats/a.jpg`, or `train/cats/a.jpg` and `test/cats/b.jpg`. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SplitName } from '../../../shared/data.ts';
import { LabError } from '../../../shared/errors.ts';
import { MAX_CLASS_NAME_LENGTH, MAX_CLASSES } from './class-names.ts';
import { splitOf } from './find-idx.ts';

/** One file that may be good. */
export interface ClassFile {
  readonly path: string;
  /** From the folder that was given, with `/` between parts: for messages, and for the draw of the test split. */
  readonly name: string;
  readonly label: number;
  readonly split: SplitName;
}

export interface ClassFiles {
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
  /** In an order that is drawn by seed and name, so that classes are mixed. */
  readonly files: readonly ClassFile[];
}

const SPLIT_FOLDER = /^(train|training|test|testing|val|valid|validation)$/i;
const MAX_FILES = 500_000;

/** How many files of such names lie in folders of classes. Never throws: what cannot be read holds none. */
export function countClassFiles(folder: string, fileName: RegExp): number {
  const countIn = (...parts: string[]): number =>
    entriesIn(join(folder, ...parts)).filter((file) => fileName.test(file)).length;
  try {
    return foldersIn(folder)
      .flatMap((name) =>
        SPLIT_FOLDER.test(name)
          ? [countIn(name), ...foldersIn(join(folder, name)).map((inner) => countIn(name, inner))]
          : [countIn(name)],
      )
      .reduce((sum, count) => sum + count, 0);
  } catch {
    return 0; // Not a folder, or not ours to read: whoever looks for something else says which.
  }
}

/**
 * Lists the files of all classes. Without folders for training and testing, a share of each class is drawn for testing by seed and
 * file name, so that one more file moves at most one other.
 *
 * `what` names the files for messages: "pictures". Throws a LabError: `data/<what>` where there are no classes, or too many or too long
 * ones, `data/too-large` above the number of files.
 */
export function findClassFiles(
  folder: string,
  {
    testShare,
    seed,
    what,
  }: { readonly testShare: number; readonly seed: number; readonly what: 'pictures' | 'texts' },
): ClassFiles {
  const splitFolders = foldersIn(folder).filter((name) => SPLIT_FOLDER.test(name));
  const hasSplits = splitFolders.some((name) => foldersIn(join(folder, name)).length > 0);
  const places = hasSplits
    ? splitFolders.flatMap((name) =>
        foldersIn(join(folder, name)).map((inner) => ({
          split: splitOf(name),
          name: inner,
          parts: [name, inner],
        })),
      )
    : foldersIn(folder).map((name) => ({ split: 'train' as const, name, parts: [name] }));
  const classes = [...new Set(places.map(({ name }) => name))].sort(byName);
  checkClasses(classes, folder, what);

  const files: (ClassFile & { readonly order: string })[] = [];
  for (const { split, name: className, parts } of places) {
    const label = classes.indexOf(className);
    const inClass = filesIn(join(folder, ...parts)).map((file) => {
      const name = [...parts, file].join('/');
      return { path: join(folder, ...parts, file), name, label, split, order: drawOf(seed, name) };
    });
    if (files.length + inClass.length > MAX_FILES) {
      throw new LabError(
        'data/too-large',
        `Expected at most ${MAX_FILES} ${what} in "${folder}", got more.`,
        {
          hint: `Take fewer ${what}.`,
        },
      );
    }
    inClass.sort((a, b) => (a.order < b.order ? -1 : 1));
    // At least one for each where there are two, so that no class goes untested.
    const tested =
      hasSplits || inClass.length < 2 || testShare === 0
        ? 0
        : Math.max(1, Math.round(testShare * inClass.length));
    for (const [i, file] of inClass.entries()) files.push(i < tested ? { ...file, split: 'test' } : file);
  }
  files.sort((a, b) => (a.order < b.order ? -1 : 1));
  return { classes, files };
}

function checkClasses(classes: readonly string[], folder: string, what: 'pictures' | 'texts'): void {
  const long = classes.find((name) => name.length > MAX_CLASS_NAME_LENGTH);
  if (classes.length >= 2 && classes.length <= MAX_CLASSES && long === undefined) return;
  const got =
    long === undefined ? `${classes.length} in "${basename(folder)}"` : `one of ${long.length} characters`;
  throw new LabError(
    `data/${what}`,
    `Expected 2 to ${MAX_CLASSES} folders of ${what} with names of at most ${MAX_CLASS_NAME_LENGTH} characters, got ${got}.`,
    { hint: `Put the ${what} of each class into a folder of its own, named as the class.` },
  );
}

/** A number of 256 bits from (seed, name), in hex. */
export function drawOf(seed: number, name: string): string {
  return createHash('sha256').update(`${seed}\n${name}`).digest('hex');
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Folders and files in a folder, sorted by name; hidden ones are passed over, links are followed. */
function foldersIn(folder: string): string[] {
  return entriesIn(folder).filter((name) => isKind(join(folder, name), 'folder'));
}

function filesIn(folder: string): string[] {
  return entriesIn(folder).filter((name) => isKind(join(folder, name), 'file'));
}

function entriesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort(byName);
}

function isKind(path: string, kind: 'folder' | 'file'): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return kind === 'folder' ? found?.isDirectory() === true : found?.isFile() === true;
}
