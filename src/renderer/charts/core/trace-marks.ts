/** Places of marks: single values, values that have no place on the scale, and where values leave the plot. */
import { visibleCount, type Tracing } from './tracing.ts';
import type { Vertices } from './vertices.ts';
import { xAt } from './x-axis.ts';

/**
 * Single values as places for a mark of `size` pixels: all of them, or the least and the greatest of each `size` pixels where
 * they would lie on top of each other.
 */
export function traceMarks(tracing: Tracing, size: number, out: Vertices): void {
  out.clear();
  const { access, values, spans, grid, bounds, x, y } = tracing;
  if (visibleCount(tracing) <= (grid.count * grid.width) / size) {
    for (let i = bounds[0] as number; i < (bounds[grid.count] as number); i++) {
      const value = values[i] as number;
      if (Number.isFinite(value)) out.add(x.px(xAt(access, i)), y.px(value));
    }
    return;
  }
  const step = Math.max(1, Math.round(size / grid.width));
  for (let column = 0; column < grid.count; column += step) {
    const next = Math.min(grid.count, column + step);
    let [high, low] = [Infinity, -Infinity];
    for (let each = column; each < next; each++) {
      if ((spans.top[each] as number) < high) high = spans.top[each] as number;
      if ((spans.foot[each] as number) > low) low = spans.foot[each] as number;
    }
    if (high > low) continue;
    const at = grid.left + ((column + next) / 2) * grid.width;
    out.add(at, high);
    if (low - high >= size / 2) out.add(at, low);
  }
}

/** Columns in which a value is zero or less, which has no place on a log scale: marks at the foot, `size` pixels apart. */
export function traceFoot({ grid, spans, y }: Tracing, size: number, out: Vertices): void {
  out.clear();
  let last = -Infinity;
  for (let column = 0; column < grid.count; column++) {
    const at = grid.left + (column + 0.5) * grid.width;
    if (spans.foot[column] !== y.range[0] || at - last < size) continue;
    out.add(at, y.range[0]);
    last = at;
  }
}

/** Where values lie beyond the plot's high or low end: one place at that edge for each stretch of columns. */
export function traceBeyond({ grid, spans, y }: Tracing, edge: 'high' | 'low', out: Vertices): void {
  out.clear();
  const px = edge === 'high' ? y.range[1] : y.range[0];
  let [since, until] = [-1, -1];
  for (let column = 0; column <= grid.count; column++) {
    const outside =
      column < grid.count &&
      (edge === 'high'
        ? (spans.top[column] as number) < px - 0.01
        : (spans.foot[column] as number) > px + 0.01);
    if (outside) {
      if (since < 0) since = column;
      until = column + 1;
    }
    // A column without a value ends nothing.
    const isEmpty = column < grid.count && Number.isNaN(spans.top[column]);
    if (!outside && !isEmpty && since >= 0) {
      out.add(grid.left + ((since + until) / 2) * grid.width, px);
      since = -1;
    }
  }
}
