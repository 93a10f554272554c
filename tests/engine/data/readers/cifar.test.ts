import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  batchBytes,
  readCifarBatch,
  readCifarLabels,
  readCifarSheet,
} from '../../../../src/engine/data/readers/cifar.ts';
import { errorOf, noise, tempFolder } from '../helpers.ts';
import { pngOf } from './png-of.ts';

function fileOf(bytes: Uint8Array | string, name = 'file'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

const codeOf = async (act: () => unknown): Promise<string> => (await errorOf(act)).code;

describe('readCifarBatch', () => {
  it('puts the channels last', () => {
    const bytes = noise(2 * 3073);
    bytes[0] = 7;
    bytes[3073] = 2;
    const { pixels, labels } = readCifarBatch(fileOf(bytes), 2);
    expect([...labels]).toEqual([7, 2]);
    for (const [image, row, column, channel] of [
      [0, 0, 0, 0],
      [0, 3, 17, 1],
      [1, 31, 31, 2],
    ] as const) {
      const planar = image * 3073 + 1 + channel * 1024 + row * 32 + column;
      expect(pixels[((image * 32 + row) * 32 + column) * 3 + channel]).toBe(bytes[planar]);
    }
  });

  it('refuses truncated, oversized and empty files before it reads them, and labels that are none', async () => {
    const sound = new Uint8Array(batchBytes(2));
    for (const bytes of [sound.subarray(1), new Uint8Array([...sound, 0]), new Uint8Array(0)]) {
      expect(await codeOf(() => readCifarBatch(fileOf(bytes), 2))).toBe('data/wrong-size');
    }
    sound[3073] = 10;
    expect(await codeOf(() => readCifarBatch(fileOf(sound), 2))).toBe('data/label-range');
    expect(await codeOf(() => readCifarBatch('/no/such/file', 2))).toBe('data/not-found');
  });
});

describe('readCifarSheet', () => {
  const samples = noise(3 * 1024 * 3);

  it('gives a row of the sheet as an image', () => {
    const sheet = pngOf({ width: 1024, height: 3, samples });
    expect(readCifarSheet(fileOf(sheet), 3)).toEqual(samples);
  });

  it('refuses sheets of another size, see-through ones, and files that are none', async () => {
    const read = (bytes: Uint8Array) => codeOf(() => readCifarSheet(fileOf(bytes), 3));
    expect(await read(pngOf({ width: 1024, height: 2, samples }))).toBe('data/wrong-size');
    expect(await read(pngOf({ width: 1024, height: 4, samples: noise(4 * 3072) }))).toBe('data/too-large');
    expect(await read(pngOf({ width: 96, height: 32, samples }))).toBe('data/wrong-size');
    expect(await read(pngOf({ width: 1024, height: 3, colour: 6, samples: noise(4 * 3072) }))).toBe(
      'data/png',
    );
    expect(await read(new Uint8Array(0))).toBe('data/png');
    expect(await read(new Uint8Array(200_000))).toBe('data/too-large');
    const sound = pngOf({ width: 1024, height: 3, samples });
    expect(await read(sound.subarray(0, 5000))).toBe('data/png');
    sound[3000] = (sound[3000] as number) ^ 1;
    expect(await read(sound)).toBe('data/png');
  });
});

describe('readCifarLabels', () => {
  it('reads an array of as many labels as there are images', () => {
    expect([...readCifarLabels(fileOf('[6, 9,9]\n'), 3)]).toEqual([6, 9, 9]);
  });

  it.each([
    ['', 'data/cifar-labels'],
    ['[1,2', 'data/cifar-labels'],
    ['{"0":1}', 'data/cifar-labels'],
    ['[1,2]', 'data/cifar-labels'],
    ['[1,2,3,4]', 'data/cifar-labels'],
    ['[1,2,2.5]', 'data/cifar-labels'],
    ['[1,2,"3"]', 'data/cifar-labels'],
    ['[1,2,null]', 'data/cifar-labels'],
    ['[1,2,10]', 'data/label-range'],
    ['\xff\xfe', 'data/cifar-labels'],
    [' '.repeat(5000), 'data/too-large'],
  ])('refuses %j', async (text, code) => {
    expect(await codeOf(() => readCifarLabels(fileOf(Buffer.from(text, 'latin1')), 3))).toBe(code);
  });
});
