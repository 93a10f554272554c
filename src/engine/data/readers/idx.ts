/**
 * IDX, the format of MNIST and its relatives: two zero bytes, a type code, the number of dimensions, each dimension as a
 * big-endian 32-bit integer, then the values, row-major. Described on the MNIST page, http://yann.lecun.com/exdb/mnist/.
 *
 * Files come from anywhere, so nothing is believed: the declared size is compared with the size that is there, and with a
 * cap, before memory is taken. It does not guard against values that make no sense, apart from labels (`checkLabels`).
 */
import { constants, gunzipSync } from 'node:zlib';
import { LabError } from '../../../shared/errors.ts';
import { codeOf, missingFile, readStart, readWholeFile, sizeOfFile } from '../files.ts';

export interface IdxArray {
  readonly dtype: 'uint8';
  /** One number for each dimension, each at least 1. */
  readonly shape: readonly number[];
  /** A view into the bytes that were parsed, not a copy. */
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface IdxExpectation {
  /** The dimensions; null stands for any number. Left out, any dimensions are taken. */
  readonly expectedDims?: readonly (number | null)[];
  /** What messages call the file. */
  readonly name?: string;
}

/** 256 MiB: more than four times the largest file of MNIST. */
export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** The format allows 255 dimensions; nothing that we read has more than 3 (images). */
const MAX_DIMS = 8;
const MAX_HEADER_BYTES = 4 + 4 * MAX_DIMS;

/** The type codes of the format. Only unsigned bytes are read: images and labels are nothing else. */
const TYPES: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  0x08: { name: 'uint8', bytes: 1 },
  0x09: { name: 'int8', bytes: 1 },
  0x0b: { name: 'int16', bytes: 2 },
  0x0c: { name: 'int32', bytes: 4 },
  0x0d: { name: 'float32', bytes: 4 },
  0x0e: { name: 'float64', bytes: 8 },
};

/** Deflate cannot pack better than this (RFC 1951: 258 bytes for about 2 bits). */
const DEFLATE_MAX_RATIO = 1032;
/** What a gzip member may weigh beyond its contents: header with a file name and comment, trailer, stored blocks' heads. */
const GZIP_SLACK_BYTES = 64 * 1024;
/** The part of a packed file that has to contain the IDX header. */
const GZIP_PEEK_BYTES = 64 * 1024;

/**
 * Parses a whole IDX file that is in memory, unpacked. Copies nothing: `data` is a view into `bytes`.
 *
 * Throws a LabError: `data/idx-empty`, `data/idx-truncated`, `data/idx-magic`, `data/idx-type`, `data/idx-unsupported`,
 * `data/idx-dims`, `data/idx-overflow`, `data/idx-trailing`.
 */
export function parseIdx(bytes: Uint8Array<ArrayBuffer>, expected: IdxExpectation = {}): IdxArray {
  const name = expected.name ?? 'IDX file';
  const header = parseHeader(bytes, name, expected.expectedDims);
  checkSize(header, bytes.length, name);
  return { dtype: 'uint8', shape: header.dims, data: bytes.subarray(header.headerBytes) };
}

/**
 * Reads an IDX file, plain or gzipped (told apart by its first bytes, not by its name), with one allocation of the unpacked size.
 *
 * `maxBytes` caps the unpacked file. A gzipped file's header is unpacked first, alone: the size that it declares has to be
 * within the cap and within what the packed bytes can hold, before the rest is unpacked with exactly that limit.
 * Throws what `parseIdx` throws, and `data/not-found`, `data/not-a-file`, `data/too-large`, `data/gzip`.
 */
