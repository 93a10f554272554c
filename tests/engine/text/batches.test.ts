import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBatches, rowsTogether, rowWidths, wasteOf } from '../../../src/engine/text/index.ts';
import { BATCHINGS } from '../../../src/shared/texts.ts';

const backwards = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => n - 1 - i);

describe('the widths of rows', () => {
  it('are at most eight, evenly spaced, and end with the full length', () => {
    expect(rowWidths(400)).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
    expect(rowWidths(100)).toEqual([13, 26, 39, 52, 65, 78, 91, 100]);
    expect(rowWidths(1)).toEqual([1]);
    for (let length = 1; length < 300; length++) {
      const widths = rowWidths(length);
      expect(widths.length).toBeLessThanOrEqual(8);
      expect(widths.at(-1)).toBe(length);
      expect(new Set(widths).size).toBe(widths.length);
    }
  });
});

describe('batches of an epoch', () => {
  it('hold every row once, none longer than its batch is wide, whatever the way', () => {
    const cases = fc.record({
      lengths: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 80 }),
      batchSize: fc.integer({ min: 1, max: 9 }),
      batching: fc.constantFrom(...BATCHINGS),
    });
    fc.assert(
      fc.property(cases, ({ lengths, batchSize, batching }) => {
        const order = backwards(lengths.length);
        const batches = makeBatches(Int32Array.from(lengths), order, {
          batching,
          batchSize,
          length: 30,
          orderOf: backwards,
        });
        const rows = batches.flatMap(({ indices }) => [...indices]);
        expect([...rows].sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const batch of batches) {
          expect([...batch.lengths]).toEqual([...batch.indices].map((row) => lengths[row]));
          expect(Math.max(...batch.lengths)).toBeLessThanOrEqual(batch.width);
          expect(rowWidths(30)).toContain(batch.width);
        }
        // One batch alone is not full, and drawn orders are kept where nothing is grouped.
        expect(batches.filter(({ indices }) => indices.length < batchSize).length).toBeLessThanOrEqual(1);
        if (batching === 'fixed' || batching === 'longest') expect(rows).toEqual([...order]);
        if (batching === 'packed') return;
        const places = batches.reduce((sum, { indices, width }) => sum + indices.length * width, 0);
        expect(wasteOf(batches, batching)).toBeCloseTo(1 - lengths.reduce((a, b) => a + b, 0) / places, 12);
      }),
      { numRuns: 300 },
    );
  });

  it('are grouped by width: those that are full have one width wanted by all of their rows', () => {
    const lengths = Int32Array.from({ length: 160 }, (_, i) => 1 + ((i * 13) % 32));
    const batches = makeBatches(lengths, backwards(160), {
      batching: 'bucketed',
      batchSize: 5,
      length: 32,
      orderOf: backwards,
    });
    // Widths of 4, 8, ... 32: twenty rows each, four full batches of five, and nothing is left over.
    const widthOf = (length: number): number => 4 * Math.ceil(length / 4);
    for (const batch of batches) {
      expect([...batch.lengths].map(widthOf)).toEqual([...batch.lengths].map(() => batch.width));
    }
    expect(batches).toHaveLength(32);
    // In the drawn order, which here turns them round: the last that was full comes first.
    const byTurn = makeBatches(lengths, backwards(160), {
      batching: 'bucketed',
      batchSize: 5,
      length: 32,
      orderOf: (n) => Int32Array.from({ length: n }, (_, i) => i),
    });
    expect(batches).toEqual([...byTurn].reverse());
  });

  it('have the longest first where they are packed, and otherwise the rows and widths of the longest', () => {
    const lengths = Int32Array.from({ length: 40 }, (_, i) => 1 + ((i * 13) % 32));
    const of = (batching: 'packed' | 'longest') =>
      makeBatches(lengths, backwards(40), { batching, batchSize: 16, length: 32, orderOf: backwards });
    const [packed, longest] = [of('packed'), of('longest')];
    packed.forEach((batch, i) => {
      const sorted = [...batch.lengths].sort((a, b) => b - a);
      expect([...batch.lengths]).toEqual(sorted);
      expect(batch.width).toBe(longest[i]!.width);
      expect([...batch.indices].sort((a, b) => a - b)).toEqual(
        [...longest[i]!.indices].sort((a, b) => a - b),
      );
    });
    // By hand: 16 rows are taken in 4 times 4, the last batch of 8 in 2 times 4, each time as far as the first of them.
    const computed = packed.flatMap(({ lengths }) =>
      [...lengths].filter((_, i) => i % 4 === 0).map((n) => 4 * n),
    );
    const tokens = lengths.reduce((a, b) => a + b, 0);
    expect(wasteOf(packed, 'packed')).toBeCloseTo(1 - tokens / computed.reduce((a, b) => a + b, 0), 12);
    expect(wasteOf(packed, 'packed')).toBeLessThan(wasteOf(longest, 'longest') / 2);
  });

  it('are taken a few rows together, all of them once, in even parts', () => {
    expect(rowsTogether(1)).toEqual([[0, 1]]);
    expect(rowsTogether(6)).toEqual([[0, 6]]);
    expect(rowsTogether(64)).toHaveLength(12);
    for (let size = 1; size < 200; size++) {
      const parts = rowsTogether(size);
      expect(
        parts.flatMap(([first, end]) => Array.from({ length: end - first }, (_, i) => first + i)),
      ).toEqual(Array.from({ length: size }, (_, i) => i));
      expect(Math.max(...parts.map(([first, end]) => end - first))).toBeLessThanOrEqual(6);
    }
  });

  it('waste nothing where there is nothing', () => {
    expect(wasteOf([], 'longest')).toBe(0);
  });
});
