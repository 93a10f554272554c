import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { codeOf, readStart } from '../files.ts';
import { isGzip } from './idx.ts';
import { extractTar, readTar } from './tar.ts';

export interface TarFileOptions {
  readonly maxBytes: number;
  readonly maxEntries?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes wanted files out of a tar archive on the disk, gzipped or not; `target` as for `extractTar`.
 *
 * Throws what `extractTar` throws, and `data/gzip`.
 */
export async function extractTarFile(
  path: string,
  target: (name: string, bytes: number) => string | null,
  { signal, ...limits }: TarFileOptions,
): Promise<string[]> {
  let names: string[] = [];
  await streamTar(path, signal, async (chunks) => {
    names = await extractTar(chunks, target, { name: path, ...limits });
  });
  return names;
}

/** Reads wanted files out of a tar archive on the disk, gzipped or not, as `readTar` does. Throws as `extractTarFile` does. */
export async function readTarFile(
  path: string,
  isWanted: (name: string, bytes: number) => boolean,
  visit: (name: string, content: Uint8Array) => void,
  { signal, ...limits }: TarFileOptions,
): Promise<void> {
  await streamTar(path, signal, (chunks) => readTar(chunks, isWanted, visit, { name: path, ...limits }));
}

async function streamTar(
  path: string,
  signal: AbortSignal | undefined,
  read: (chunks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const settings = signal ? { signal } : {};
  try {
    if (isGzip(readStart(path, 2))) {
      await pipeline(createReadStream(path), createGunzip({ chunkSize: 1 << 18 }), read, settings);
    } else {
      await pipeline(createReadStream(path), read, settings);
    }
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) throw error;
    throw new LabError('data/gzip', `Expected sound gzip data in "${path}", got: ${messageOf(error)}.`, {
      hint: 'The archive is damaged: get it again.',
      cause: error,
    });
  }
}
