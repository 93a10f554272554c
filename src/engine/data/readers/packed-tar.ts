import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { codeOf, readStart } from '../files.ts';
import { isGzip } from './idx.ts';
import { extractTar } from './tar.ts';

/**
 * Takes wanted files out of a tar archive on the disk, gzipped or not; `target` as for `extractTar`.
 *
 * Throws what `extractTar` throws, and `data/gzip`.
 */
export async function extractTarFile(
  path: string,
  target: (name: string, bytes: number) => string | null,
  options: {
    readonly maxBytes: number;
    readonly maxEntries?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string[]> {
  const { signal, ...limits } = options;
  let names: string[] = [];
  const extract = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    names = await extractTar(chunks, target, { name: path, ...limits });
  };
  const settings = signal ? { signal } : {};
  try {
    if (isGzip(readStart(path, 2))) {
      await pipeline(createReadStream(path), createGunzip(), extract, settings);
    } else {
      await pipeline(createReadStream(path), extract, settings);
    }
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) throw error;
    throw new LabError('data/gzip', `Expected sound gzip data in "${path}", got: ${messageOf(error)}.`, {
      hint: 'The archive is damaged: get it again.',
      cause: error,
    });
  }
  return names;
}
