/** Where cells of a heatmap of units by words lie. Pure arithmetic. */

export interface UnitsGrid {
  /** Where the first cell begins, and the size of one. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly columns: number;
}

export interface UnitCell {
  /** A row of the picture: a place in the order of units. */
  readonly row: number;
  readonly column: number;
}

/** The cell under a point, or null beside all of them. */
export function cellAt(
  { left, top, width, height, rows, columns }: UnitsGrid,
  x: number,
  y: number,
): UnitCell | null {
  const column = Math.floor((x - left) / width);
  const row = Math.floor((y - top) / height);
  return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : null;
}

/** As large as the room lets them be: rows of 2 to 14 pixels, columns no wider than 22. */
export function layoutUnits(
  rows: number,
  columns: number,
  room: { readonly width: number; readonly height: number },
  left: number,
  top: number,
): UnitsGrid {
  const width = Math.min(22, Math.max(1, (room.width - left) / Math.max(1, columns)));
  const height = Math.min(14, Math.max(2, (room.height - top) / Math.max(1, rows)));
  return { left, top, width, height, rows, columns };
}

/** Values [tokens, units] as rows of units in `order`, a column a token: [units, tokens]. */
export function inRows(values: ArrayLike<number>, units: number, order: ArrayLike<number>): Float32Array {
  const tokens = units === 0 ? 0 : values.length / units;
  const rows = new Float32Array(order.length * tokens);
  for (let row = 0; row < order.length; row++) {
    const unit = order[row] as number;
    for (let token = 0; token < tokens; token++)
      rows[row * tokens + token] = values[token * units + unit] as number;
  }
  return rows;
}
