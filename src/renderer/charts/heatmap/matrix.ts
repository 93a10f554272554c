/** A matrix of values, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/** The ends of a scale over all finite values: from 0 on where none is below, around 0 for a diverging one. */
export function domainOf(
  { values }: Pick<Matrix, 'values'>,
  palette: 'sequential' | 'diverging',
): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return palette === 'diverging' ? [-1, 1] : [0, 1];
  if (palette === 'diverging') {
    const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return [-reach, reach];
  }
  const floor = Math.min(0, low);
  return [floor, high > floor ? high : floor + 1];
}

/** The sum of a row or a column, without what is not finite. */
export function sumOf({ rows, columns, values }: Matrix, of: 'row' | 'column', index: number): number {
  let sum = 0;
  const count = of === 'row' ? columns : rows;
  for (let i = 0; i < count; i++) {
    const value = values[of === 'row' ? index * columns + i : i * columns + index] as number;
    if (Number.isFinite(value)) sum += value;
  }
  return sum;
}
