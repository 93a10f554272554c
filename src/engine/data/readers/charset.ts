/** Files of text in whatever encoding people keep them. */
import { createReadStream } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { LabError } from '../../../shared/errors.ts';
import type { TextCharset } from '../../../shared/texts.ts';
import { abortedError, readStart } from '../files.ts';

/** How much of a file is looked at to tell its encoding. */
const LOOK_BYTES = 8 * 1024 * 1024;

/** The encoding of a file, by its first 8 MB. Never throws for what they hold. */
export function detectCharset(path: string): TextCharset {
  return charsetOf(readStart(path, LOOK_BYTES));
}

/**
 * By a byte-order mark, zero bytes (UTF-16 of a European language has one in two), or soundness as UTF-8. What is none of these is taken
 * for windows-1252, the old encoding of Western Europe that contains Latin-1: any bytes are sound in it.
 */
export function charsetOf(bytes: Uint8Array): TextCharset {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const pairs = Math.min(bytes.length, 4096) >> 1;
  let [evenZeros, oddZeros] = [0, 0];
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) evenZeros++;
    if (bytes[2 * i + 1] === 0) oddZeros++;
  }
  if (pairs >= 2 && oddZeros > pairs / 2 && evenZeros < pairs / 8) return 'utf-16le';
  if (pairs >= 2 && evenZeros > pairs / 2 && oddZeros < pairs / 8) return 'utf-16be';
  return isUtf8(wholeCharacters(bytes)) ? 'utf-8' : 'windows-1252';
}

/** Without the first bytes of a character that the end cuts off. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < size ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

/** A whole text in memory. Throws `data/charset` where the bytes are not sound. */
export function decodeText(bytes: Uint8Array, charset: TextCharset, name: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (error) {
    throw unsound(charset, name, error);
  }
}

/** A file's text in pieces, without a byte-order mark. Throws `data/charset`, `data/aborted`. */
export async function* decodeFile(
  path: string,
  charset: TextCharset,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(charset, { fatal: true });
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw unsound(charset, path, error);
    }
  };
  try {
    const stream = createReadStream(path, { highWaterMark: 1 << 18, ...(signal ? { signal } : {}) });
    for await (const chunk of stream) yield decode(chunk as Buffer);
    yield decode();
  } catch (error) {
    if (signal?.aborted) throw abortedError(`Reading "${path}"`);
    throw error;
  }
}

function unsound(charset: TextCharset, name: string, cause: unknown): LabError {
  return new LabError('data/charset', `Expected text in ${charset} in "${name}", got other bytes.`, {
    hint: 'Save the file as UTF-8, or choose the encoding in which it was written.',
    cause,
  });
}
