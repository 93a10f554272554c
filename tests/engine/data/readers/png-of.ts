/** A small writer of PNG files for tests, independent of the reader: 8-bit, any colour type, rows unfiltered. */
import { crc32, deflateSync } from 'node:zlib';

export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 red-green-blue, 4 grey with opacity, 6 red-green-blue with opacity. */
  readonly colour?: 0 | 2 | 4 | 6;
  /** Samples, row by row; for an interlaced one, what is packed is given whole as `data`. */
  readonly samples?: Uint8Array;
  readonly interlace?: 0 | 1;
  /** What is packed, filter bytes and all, in place of `samples`. */
  readonly data?: Uint8Array;
}

const SAMPLES = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;

export function pngOf(parts: PngParts): Uint8Array<ArrayBuffer> {
  const { width, height, colour = 2, samples = new Uint8Array(0), interlace = 0 } = parts;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colour, 0, 0, interlace], 8);
  const rowBytes = width * SAMPLES[colour];
  const rows = Array.from({ length: height }, (_, row) =>
    Buffer.concat([Buffer.of(0), samples.subarray(row * rowBytes, (row + 1) * rowBytes)]),
  );
  const packed = deflateSync(parts.data ?? Buffer.concat(rows));
  return Uint8Array.from(
    Buffer.concat([
      Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk('IHDR', header),
      chunk('IDAT', packed),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
