import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPosition } from '../../../src/renderer/data/find-position.ts';
import { paintBytes, paintMatrix } from '../../../src/renderer/data/paint.ts';
import { makeRamp, pixelOf } from '../../../src/renderer/data/ramps.ts';
import { arrangeUnits, extentOf, largestMagnitude, rebin } from '../../../src/renderer/data/summary.ts';

describe('figures about values', () => {
  it('leave out what is not finite', () => {
    expect(extentOf([1, NaN, 3, Infinity])).toEqual({ min: 1, max: 3, mean: 2 });
    expect(extentOf([])).toEqual({ min: NaN, max: NaN, mean: NaN });
    expect(largestMagnitude([-4, 1, NaN])).toBe(4);
    expect(largestMagnitude([])).toBe(0);
  });

  it('add neighbouring counts and lose none', () => {
    expect(rebin([1, 2, 3, 4], 2)).toEqual([3, 7]);
    expect(() => rebin([1, 2, 3], 2)).toThrow('Expected a number of bins that divides 3, got 2.');
  });

  it('arrange units in a block that holds them all', () => {
    expect(arrangeUnits(512)).toEqual([16, 32]);
    expect(arrangeUnits(10)).toEqual([2, 5]);
    expect(arrangeUnits(1)).toEqual([1, 1]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), (count) => {
        const [rows, columns] = arrangeUnits(count);
        expect(rows * columns).toBeGreaterThanOrEqual(count);
        // No row is empty.
        expect((rows - 1) * columns).toBeLessThan(count);
      }),
    );
  });
});

describe('painting', () => {
  const ramp = makeRamp(['#000000', '#ffffff']);

  it('puts one image of several at its place', () => {
    const target = { pixels: new Uint32Array(12), width: 4 };
    paintBytes(target, 1, 1, Uint8Array.of(9, 9, 9, 9, 0, 255, 255, 0), 4, [2, 2, 1], ramp);
    const [black, white] = [ramp.pixels[0], ramp.pixels[255]];
    expect([...target.pixels]).toEqual([0, 0, 0, 0, 0, black, white, 0, 0, white, black, 0]);
  });

  it('takes three channels as red, green and blue', () => {
    const target = { pixels: new Uint32Array(1), width: 1 };
    paintBytes(target, 0, 0, Uint8Array.of(10, 20, 30), 0, [1, 1, 3], ramp);
    expect(target.pixels[0]).toBe(pixelOf([10, 20, 30]));
  });

  it('reads a column of a matrix as an image', () => {
    // Column 1 of [[0, 1], [0, 2], [0, 3], [0, 4]] as 2 x 2.
    const target = { pixels: new Uint32Array(4), width: 2 };
    const values = [0, 1, 0, 2, 0, 3, 0, 4];
    paintMatrix(target, 0, 0, values, { start: 1, rowStep: 4, columnStep: 2 }, [2, 2], [1, 4], ramp);
    const at = (value: number) => ramp.pixels[Math.round(((value - 1) / 3) * 255)];
    expect([...target.pixels]).toEqual([at(1), at(2), at(3), at(4)]);
  });
});

describe('finding an example in a filtered list', () => {
  it('gives the place of every number that is there, and null for others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(200), { maxLength: 40 }),
        fc.nat(200),
        async (numbers, index) => {
          const sorted = numbers.sort((a, b) => a - b);
          let asked = 0;
          const position = await findPosition(index, sorted.length, (at) => {
            asked++;
            return Promise.resolve(sorted[at] as number);
          });
          expect(position).toBe(sorted.includes(index) ? sorted.indexOf(index) : null);
          expect(asked).toBeLessThanOrEqual(6);
        },
      ),
    );
  });
});
