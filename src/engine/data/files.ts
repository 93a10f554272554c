import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { LabError } from '../../shared/errors.ts';

/** Size in bytes of a plain file, or null when nothing is there. A folder or a device is a LabError. */
export function sizeOfFile(path: string): number | null {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'not a plain file';
    throw new LabError('data/not-a-file', `Expected a file at "${path}", got ${what}.`, {
      hint: 'Give the path of the file itself.',
    });
  }
  return found.size;
}

/** Reads a whole file into memory that nothing else shares: one allocation, of the file's size, refused above `maxBytes`. */
export function readWholeFile(path: string, maxBytes: number): Uint8Array<ArrayBuffer> {
  const size = sizeOfFile(path);
  if (size === null) throw missingFile(path);
  if (size > maxBytes) {
    throw new LabError(
      'data/too-large',
      `Expected at most ${maxBytes} bytes in "${path}", got a file of ${size} bytes.`,
      { hint: 'Check that this is the file you meant.' },
    );
  }
  return readStart(path, size);
}

/** Reads the first `length` bytes, or fewer when the file ends before. */
export function readStart(path: string, length: number): Uint8Array<ArrayBuffer> {
  // Memory of its own (no pool) that is not zeroed first: every byte is read, or cut off.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  const file = openSync(path, 'r');
  try {
    let filled = 0;
    while (filled < length) {
      const bytesRead = readSync(file, bytes, filled, length - filled, filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Hash of a file's contents in lower-case hex, read as a stream. */
export async function hashFile(
  path: string,
  algorithm: 'sha256' | 'md5' = 'sha256',
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Forces a file's contents to the disk, so that a power cut after the rename leaves no hole. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

export function missingFile(path: string): LabError {
  return new LabError('data/not-found', `Expected a file at "${path}", got nothing there.`, {
    hint: 'Check the path.',
  });
}

export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The `code` of a system error, or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What every operation throws once its signal has fired. */
export function abortedError(what: string): LabError {
  return new LabError('data/aborted', `${what} was cancelled.`, { hint: 'Start it again when you like.' });
}

export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw abortedError(what);
}
