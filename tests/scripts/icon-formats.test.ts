import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packIcns, packIco } from '../../scripts/icon-formats.mjs';

const FOLDER = fileURLToPath(new URL('../../resources/icons', import.meta.url));
const read = (name: string) => fs.readFileSync(path.join(FOLDER, name));

/** The width that a PNG states; fails for what is none. */
function pngWidth(image: Buffer): number {
  expect(image.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return image.readUInt32BE(16);
}

/** The images of an .ico file by the sizes that its directory states. */
function readIco(file: Buffer): [size: number, image: Buffer][] {
  expect(file.readUInt16LE(2)).toBe(1);
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const [length, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    expect(offset + length).toBeLessThanOrEqual(file.length);
    return [file.readUInt8(at) || 256, file.subarray(offset, offset + length)];
  });
}

/** The images of an .icns file by their types; the lengths have to add up. */
function readIcns(file: Buffer): [type: string, image: Buffer][] {
  expect([file.toString('latin1', 0, 4), file.readUInt32BE(4)]).toEqual(['icns', file.length]);
  const found: [string, Buffer][] = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    found.push([file.toString('latin1', at, at + 4), file.subarray(at + 8, at + file.readUInt32BE(at + 4))]);
  }
  return found;
}

describe('icon files', () => {
  it('hold the images at the places that their directories say', () => {
    const images = new Map(
      [16, 32, 48, 64, 128, 256, 512, 1024].map((size) => [size, Buffer.from(`${size}!`)]),
    );
    expect(readIco(packIco(images)).map(([size, image]) => [size, image.toString()])).toEqual(
      [16, 32, 48, 64, 128, 256].map((size) => [size, `${size}!`]),
    );
    expect(readIcns(packIcns(images)).map(([type, image]) => `${type} ${image.toString()}`)).toContain(
      'ic10 1024!',
    );
    images.delete(48);
    expect(() => packIco(images)).toThrow('Expected an image of 48 pixels, got none.');
  });

  it('in the repository hold PNG images of the sizes that they state', () => {
    for (const [size, image] of readIco(read('icon.ico'))) expect(pngWidth(image)).toBe(size);
    const types = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 };
    const found = readIcns(read('icon.icns')).map(([type, image]) => [type, pngWidth(image)]);
    expect(Object.fromEntries(found)).toEqual(types);
    expect(pngWidth(read('icon.png'))).toBe(512);
  });
});