export function readIdxFile(
  path: string,
  options: IdxExpectation & { readonly maxBytes?: number } = {},
): IdxArray {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const name = options.name ?? path;
  const size = sizeOfFile(path);
  if (size === null) throw missingFile(path);

  const start = readStart(path, Math.min(size, GZIP_PEEK_BYTES));
  if (!isGzip(start)) {
    // The header alone already tells most wrong files, whatever their size.
    checkSize(checkCap(parseHeader(start, name, options.expectedDims), maxBytes, name), size, name);
    return parseIdx(readWholeFile(path, maxBytes), { ...options, name });
  }

  const header = parseHeader(inflateStart(start, name), name, options.expectedDims);
  const { totalBytes } = checkCap(header, maxBytes, name);
  if (totalBytes > size * DEFLATE_MAX_RATIO) {
    throw new LabError(
      'data/idx-truncated',
      `Expected ${totalBytes} bytes in "${name}" from its dimensions ${dimsText(header.dims)}, got a gzip file of ${size} bytes that can hold no more than ${size * DEFLATE_MAX_RATIO}.`,
      { hint: 'The file is damaged or not what it says: fetch it again.' },
    );
  }
  const packedLimit = totalBytes + Math.ceil(totalBytes / 1000) + GZIP_SLACK_BYTES;
  if (size > packedLimit) {
    throw new LabError(
      'data/idx-trailing',
      `Expected at most ${packedLimit} packed bytes in "${name}" for ${totalBytes} unpacked ones, got ${size}.`,
      { hint: 'The file is damaged or not what it says: fetch it again.' },
    );
  }
  const bytes = inflateExactly(readWholeFile(path, packedLimit), totalBytes, name);
  return parseIdx(bytes, { ...options, name });
}

/** Throws `data/label-range` unless every label is below `classes`. */
export function checkLabels(labels: Uint8Array, classes: number, name: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label >= classes) {
      throw new LabError(
        'data/label-range',
        `Expected labels from 0 to ${classes - 1} in "${name}", got ${label} at example ${i}.`,
        { hint: 'Check that the labels belong to this data set.' },
      );
    }
  }
}

/** Throws `data/count-mismatch` unless there is one label for each image. */
export function checkCounts(
  images: IdxArray,
  labels: IdxArray,
  imagesName: string,
  labelsName: string,
): void {
  if (images.shape[0] !== labels.shape[0]) {
    throw new LabError(
      'data/count-mismatch',
      `Expected as many labels as images, got ${images.shape[0]} images in "${imagesName}" and ${labels.shape[0]} labels in "${labelsName}".`,
      { hint: 'Check that both files are of the same split.' },
    );
  }
}

/** The header of an IDX file of unsigned bytes with these dimensions. */
export function encodeIdxHeader(shape: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 0x08, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size, false));
  return bytes;
}

interface IdxHeader {
  readonly dims: readonly number[];
  readonly headerBytes: number;
  /** Header and values together; exact, below 2^53. */
  readonly totalBytes: number;
}

/** Reads the header from the first bytes of a file (all of a short one). */
function parseHeader(
  start: Uint8Array,
  name: string,
  expectedDims: readonly (number | null)[] | undefined,
): IdxHeader {
  const wrong = (code: string, message: string, hint = 'Check that this is an IDX file, as MNIST has.') =>
    new LabError(code, message, { hint });

  if (start.length === 0) {
    throw wrong('data/idx-empty', `Expected an IDX file in "${name}", got an empty file.`);
  }
  // A file that is not IDX at all is told so before it is told that it is short.
  const lead = start.subarray(0, 2);
  if (lead.some((byte) => byte !== 0)) {
    throw wrong(
      'data/idx-magic',
      `Expected two zero bytes at the start of "${name}", got ${[...lead].map(hexByte).join(' ')}.`,
    );
  }
  const typeCode = start[2];
  const dimCount = start[3];
  if (typeCode === undefined || dimCount === undefined) {
    throw wrong(
      'data/idx-truncated',
      `Expected at least 4 bytes of header in "${name}", got ${start.length}.`,
    );
  }
  const type = TYPES[typeCode];
  if (type === undefined) {
    throw wrong(
      'data/idx-type',
      `Unknown IDX type code ${hexByte(typeCode)} in "${name}": expected 0x08 (uint8).`,
    );
  }
  if (type.name !== 'uint8') {
    throw wrong(
      'data/idx-unsupported',
      `Unsupported IDX type ${type.name} (code ${hexByte(typeCode)}) in "${name}": expected uint8 (code 0x08).`,
      'Convert the values to unsigned bytes, 0 to 255.',
    );
  }
  if (dimCount < 1 || dimCount > MAX_DIMS) {
    throw wrong('data/idx-dims', `Expected 1 to ${MAX_DIMS} dimensions in "${name}", got ${dimCount}.`);
  }
  const headerBytes = 4 + 4 * dimCount;
  if (start.length < headerBytes) {
    throw wrong(
      'data/idx-truncated',
      `Expected ${headerBytes} bytes of header for ${dimCount} dimensions in "${name}", got ${start.length}.`,
    );
  }
  const view = new DataView(start.buffer, start.byteOffset, headerBytes);
  const dims = Array.from({ length: dimCount }, (_, i) => view.getUint32(4 + 4 * i, false));
  if (expectedDims !== undefined) checkDims(dims, expectedDims, name);
  if (dims.some((size) => size === 0)) {
    throw wrong(
      'data/idx-empty',
      `Expected at least 1 in every dimension of "${name}", got ${dimsText(dims)}.`,
    );
  }
  let values = 1;
  for (const size of dims) {
    values *= size;
    if (values > Number.MAX_SAFE_INTEGER - headerBytes) {
      throw wrong(
        'data/idx-overflow',
        `Expected dimensions whose product is a possible size in "${name}", got ${dimsText(dims)}.`,
      );
    }
  }
  return { dims, headerBytes, totalBytes: headerBytes + values };
}

