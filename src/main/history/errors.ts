/** What SQLite and the file system refuse, in words that a person can act on. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError, messageOf } from '../../shared/errors.ts';

type Describe = (file: string) => { code: string; message: string; hint: string };

const damaged: Describe = (file) => ({
  code: 'history/damaged',
  message: `Expected a history of runs in "${file}", but the file is damaged or is something else.`,
  hint:
    `It was left as it is. Close Gradient Lab, move the file (with "${file}-wal" and "${file}-shm", where they exist) to another ` +
    `folder, and start again with an empty history; the folders of the runs stay. \`sqlite3 FILE .recover\` gets out what can be read.`,
});

const readOnly: Describe = (file) => ({
  code: 'history/read-only',
  message: `The history "${file}" cannot be written: the file, its folder or the disk is read-only.`,
  hint: 'Give yourself the right to write there, or set GRADIENT_LAB_HOME to a folder of your own.',
});

const full: Describe = (file) => ({
  code: 'history/disk-full',
  message: `The disk that holds the history "${file}" is full.`,
  hint: 'Free some space: old checkpoints in the folders of the runs take the most. What is there was not changed.',
});

const busy: Describe = (file) => ({
  code: 'history/busy',
  message: `Another program has kept the history "${file}" locked for too long.`,
  hint: 'Close programs that have the file open, such as a database browser, and try again.',
});

const unreachable: Describe = (file) => ({
  code: 'history/cannot-open',
  message: `The history "${file}" cannot be opened.`,
  hint: 'See that its folder exists and that a file, not a folder, has this name, or set GRADIENT_LAB_HOME to another folder.',
});

const io: Describe = (file) => ({
  code: 'history/io',
  message: `The disk failed while the history "${file}" was read or written.`,
  hint: 'See whether the disk is still connected and healthy, then start Gradient Lab again.',
});

/** By SQLite's primary result code, or the code of a Node file error. */
const BY_CODE: Readonly<Record<string, Describe>> = {
  SQLITE_NOTADB: damaged,
  SQLITE_CORRUPT: damaged,
  SQLITE_FORMAT: damaged,
  SQLITE_READONLY: readOnly,
  SQLITE_PERM: readOnly,
  SQLITE_FULL: full,
  SQLITE_BUSY: busy,
  SQLITE_LOCKED: busy,
  SQLITE_PROTOCOL: busy,
  SQLITE_CANTOPEN: unreachable,
  SQLITE_IOERR: io,
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOSPC: full,
  EDQUOT: full,
  ENOENT: unreachable,
  EEXIST: unreachable,
  ENOTDIR: unreachable,
  EISDIR: unreachable,
  EIO: io,
};

/** Where less than this is free, SQLite cannot even make the shared memory beside the file. */
const FULL_BYTES = 256 * 1024;

/** What SQLite, or Node, gives the same code for has different ways out: a look at the disk tells. */
function describeBy(code: string, file: string): Describe | undefined {
  if ((code === 'SQLITE_CANTOPEN' || code === 'ENOENT') && isReadOnly(file)) return readOnly;
  if (code === 'SQLITE_IOERR' && isFull(file)) return full;
  return BY_CODE[code];
}

/** Whether the file, or the nearest folder above it that exists, may not be written. */
function isReadOnly(file: string): boolean {
  for (let path = file; ; path = dirname(path)) {
    try {
      accessSync(path, constants.W_OK);
      // A file that may be written can lie in a folder that may not.
      if (path !== file) return false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') return code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
    }
    if (path === dirname(path)) return false;
  }
}

function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < FULL_BYTES;
  } catch {
    // Whoever cannot ask the disk says what SQLite says.
    return false;
  }
}

/** `error` as a LabError; one that no one foresaw has the code `history/failed`. */
export function historyError(error: unknown, file: string): LabError {
  if (error instanceof LabError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const describe = describeBy(code, file);
  if (describe !== undefined) return make(describe, file, error);
  return new LabError('history/failed', `The history "${file}" failed: ${messageOf(error)}.`, {
    cause: error,
  });
}

/** The file is no SQLite file at all. */
export function damagedError(file: string): LabError {
  return make(damaged, file, undefined);
}

function make(describe: Describe, file: string, cause: unknown): LabError {
  const { code, message, hint } = describe(file);
  return new LabError(code, message, { hint, cause });
}

/** The file is whole, but is not ours to change. */
export function foreignError(file: string): LabError {
  return new LabError(
    'history/damaged',
    `Expected a history of runs in "${file}", but it is another program's database.`,
    { hint: 'It was left as it is. Move it to another folder, or set GRADIENT_LAB_HOME to another folder.' },
  );
}

export function newerError(file: string, version: number, known: number): LabError {
  return new LabError(
    'history/newer',
    `The history "${file}" was written by a newer Gradient Lab: it has version ${version}, this one knows up to ${known}.`,
    {
      hint: 'It was left as it is. Update Gradient Lab, or set GRADIENT_LAB_HOME to another folder to go on with this one.',
    },
  );
}

export function closedError(): LabError {
  return new LabError('history/closed', 'The history is closed.', { hint: 'Start Gradient Lab again.' });
}
