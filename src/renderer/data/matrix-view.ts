/** The arithmetic of a matrix that can be zoomed and moved: how large a cell is, and which part can be seen. Lengths in CSS pixels. */

/** `cell`: edge of one value; `x`, `y`: the matrix's own point that lies in the view's upper left corner. */
export interface MatrixView {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A cell is never larger than this: a number of seven characters fits. */
export const MAX_CELL = 56;
/** Cells from this edge on have their number printed. */
export const NUMBER_CELL = 30;

/** All of the matrix, as large as it fits. */
export function fitView(rows: number, columns: number, size: Size): MatrixView {
  const cell = Math.min(size.width / Math.max(1, columns), size.height / Math.max(1, rows), MAX_CELL);
  return centred({ cell: Math.max(cell, 0.01), x: 0, y: 0 }, rows, columns, size);
}

/** Zooms by `factor` around a point of the view, between all of it and the largest cell. */
export function zoomView(
  view: MatrixView,
  factor: number,
  at: { readonly x: number; readonly y: number },
  rows: number,
  columns: number,
  size: Size,
): MatrixView {
  const least = fitView(rows, columns, size).cell;
  const cell = Math.min(MAX_CELL, Math.max(least, view.cell * factor));
  const x = ((view.x + at.x) / view.cell) * cell - at.x;
  const y = ((view.y + at.y) / view.cell) * cell - at.y;
  return centred({ cell, x, y }, rows, columns, size);
}

export function panView(
  view: MatrixView,
  dx: number,
  dy: number,
  rows: number,
  columns: number,
  size: Size,
): MatrixView {
  return centred({ ...view, x: view.x + dx, y: view.y + dy }, rows, columns, size);
}

/** Moves the view as little as it takes to show a cell whole. */
export function showCell(
  view: MatrixView,
  { row, column }: Cell,
  rows: number,
  columns: number,
  size: Size,
): MatrixView {
  const { cell } = view;
  const into = (start: number, place: number, length: number): number =>
    Math.max(Math.min(start, place * cell), (place + 1) * cell - length);
  return centred(
    { cell, x: into(view.x, column, size.width), y: into(view.y, row, size.height) },
    rows,
    columns,
    size,
  );
}

/** The cell at a point of the view, or null beside the matrix. */
export function cellUnder(
  view: MatrixView,
  x: number,
  y: number,
  rows: number,
  columns: number,
): Cell | null {
  const column = Math.floor((view.x + x) / view.cell);
  const row = Math.floor((view.y + y) / view.cell);
  return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : null;
}

/** Where a key leads in a matrix, or null for a key that is none of its own. */
export function moveCell({ row, column }: Cell, key: string, rows: number, columns: number): Cell | null {
  const to: Record<string, Cell> = {
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
    PageUp: { row: 0, column },
    PageDown: { row: rows - 1, column },
  };
  const target = to[key];
  if (target === undefined) return null;
  return {
    row: Math.max(0, Math.min(rows - 1, target.row)),
    column: Math.max(0, Math.min(columns - 1, target.column)),
  };
}

/** Keeps the matrix in the view: no empty edge where it is larger, in the middle where it is smaller. */
function centred(view: MatrixView, rows: number, columns: number, size: Size): MatrixView {
  const settle = (start: number, length: number, seen: number): number =>
    length <= seen ? (length - seen) / 2 : Math.max(0, Math.min(length - seen, start));
  return {
    cell: view.cell,
    x: settle(view.x, columns * view.cell, size.width),
    y: settle(view.y, rows * view.cell, size.height),
  };
}
