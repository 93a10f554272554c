import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { spread } from '../../../src/renderer/charts/core/spread.ts';

describe('spread', () => {
  it('leaves labels alone that do not touch', () => {
    expect(spread([10, 40, 80], 14, 0, 100)).toEqual([10, 40, 80]);
  });

  it('moves two that touch apart by the same amount', () => {
    expect(spread([50, 50], 14, 0, 100)).toEqual([43, 57]);
  });

  it('keeps the order of what is given unsorted', () => {
    expect(spread([60, 20, 62], 14, 0, 100)).toEqual([54, 20, 68]);
  });

  it('pushes back from the edges', () => {
    expect(spread([99, 100, 98], 10, 0, 100)).toEqual([90, 100, 80]);
    expect(spread([-20, -20], 10, 0, 100)).toEqual([0, 10]);
  });

  it('shrinks the gaps evenly where there is no room', () => {
    expect(spread([5, 5, 5], 10, 0, 10)).toEqual([0, 5, 10]);
  });

  it('moves no more than the best of many tries, and never lets two touch', () => {
    const positions = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        positions,
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (wanted, nudges) => {
          const placed = spread(wanted, 14, 0, 200);
          const sorted = [...placed].sort((a, b) => a - b);
          sorted
            .slice(1)
            .forEach((at, i) => expect(at - (sorted[i] as number)).toBeGreaterThanOrEqual(14 - 1e-9));
          expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9);
          expect(Math.max(...placed)).toBeLessThanOrEqual(200 + 1e-9);
          // Any other allowed placement near by costs at least as much.
          const other = placed.map((at, i) => at + (nudges[i] as number));
          const ordered = [...other].sort((a, b) => a - b);
          const allowed =
            ordered.every((at, i) => i === 0 || at - (ordered[i - 1] as number) >= 14) &&
            (ordered[0] as number) >= 0 &&
            (ordered[ordered.length - 1] as number) <= 200;
          const cost = (at: readonly number[]): number =>
            at.reduce((sum, y, i) => sum + (y - (wanted[i] as number)) ** 2, 0);
          if (allowed) expect(cost(other)).toBeGreaterThanOrEqual(cost(placed) - 1e-6);
        },
      ),
    );
  });
});
