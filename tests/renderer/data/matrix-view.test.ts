import { describe, expect, it } from 'vitest';
import {
  MAX_CELL,
  cellUnder,
  fitView,
  moveCell,
  panView,
  showCell,
  zoomView,
} from '../../../src/renderer/data/matrix-view.ts';

const size = { width: 280, height: 140 };

describe('the view of a matrix', () => {
  it('begins with all of it, in the middle', () => {
    // 28 rows in 140: 5 a cell; 28 columns are 140 of 280.
    expect(fitView(28, 28, size)).toEqual({ cell: 5, x: -70, y: 0 });
    // A small one is not blown up beyond the largest cell.
    expect(fitView(1, 2, size)).toEqual({ cell: MAX_CELL, x: (2 * 56 - 280) / 2, y: (56 - 140) / 2 });
  });

  it('keeps the point under the pointer where it is while zooming', () => {
    const fit = fitView(28, 28, size);
    const at = { x: 140, y: 70 };
    const before = cellUnder(fit, at.x, at.y, 28, 28);
    const zoomed = zoomView(fit, 4, at, 28, 28, size);
    expect(zoomed.cell).toBe(20);
    expect(cellUnder(zoomed, at.x, at.y, 28, 28)).toEqual(before);
    expect(before).toEqual({ row: 14, column: 14 });
  });

  it('zooms no further out than all, no further in than the largest cell', () => {
    const fit = fitView(28, 28, size);
    expect(zoomView(fit, 0.01, { x: 0, y: 0 }, 28, 28, size)).toEqual(fit);
    expect(zoomView(fit, 1000, { x: 0, y: 0 }, 28, 28, size).cell).toBe(MAX_CELL);
  });

  it('does not move beyond an edge', () => {
    const zoomed = zoomView(fitView(28, 28, size), 4, { x: 140, y: 70 }, 28, 28, size);
    expect(panView(zoomed, -10_000, -10_000, 28, 28, size)).toEqual({ cell: 20, x: 0, y: 0 });
    expect(panView(zoomed, 10_000, 10_000, 28, 28, size)).toEqual({
      cell: 20,
      x: 560 - 280,
      y: 560 - 140,
    });
  });

  it('shows a cell with the least movement', () => {
    const corner = { cell: 20, x: 0, y: 0 };
    expect(showCell(corner, { row: 0, column: 3 }, 28, 28, size)).toEqual(corner);
    expect(showCell(corner, { row: 10, column: 20 }, 28, 28, size)).toEqual({ cell: 20, x: 140, y: 80 });
  });

  it('finds no cell beside the matrix', () => {
    const fit = fitView(28, 28, size);
    expect(cellUnder(fit, 69, 10, 28, 28)).toBeNull();
    expect(cellUnder(fit, 71, 10, 28, 28)).toEqual({ row: 2, column: 0 });
  });

  it('moves its cursor by keys, within the matrix', () => {
    const at = { row: 0, column: 5 };
    expect(moveCell(at, 'ArrowUp', 10, 10)).toEqual(at);
    expect(moveCell(at, 'ArrowDown', 10, 10)).toEqual({ row: 1, column: 5 });
    expect(moveCell(at, 'End', 10, 10)).toEqual({ row: 0, column: 9 });
    expect(moveCell(at, 'PageDown', 10, 10)).toEqual({ row: 9, column: 5 });
    expect(moveCell(at, 'x', 10, 10)).toBeNull();
  });
});
