import { describe, expect, it } from 'vitest';
import { cellAt, inRows, layoutUnits } from '../../../../src/renderer/labs/text/units-grid.ts';
import { isGate } from '../../../../src/renderer/labs/text/parts.ts';

describe('the heatmap of units', () => {
  it('has each unit in a row, in the order that is asked for', () => {
    // Two tokens of three units.
    const rows = inRows([1, 2, 3, 4, 5, 6], 3, Int32Array.of(2, 0, 1));
    expect([...rows]).toEqual([3, 6, 1, 4, 2, 5]);
    expect(inRows([], 0, new Int32Array(0)).length).toBe(0);
  });

  it('fills its room within bounds', () => {
    const room = { width: 436, height: 220 };
    expect(layoutUnits(20, 100, room, 36, 20)).toMatchObject({ width: 4, height: 10 });
    expect(layoutUnits(2, 3, room, 36, 20)).toMatchObject({ width: 22, height: 14 });
    expect(layoutUnits(512, 1000, room, 36, 20)).toMatchObject({ width: 1, height: 2 });
  });

  it('finds the cell under a point, and none beside them', () => {
    const grid = layoutUnits(20, 100, { width: 436, height: 220 }, 36, 20);
    expect(cellAt(grid, 36, 20)).toEqual({ row: 0, column: 0 });
    expect(cellAt(grid, 435.9, 219.9)).toEqual({ row: 19, column: 99 });
    for (const [x, y] of [
      [35, 50],
      [436, 50],
      [100, 19],
      [100, 220],
    ] as const) {
      expect(cellAt(grid, x, y)).toBeNull();
    }
  });
});

it('tells gates from states', () => {
  expect(['hidden state', 'cell state', 'input gate', 'candidate'].map(isGate)).toEqual([
    false,
    false,
    true,
    false,
  ]);
});