function checkDims(dims: readonly number[], expected: readonly (number | null)[], name: string): void {
  const same =
    dims.length === expected.length && expected.every((size, i) => size === null || size === dims[i]);
  if (same) return;
  throw new LabError(
    'data/idx-dims',
    `Expected dimensions ${dimsText(expected)} in "${name}", got ${dimsText(dims)}.`,
    { hint: 'Check that images and labels are not swapped, and that the file belongs to this data set.' },
  );
}

function checkCap(header: IdxHeader, maxBytes: number, name: string): IdxHeader {
  if (header.totalBytes <= maxBytes) return header;
  throw new LabError(
    'data/too-large',
    `Expected at most ${maxBytes} bytes in "${name}", got dimensions ${dimsText(header.dims)}: ${header.totalBytes} bytes.`,
    { hint: 'Check that this is the file you meant, or take fewer examples.' },
  );
}

function checkSize(header: IdxHeader, size: number, name: string): void {
  if (size === header.totalBytes) return;
  const short = size < header.totalBytes;
  throw new LabError(
    short ? 'data/idx-truncated' : 'data/idx-trailing',
    `Expected ${header.totalBytes} bytes in "${name}" from its dimensions ${dimsText(header.dims)}, got ${size}${short ? '' : ': bytes are left over'}.`,
    { hint: 'The file is damaged or not what it says: fetch it again.' },
  );
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks just enough of a gzip file's first bytes for an IDX header.
 *
 * Little goes in, so that little can come out: 256 bytes as a rule, more only where gzip's own header (which may hold a file name)
 * or the first table of codes is longer.
 */
function inflateStart(start: Uint8Array, name: string): Uint8Array {
  for (let length = 256; ; length *= 4) {
    const isAll = length >= start.length;
    try {
      const unpacked = gunzipSync(start.subarray(0, length), {
        // The start of a file ends in the middle of the packed data, and that is no error here.
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: 4 * 1024 * 1024,
      });
      if (isAll || unpacked.length >= MAX_HEADER_BYTES) return unpacked;
    } catch (error) {
      throw gzipError(name, error);
    }
  }
}

/** Unpacks a whole gzip file to exactly `length` bytes, with that allocation and no more. */
function inflateExactly(packed: Uint8Array, length: number, name: string): Uint8Array<ArrayBuffer> {
  let unpacked;
  try {
    // One chunk, one byte longer than needed: one byte too many is seen, and no second buffer is made.
    const options = { maxOutputLength: length, chunkSize: Math.max(64, length + 1), info: true as const };
    // The types do not know `info`, which adds the engine and with it how much of the input was used.
    const result: unknown = gunzipSync(packed, options);
    unpacked = result as { buffer: Uint8Array<ArrayBuffer>; engine: { bytesWritten: number } };
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new LabError(
        'data/idx-trailing',
        `Expected ${length} bytes in "${name}" from its dimensions, got more when unpacking.`,
        { hint: 'The file is damaged or not what it says: fetch it again.', cause: error },
      );
    }
    throw gzipError(name, error);
  }
  const used = unpacked.engine.bytesWritten;
  if (used !== packed.length) {
    throw new LabError(
      'data/idx-trailing',
      `Expected the gzip data of "${name}" to end the file, got ${packed.length - used} bytes after it.`,
      { hint: 'The file is damaged or not what it says: fetch it again.' },
    );
  }
  return unpacked.buffer;
}

function gzipError(name: string, cause: unknown): LabError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new LabError('data/gzip', `Expected sound gzip data in "${name}", got an error: ${what}.`, {
    hint: 'The file is damaged: fetch it again.',
    cause,
  });
}

const hexByte = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;
const dimsText = (dims: readonly (number | null)[]): string => `[${dims.map((d) => d ?? 'any').join(', ')}]`;
