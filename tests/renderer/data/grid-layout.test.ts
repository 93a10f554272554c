import { describe, expect, it } from 'vitest';
import {
  cellAt,
  cellsOfRows,
  cornerOf,
  layoutGrid,
  moveInGrid,
  scrollToShow,
  visibleRows,
} from '../../../src/renderer/data/grid-layout.ts';

// 4 + 3 * (20 + 4) = 76 of 80: three columns, the 4 that are left shared by two gaps; ten cells take four rows, the last with one.
const layout = layoutGrid(10, 80, { width: 20, height: 30 }, 4);

describe('the layout of a grid', () => {
  it('takes as many columns as fit, and at least one', () => {
    expect(layout.columns).toBe(3);
    expect(layout.rows).toBe(4);
    expect(layout.columnGap).toBe(6);
    expect(cornerOf(layout, 2).x + 20 + 4).toBe(80);
    expect(layout.height).toBe(4 * 34 + 4);
    expect(layoutGrid(5, 3, { width: 20, height: 20 }, 4)).toMatchObject({ columns: 1, rows: 5 });
    expect(layoutGrid(0, 80, { width: 20, height: 20 }, 4)).toMatchObject({ rows: 0, height: 4 });
  });

  it('knows which rows can be seen, cut ones included', () => {
    expect(visibleRows(layout, 0, 68)).toEqual({ first: 0, end: 2 });
    // The first row ends at 4 + 30; its gap ends at 38.
    expect(visibleRows(layout, 37, 68)).toEqual({ first: 0, end: 3 });
    expect(visibleRows(layout, 38, 68)).toEqual({ first: 1, end: 3 });
    expect(visibleRows(layout, 10_000, 68)).toEqual({ first: 4, end: 4 });
    expect(cellsOfRows(layout, { first: 2, end: 4 })).toEqual({ first: 6, end: 10 });
  });

  it('finds every cell from its own corner', () => {
    for (let position = 0; position < 10; position++) {
      const { x, y } = cornerOf(layout, position);
      expect(cellAt(layout, x, y)).toBe(position);
      expect(cellAt(layout, x + 19, y + 29)).toBe(position);
      expect(cellAt(layout, x + 20, y)).toBeNull();
      expect(cellAt(layout, x, y + 30)).toBeNull();
    }
    expect(cellAt(layout, 50, 4 + 3 * 34)).toBeNull();
    expect(cellAt(layout, 0, 0)).toBeNull();
  });
});

describe('keys in a grid', () => {
  const move = (position: number, key: string, pageRows = 2) => moveInGrid(layout, position, key, pageRows);

  it('move by one, by a row, by a page, and to the ends', () => {
    expect(move(4, 'ArrowLeft')).toBe(3);
    expect(move(4, 'ArrowRight')).toBe(5);
    expect(move(4, 'ArrowUp')).toBe(1);
    expect(move(4, 'ArrowDown')).toBe(7);
    expect(move(1, 'PageDown')).toBe(7);
    expect(move(7, 'PageUp')).toBe(1);
    expect(move(4, 'Home')).toBe(0);
    expect(move(4, 'End')).toBe(9);
  });

  it('stop at the ends', () => {
    expect(move(0, 'ArrowLeft')).toBe(0);
    expect(move(9, 'ArrowRight')).toBe(9);
    expect(move(1, 'ArrowUp')).toBe(1);
    expect(move(9, 'ArrowDown')).toBe(9);
    expect(move(4, 'PageUp')).toBe(1);
    expect(move(7, 'PageDown')).toBe(9);
  });

  it('lead down into a last row that is short', () => {
    expect(move(8, 'ArrowDown')).toBe(9);
  });

  it('leave other keys alone', () => {
    expect(move(4, 'Enter')).toBeNull();
  });
});

describe('scrolling to a cell', () => {
  it('moves as little as it takes', () => {
    expect(scrollToShow(layout, 0, 50, 68)).toBe(0);
    expect(scrollToShow(layout, 3, 10, 80)).toBe(10);
    // The last row ends at 4 + 4 * 34 = 140 with its gap.
    expect(scrollToShow(layout, 9, 0, 68)).toBe(140 - 68);
  });
});
