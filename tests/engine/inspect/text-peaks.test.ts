import { describe, expect, it } from 'vitest';
import { Peaks } from '../../../src/engine/inspect/text-peaks.ts';

describe('Peaks', () => {
  it('keeps the most extreme of each unit, as sorting all of them would', () => {
    // Seven values, so that many are equal.
    const rows = Array.from({ length: 50 }, (_, row) => [(row * row * 3) % 7, (row * 5) % 7]);
    for (const sign of [1, -1] as const) {
      const peaks = new Peaks(2, 8, sign);
      rows.forEach((values, row) => peaks.add(row, values, [row % 4, row % 5]));
      for (const unit of [0, 1]) {
        const plain = rows
          .map((values, row) => ({ row, at: row % (unit === 0 ? 4 : 5), value: values[unit] as number }))
          .sort((a, b) => sign * (b.value - a.value) || a.row - b.row)
          .slice(0, 8);
        expect(peaks.of(unit)).toEqual(plain);
      }
    }
  });

  it('passes over what is no number, and has no peaks of a unit that is not there', () => {
    const peaks = new Peaks(1, 2, 1);
    for (const value of [Number.NaN, -Infinity, 3]) peaks.add(0, [value], [0]);
    expect(peaks.of(0)).toEqual([{ row: 0, at: 0, value: 3 }]);
    expect(peaks.of(5)).toEqual([]);
  });
});
