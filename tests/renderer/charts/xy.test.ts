import { describe, expect, it } from 'vitest';
import { linePath, nearestStop } from '../../../src/renderer/charts/plot/xy.ts';

const tenfold = (value: number): number => value * 10;
const down = (value: number): number => 100 - value;

describe('linePath', () => {
  it('goes from point to point', () => {
    expect(linePath({ x: [0, 1, 2], y: [0, 50, 25] }, tenfold, down)).toBe('M0 100L10 50L20 75');
  });
  it('leaves a gap where there is no number, and shows a point that stands alone', () => {
    const y = [Number.NaN, 10, Number.NaN, 20, 30, Infinity, 40];
    expect(linePath({ x: [0, 1, 2, 3, 4, 5, 6], y }, tenfold, down)).toBe('M8 90h4M30 80L40 70M58 60h4');
  });
  it('is empty without points', () => {
    expect(linePath({ x: [], y: [] }, tenfold, down)).toBe('');
  });
});

describe('nearestStop', () => {
  it('finds what a plain search finds, on an uneven axis', () => {
    const stops = [0, 1, 4, 9, 16, 25];
    const plain = (at: number): number => {
      const away = stops.map((stop) => Math.abs(tenfold(stop) - at));
      return away.indexOf(Math.min(...away));
    };
    for (let at = -20; at <= 270; at++) expect(nearestStop(stops, tenfold, at), String(at)).toBe(plain(at));
  });
  it('has none to find without stops', () => {
    expect(nearestStop([], tenfold, 3)).toBeNull();
  });
});
