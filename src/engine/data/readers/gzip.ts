import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LabError } from '../../../shared/errors.ts';
import { abortedError, codeOf } from '../files.ts';

/**
 * Unpacks a gzip file to a new file of exactly `bytes` bytes, as a stream.
 *
 * Stops at the first byte too many, so a bomb costs no more disk than was expected.
 * Throws a LabError: `data/gzip` for damaged data, `data/wrong-size` for another size, `data/aborted`.
 */
export async function unpackGzip(
  from: string,
  to: string,
  bytes: number,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  let length = 0;
  const limit = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      length += piece.length;
      if (length > bytes) throw wrongSize(name, bytes, 'more');
      yield piece;
    }
  };
  try {
    await pipeline(
      createReadStream(from, { highWaterMark: 1 << 18 }),
      createGunzip({ chunkSize: 1 << 18 }),
      limit,
      createWriteStream(to),
      signal ? { signal } : {},
    );
  } catch (error) {
    if (signal?.aborted) throw abortedError(`Unpacking "${name}"`);
    if (codeOf(error)?.startsWith('Z_')) {
      throw new LabError(
        'data/gzip',
        `Expected sound gzip data in "${name}", got an error: ${(error as Error).message}.`,
        { hint: 'The file is damaged: fetch it again.', cause: error },
      );
    }
    throw error;
  }
  if (length !== bytes) throw wrongSize(name, bytes, String(length));
}

function wrongSize(name: string, expected: number, got: string): LabError {
  return new LabError('data/wrong-size', `Expected ${expected} unpacked bytes in "${name}", got ${got}.`, {
    hint: 'The file is damaged or not what it says: fetch it again.',
  });
}
