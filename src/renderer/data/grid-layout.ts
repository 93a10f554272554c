/** The arithmetic of a grid of equal cells that scrolls: where cells lie, which can be seen, where keys lead. Lengths in CSS pixels. */

export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Between rows, and around all cells. */
  readonly gap: number;
  /** Between columns: what is left of the width is shared out. */
  readonly columnGap: number;
  /** Of all rows, with the margin above and below. */
  readonly height: number;
}

/** As many columns as fit into `width` with at least `gap` between and around them, and at least one. */
export function layoutGrid(
  count: number,
  width: number,
  cell: { readonly width: number; readonly height: number },
  gap: number,
): GridLayout {
  const columns = Math.max(1, Math.floor((width - gap) / (cell.width + gap)));
  const rows = Math.ceil(count / columns);
  const left = width - 2 * gap - columns * cell.width;
  return {
    count,
    columns,
    rows,
    cellWidth: cell.width,
    cellHeight: cell.height,
    gap,
    columnGap: columns > 1 ? left / (columns - 1) : gap,
    height: rows * (cell.height + gap) + gap,
  };
}

/** Positions from `first` to before `end`. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** The rows of which something can be seen. */
export function visibleRows(layout: GridLayout, scrollTop: number, viewHeight: number): Range {
  const step = layout.cellHeight + layout.gap;
  const within = (row: number): number => Math.min(layout.rows, Math.max(0, row));
  return {
    first: within(Math.floor((scrollTop - layout.gap) / step)),
    end: within(Math.ceil((scrollTop + viewHeight - layout.gap) / step)),
  };
}

/** The cells of some rows. */
export function cellsOfRows(layout: GridLayout, rows: Range): Range {
  return {
    first: Math.min(layout.count, rows.first * layout.columns),
    end: Math.min(layout.count, rows.end * layout.columns),
  };
}

/** The upper left corner of a cell, from the corner of the whole grid. */
export function cornerOf(layout: GridLayout, position: number): { readonly x: number; readonly y: number } {
  const row = Math.floor(position / layout.columns);
  return {
    x: layout.gap + (position % layout.columns) * (layout.cellWidth + layout.columnGap),
    y: layout.gap + row * (layout.cellHeight + layout.gap),
  };
}

/** The cell at a point of the whole grid, or null between cells and beyond the last. */
export function cellAt(layout: GridLayout, x: number, y: number): number | null {
  const stepX = layout.cellWidth + layout.columnGap;
  const stepY = layout.cellHeight + layout.gap;
  const column = Math.floor((x - layout.gap) / stepX);
  const row = Math.floor((y - layout.gap) / stepY);
  if (column < 0 || column >= layout.columns || row < 0) return null;
  const inCell =
    x - layout.gap - column * stepX < layout.cellWidth && y - layout.gap - row * stepY < layout.cellHeight;
  const position = row * layout.columns + column;
  return inCell && position < layout.count ? position : null;
}

/** Where a key leads from `position`, or null for a key that is none of the grid's. `pageRows`: whole rows that can be seen. */
export function moveInGrid(
  layout: GridLayout,
  position: number,
  key: string,
  pageRows: number,
): number | null {
  const last = layout.count - 1;
  const { columns } = layout;
  const row = Math.floor(position / columns);
  const jump = Math.max(1, pageRows) * columns;
  const to: Record<string, number> = {
    ArrowLeft: position - 1,
    ArrowRight: position + 1,
    ArrowUp: position - columns >= 0 ? position - columns : position,
    // From the row before a short last row, down leads to the last cell.
    ArrowDown: row === layout.rows - 1 ? position : position + columns,
    PageUp: position - jump >= 0 ? position - jump : position % columns,
    PageDown: position + jump,
    Home: 0,
    End: last,
  };
  const target = to[key];
  return target === undefined ? null : Math.max(0, Math.min(last, target));
}

/** The scroll offset that shows a cell whole, as near to the present one as possible. */
export function scrollToShow(
  layout: GridLayout,
  position: number,
  scrollTop: number,
  viewHeight: number,
): number {
  const { y } = cornerOf(layout, position);
  const top = y - layout.gap;
  const bottom = y + layout.cellHeight + layout.gap;
  if (top < scrollTop) return Math.max(0, top);
  if (bottom > scrollTop + viewHeight) return Math.max(0, bottom - viewHeight);
  return scrollTop;
}
