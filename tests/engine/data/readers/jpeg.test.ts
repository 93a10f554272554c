import fc from 'fast-check';
import { encode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { orientationOf, turned } from '../../../../src/engine/data/readers/exif.ts';
import { decodeJpeg } from '../../../../src/engine/data/readers/jpeg.ts';
import { LabError } from '../../../../src/shared/errors.ts';
import { PROGRESSIVE_JPEG } from '../../../support/progressive-jpeg.ts';
import { errorOf } from '../helpers.ts';

/** A picture whose left half is red and right half blue, 32 x 16. */
function redAndBlue(): Uint8Array {
  const rgba = new Uint8Array(32 * 16 * 4);
  for (let i = 0; i < 32 * 16; i++) rgba.set(i % 32 < 16 ? [250, 5, 5, 255] : [5, 5, 250, 255], 4 * i);
  return Uint8Array.from(encode({ width: 32, height: 16, data: rgba }, 90).data);
}

/** An Exif block of one entry, the orientation; Intel's order of bytes. */
function exifOf(orientation: number): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8, true);
  view.setUint16(8, 1, true);
  view.setUint16(10, 0x0112, true);
  view.setUint16(12, 3, true);
  view.setUint32(14, 1, true);
  view.setUint16(18, orientation, true);
  return bytes;
}

/** The file with an Exif segment after its first marker. */
function withExif(file: Uint8Array, exif: Uint8Array): Uint8Array {
  const body = [...Buffer.from('Exif\0\0', 'latin1'), ...exif];
  const length = body.length + 2;
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255, ...body, ...file.subarray(2)]);
}

describe('decodeJpeg', () => {
  it('gives about the pixels that were packed', () => {
    const { width, height, rgba } = decodeJpeg(redAndBlue(), 'a.jpg', 1000);
    expect([width, height]).toEqual([32, 16]);
    const [red, , blue] = rgba.subarray(0, 3);
    expect(red).toBeGreaterThan(230);
    expect(blue).toBeLessThan(30);
    expect(rgba[4 * 31 + 2]).toBeGreaterThan(230);
  });

  it('reads a progressive file, whose colours are packed at half size, as it reads a plain one', () => {
    const { width, height, rgba } = decodeJpeg(PROGRESSIVE_JPEG, 'a.jpg', 1000);
    expect([width, height]).toEqual([32, 16]);
    const near = (column: number, colour: readonly number[]): void =>
      colour.forEach((value, c) => {
        expect(Math.abs((rgba[4 * (32 * 8 + column) + c] as number) - value)).toBeLessThan(20);
      });
    near(2, [250, 5, 5]);
    near(29, [5, 5, 250]);
    const cut = PROGRESSIVE_JPEG.subarray(0, 300);
    expect(() => decodeJpeg(cut, 'a.jpg', 1000)).toThrow(LabError);
  });

  it('turns a picture the way round that its camera was held', () => {
    // Held with the right side down: the left half of what is stored is the upper half of what is seen.
    const { width, height, rgba } = decodeJpeg(withExif(redAndBlue(), exifOf(6)), 'a.jpg', 1000);
    expect([width, height]).toEqual([16, 32]);
    expect(rgba[0]).toBeGreaterThan(230);
    expect(rgba[4 * (16 * 31) + 2]).toBeGreaterThan(230);
  });

  it('refuses too many pixels by its header, and files that are none', async () => {
    const large = redAndBlue();
    // The frame's height and width, after its marker, length and depth.
    const frame = large.findIndex((byte, i) => byte === 0xff && large[i + 1] === 0xc0);
    large.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    const before = process.memoryUsage().rss;
    expect((await errorOf(() => decodeJpeg(large, 'a.jpg', 1e6))).code).toBe('data/too-large');
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);

    const said = async (bytes: Uint8Array) => (await errorOf(() => decodeJpeg(bytes, 'x.jpg', 1000))).message;
    expect(await said(new Uint8Array(0))).toBe(
      'Expected a sound JPEG picture in "x.jpg", got an empty file.',
    );
    expect(await said(Buffer.from('GIF89a'))).toContain('got something else');
    expect(await said(redAndBlue().subarray(0, 300))).toContain('got an error');
  });

  it('throws nothing but LabError for damaged files', () => {
    const file = withExif(redAndBlue(), exifOf(3));
    fc.assert(
      fc.property(
        fc.nat(file.length),
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 }),
        (end, changes) => {
          const bytes = file.slice(0, end);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const { width, height, rgba } = decodeJpeg(bytes, 'x.jpg', 100_000);
            expect(rgba).toHaveLength(4 * width * height);
          } catch (error) {
            expect(error).toBeInstanceOf(LabError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the orientation of a picture', () => {
  // Stored: the letters a b c above d e f.
  const stored = Uint32Array.from([...'abcdef'].map((letter) => letter.charCodeAt(0)));
  const picture = { width: 3, height: 2, rgba: new Uint8Array(stored.buffer) };

  // What is seen, as the standard's table has it: where its row 0 and column 0 lie in what is stored.
  it.each([
    [1, ['abc', 'def']],
    [2, ['cba', 'fed']],
    [3, ['fed', 'cba']],
    [4, ['def', 'abc']],
    [5, ['ad', 'be', 'cf']],
    [6, ['da', 'eb', 'fc']],
    [7, ['fc', 'eb', 'da']],
    [8, ['cf', 'be', 'ad']],
  ])('%i', (orientation, rows) => {
    const seen = turned(picture, orientation);
    const letters = String.fromCharCode(...new Uint32Array(seen.rgba.buffer));
    const shown = Array.from({ length: seen.height }, (_, row) =>
      letters.slice(row * seen.width, (row + 1) * seen.width),
    );
    expect(shown).toEqual(rows);
  });

  it('is read from Exif in both orders of bytes, and is upright where that makes no sense', () => {
    expect(orientationOf(exifOf(8))).toBe(8);
    const motorola = Uint8Array.from([
      ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
      ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 5, 0, 0, 0, 0, 0, 0],
    ]);
    expect(orientationOf(motorola)).toBe(5);
    expect(orientationOf(Uint8Array.from([...Buffer.from('Exif\0\0', 'latin1'), ...exifOf(3)]))).toBe(3);
    for (const odd of [
      exifOf(0),
      exifOf(9),
      new Uint8Array(0),
      exifOf(6).subarray(0, 15),
      new Uint8Array(40),
    ]) {
      expect(orientationOf(odd)).toBe(1);
    }
    const farAway = exifOf(6);
    new DataView(farAway.buffer).setUint32(4, 0xffffffff, true);
    expect(orientationOf(farAway)).toBe(1);
  });
});
