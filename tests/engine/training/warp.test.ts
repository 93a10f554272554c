import { beforeAll, describe, expect, it } from 'vitest';
import { compile, startRuntime, tf, type Scalar, type Tensor4D } from '../../../src/engine/runtime/index.ts';
import { warp, type Motion } from '../../../src/engine/training/index.ts';

beforeAll(() => startRuntime());

const STILL: Motion = { shift: 0, rotation: 0, scaling: 0 };
const step = (n: number): Scalar => tf.scalar(n, 'int32');

/** A smooth hill around (row, column), so that its middle can be told to a part of a pixel. */
function hills(batch: number, row: number, column: number, side = 21): Tensor4D {
  const values = Float32Array.from({ length: batch * side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side) % side, i % side];
    return 255 * Math.exp(-((y - row) ** 2 + (x - column) ** 2) / 4);
  });
  return tf.tensor4d(values, [batch, side, side, 1]);
}

/** The middle of each image, weighted by its values. */
function middles(images: Tensor4D): { row: number; column: number; mass: number }[] {
  const [batch, side] = images.shape;
  const values = images.dataSync();
  return Array.from({ length: batch }, (_, n) => {
    let [mass, row, column] = [0, 0, 0];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = values[(n * side + y) * side + x] as number;
        mass += value;
        row += value * y;
        column += value * x;
      }
    }
    return { row: row / mass, column: column / mass, mass };
  });
}

describe('moving, turning and scaling images', () => {
  it('leaves them as they are where nothing may change', () => {
    const images = hills(3, 6, 9);
    expect(warp(images, STILL, 1, step(0)).dataSync()).toEqual(images.dataSync());
  });

  it('moves them by up to the shift, each by its own', () => {
    const moved = middles(warp(hills(300, 10, 10), { ...STILL, shift: 3 }, 1, step(0)));
    const [rows, columns] = [moved.map(({ row }) => row - 10), moved.map(({ column }) => column - 10)];
    for (const offsets of [rows, columns]) {
      expect(Math.max(...offsets)).toBeLessThan(3.02);
      expect(Math.min(...offsets)).toBeGreaterThan(-3.02);
      expect(Math.max(...offsets)).toBeGreaterThan(2.7);
      expect(Math.min(...offsets)).toBeLessThan(-2.7);
      expect(Math.abs(offsets.reduce((a, b) => a + b) / 300)).toBeLessThan(0.35);
    }
    expect(new Set(rows.map((row) => row.toFixed(3))).size).toBeGreaterThan(280);
  });

  it('turns them around the middle, by up to the angle', () => {
    // Six pixels to the right of the middle: the distance stays, the direction is the angle.
    const turned = middles(warp(hills(300, 10, 16), { ...STILL, rotation: 30 }, 1, step(0)));
    const angles = turned.map(({ row, column }) => (Math.atan2(row - 10, column - 10) * 180) / Math.PI);
    turned.forEach(({ row, column }) => expect(Math.hypot(row - 10, column - 10)).toBeCloseTo(6, 1));
    expect(Math.max(...angles)).toBeLessThan(30.3);
    expect(Math.min(...angles)).toBeGreaterThan(-30.3);
    expect(Math.max(...angles) - Math.min(...angles)).toBeGreaterThan(54);
  });

  it('scales them around the middle, by up to the share', () => {
    const scaled = middles(warp(hills(300, 10, 14), { ...STILL, scaling: 0.2 }, 1, step(0)));
    const distances = scaled.map(({ column }) => (column - 10) / 4);
    scaled.forEach(({ row }) => expect(row).toBeCloseTo(10, 2));
    expect(Math.max(...distances)).toBeLessThan(1.22);
    expect(Math.min(...distances)).toBeGreaterThan(0.78);
    expect(Math.max(...distances) - Math.min(...distances)).toBeGreaterThan(0.36);
  });

  it('is the value between pixels, and 0 outside, as a plain loop has it', () => {
    const values = Float32Array.from({ length: 2 * 5 * 4 * 3 }, (_, i) => (i * 7919) % 256);
    const images = tf.tensor4d(values, [2, 5, 4, 3]);
    const motion = { shift: 2, rotation: 40, scaling: 0.3 };
    const warped = warp(images, motion, 5, step(2)).dataSync();
    // The motion itself is found from a picture of rows, one of columns and one of ones, far from any edge.
    const at = (n: number, y: number, x: number, c: number): number =>
      y < 0 || x < 0 || y > 4 || x > 3 ? 0 : (values[((n * 5 + y) * 4 + x) * 3 + c] as number);
    const big = (f: (y: number, x: number) => number): Float32Array => {
      const picture = Float32Array.from({ length: 2 * 45 * 44 }, (_, i) =>
        f(Math.floor(i / 44) % 45, i % 44),
      );
      return warp(tf.tensor4d(picture, [2, 45, 44, 1]), motion, 5, step(2)).dataSync() as Float32Array;
    };
    const [rows, columns] = [big((y) => y - 20), big((_, x) => x - 20)];
    for (let n = 0; n < 2; n++) {
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 4; x++) {
          const place = (n * 45 + y + 20) * 44 + x + 20;
          const [row, column] = [rows[place] as number, columns[place] as number];
          const [top, left] = [Math.floor(row), Math.floor(column)];
          const [down, across] = [row - top, column - left];
          for (let c = 0; c < 3; c++) {
            const expected =
              (1 - down) * ((1 - across) * at(n, top, left, c) + across * at(n, top, left + 1, c)) +
              down * ((1 - across) * at(n, top + 1, left, c) + across * at(n, top + 1, left + 1, c));
            expect(warped[((n * 5 + y) * 4 + x) * 3 + c]).toBeCloseTo(expected, 1);
          }
        }
      }
    }
  });

  it('is another in each step, and the same under every plan', async () => {
    const images = hills(8, 6, 12);
    const motion = { shift: 2, rotation: 10, scaling: 0.1 };
    const eager = warp(images, motion, 1, step(3)).dataSync();
    expect(warp(images, motion, 1, step(4)).dataSync()).not.toEqual(eager);
    expect(warp(images, motion, 2, step(3)).dataSync()).not.toEqual(eager);
    for (const plan of ['graph', 'xla'] as const) {
      const compiled = compile((n: Scalar) => warp(images, motion, 1, n), { plan });
      const values = (await compiled(step(3))).dataSync();
      values.forEach((value, i) => expect(Math.abs(value - (eager[i] as number))).toBeLessThan(0.01));
      compiled.dispose();
    }
  });
});
