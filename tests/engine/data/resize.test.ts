import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/engine/data/readers/png.ts';
import { resize } from '../../../src/engine/data/resize.ts';
import { noise } from './helpers.ts';

/** An opaque picture with these values of red, green and blue. */
function pictureOf(width: number, height: number, values: Uint8Array): Picture {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(values.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width, height, rgba };
}

const NOISE = noise(12 * 8 * 3);
const PICTURE = pictureOf(12, 8, NOISE);
/** Channel `c` of the pixel at (row, column) of the noise. */
const at = (row: number, column: number, c: number): number => NOISE[3 * (row * 12 + column) + c] as number;

describe('resize', () => {
  it('leaves a picture of the right size as it is', () => {
    expect(resize(PICTURE, { rows: 8, columns: 12, channels: 3, fit: 'stretch' })).toEqual(NOISE);
    expect(resize(PICTURE, { rows: 8, columns: 12, channels: 3, fit: 'crop' })).toEqual(NOISE);
  });

  it('takes means over areas', () => {
    const small = resize(PICTURE, { rows: 4, columns: 3, channels: 3, fit: 'stretch' });
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 3; column++) {
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let i = 0; i < 2; i++) for (let j = 0; j < 4; j++) sum += at(2 * row + i, 4 * column + j, c);
          expect(Math.abs((small[3 * (3 * row + column) + c] as number) - sum / 8)).toBeLessThanOrEqual(
            0.5001,
          );
        }
      }
    }
  });

  it('weighs pixels by the part of them that falls on a value', () => {
    // Three columns 0, 90, 240 on two: (0 + 90 / 2) / 1.5 and (90 / 2 + 240) / 1.5.
    const three = pictureOf(3, 1, Uint8Array.from([0, 0, 0, 90, 90, 90, 240, 240, 240]));
    expect([...resize(three, { rows: 1, columns: 2, channels: 1, fit: 'stretch' })]).toEqual([30, 190]);
  });

  it('cuts the middle out in the wanted proportions, or squeezes all of it', () => {
    const cut = resize(PICTURE, { rows: 8, columns: 8, channels: 3, fit: 'crop' });
    for (const [row, column] of [
      [0, 0],
      [7, 7],
      [3, 5],
    ] as const) {
      expect(cut[3 * (8 * row + column)]).toBe(at(row, column + 2, 0));
    }
  });

  it('enlarges by repeating, and makes grey of colours as the eye sees them', () => {
    const one = pictureOf(1, 1, Uint8Array.of(100, 200, 50));
    // 0.299 * 100 + 0.587 * 200 + 0.114 * 50 = 153.0
    expect([...resize(one, { rows: 2, columns: 2, channels: 1, fit: 'crop' })]).toEqual([153, 153, 153, 153]);
    expect([...resize(one, { rows: 1, columns: 2, channels: 3, fit: 'stretch' })]).toEqual([
      100, 200, 50, 100, 200, 50,
    ]);
  });

  it('lays what is see-through on white', () => {
    const half = { width: 1, height: 1, rgba: Uint8Array.of(0, 100, 255, 102) };
    // 102 / 255 is 0.4: 0.4 * 0 + 0.6 * 255, and so on.
    expect([...resize(half, { rows: 1, columns: 1, channels: 3, fit: 'crop' })]).toEqual([153, 193, 255]);
  });

  it.each([
    [1, 500],
    [500, 1],
    [7, 333],
    [513, 31],
  ])('gives values for a picture of %i x %i', (width, height) => {
    const picture = pictureOf(width, height, new Uint8Array(3 * width * height).fill(77));
    for (const fit of ['crop', 'stretch'] as const) {
      expect(new Set(resize(picture, { rows: 32, columns: 32, channels: 3, fit }))).toEqual(new Set([77]));
    }
  });
});
