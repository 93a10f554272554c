/**
 * PNG pictures as bytes, through pngjs, behind checks of our own: the header says how large the picture is before memory is taken for
 * it, and packed data can unpack to no more than that picture needs.
 */
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { codeOf } from '../files.ts';

/** A decoded picture: red, green, blue and opacity of each pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4], 0 to 255. */
  readonly rgba: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length, type, 13 bytes and checksum of the header chunk, after the signature. */
const START_BYTES = 33;
/** Samples of a pixel by colour type (PNG specification, table 11.1). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Decodes a whole PNG file of any colour type and depth; 16-bit samples keep their upper half. `name` is what messages call it.
 *
 * Throws a LabError: `data/png` for what is no sound PNG, `data/too-large` above `maxPixels`.
 */
export function decodePng(bytes: Uint8Array, name: string, maxPixels: number): Picture {
  const wrong = (got: string, cause?: unknown) =>
    new LabError('data/png', `Expected a sound PNG picture in "${name}", got ${got}.`, {
      hint: 'The file is damaged or of another kind: get it again, or leave it out.',
      cause,
    });
  if (!isPng(bytes)) throw wrong(bytes.length === 0 ? 'an empty file' : 'something else');
  if (bytes.length < START_BYTES) throw wrong(`its end after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const samples = SAMPLES[colour];
  if (typeAt(view, 12) !== 'IHDR' || width === 0 || height === 0 || samples === undefined || depth > 16) {
    throw wrong('a header that makes no sense');
  }
  if (width * height > maxPixels) {
    throw new LabError(
      'data/too-large',
      `Expected at most ${maxPixels} pixels in "${name}", got ${width} x ${height}.`,
      { hint: 'Make the picture smaller.' },
    );
  }
  // pngjs bounds what a plain picture unpacks to, but not an interlaced one. Seven passes round each row up, and begin it with a byte.
  if (interlace !== 0) {
    const rowBits = width * samples * depth;
    checkUnpackedSize(view, Math.ceil(rowBits / 8) * height * 2 + 16 * (width + height), wrong);
  }
  try {
    const { data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { width, height, rgba: data };
  } catch (error) {
    throw wrong(`an error: ${messageOf(error)}`, error);
  }
}

/** Unpacks the picture's data to nowhere, up to `maxBytes`. */
function checkUnpackedSize(
  view: DataView,
  maxBytes: number,
  wrong: (got: string, cause?: unknown) => LabError,
): void {
  const packed: Uint8Array[] = [];
  let at = SIGNATURE.length;
  while (at + 12 <= view.byteLength) {
    const length = view.getUint32(at);
    if (at + 12 + length > view.byteLength) throw wrong('its end within a chunk');
    if (typeAt(view, at + 4) === 'IDAT') {
      packed.push(new Uint8Array(view.buffer, view.byteOffset + at + 8, length));
    }
    at += 12 + length;
  }
  try {
    inflateSync(Buffer.concat(packed), { maxOutputLength: maxBytes });
  } catch (error) {
    const isBomb = codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
    throw wrong(isBomb ? 'more data than its size has room for' : `an error: ${messageOf(error)}`, error);
  }
}

function typeAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
