/**
 * A file of texts: each in UTF-8 and followed by one zero byte, nothing before, between or after them. Plain or gzipped.
 *
 * It loads without decoding, any program can write it, and where one text ends cannot be at odds with an index beside it.
 */
import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { codeOf, readWholeFile } from '../files.ts';
import { Texts } from '../texts.ts';
import { isGzip } from './idx.ts';

/** Cap on one split's texts: 1 GiB, sixteen times all of IMDB. */
export const MAX_TEXTS_BYTES = 1024 ** 3;

export interface TextsExpectation {
  /** How many texts. */
  readonly examples: number;
  /** Cap on the unpacked bytes. */
  readonly maxBytes?: number;
}

/**
 * Reads exactly `examples` texts. The bytes are checked once, so that whoever decodes them need not.
 *
 * Throws a LabError: `data/not-found`, `data/too-large`, `data/gzip`, `data/texts-end` for a file whose last text is cut off,
 * `data/count-mismatch`, `data/utf8`.
 */
export function readTextsFile(
  path: string,
  { examples, maxBytes = MAX_TEXTS_BYTES }: TextsExpectation,
): Texts {
  const read = readWholeFile(path, maxBytes);
  const bytes = isGzip(read) ? unpack(read, maxBytes, path) : read;
  const wrong = (code: string, expected: string, got: string) =>
    new LabError(code, `Expected ${expected} in "${path}", got ${got}.`, {
      hint: 'The file is damaged or not what it says: fetch or import the data set again.',
    });
  if (bytes.at(-1) !== 0) {
    throw wrong(
      'data/texts-end',
      'a zero byte after each text',
      bytes.length === 0 ? 'an empty file' : 'none at its end',
    );
  }
  const offsets = new Uint32Array(examples + 1);
  let found = 0;
  for (let at = 0; at < bytes.length; found++) {
    at = bytes.indexOf(0, at) + 1;
    if (found < examples) offsets[found + 1] = at;
  }
  if (found !== examples) throw wrong('data/count-mismatch', `${examples} texts`, String(found));
  if (!isUtf8(bytes))
    throw wrong('data/utf8', 'sound UTF-8', `other bytes in text ${firstUnsound(bytes, offsets)}`);
  return new Texts(bytes, offsets, 1);
}

/** The bytes of a file of texts. A zero in a text would end it: whoever takes texts from outside leaves such ones out. */
export function packTexts(texts: readonly string[]): Uint8Array {
  return Buffer.from(texts.map((text) => `${text.replaceAll('\0', ' ')}\0`).join(''), 'utf8');
}

function unpack(packed: Uint8Array, maxBytes: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(gunzipSync(packed, { maxOutputLength: maxBytes }));
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new LabError(
        'data/too-large',
        `Expected at most ${maxBytes} unpacked bytes in "${path}", got more.`,
        {
          hint: 'Check that this is the file you meant.',
        },
      );
    }
    throw new LabError('data/gzip', `Expected sound gzip data in "${path}", got: ${messageOf(error)}.`, {
      hint: 'The file is damaged: get it again.',
      cause: error,
    });
  }
}

function firstUnsound(bytes: Uint8Array, offsets: Uint32Array): number {
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (!isUtf8(bytes.subarray(offsets[i], offsets[i + 1]))) return i;
  }
  return offsets.length - 1;
}
