/** Which rows of a long list are on screen, and where they lie. */

export interface Range {
  readonly start: number;
  /** One after the last. */
  readonly end: number;
}

/** The rows that can be seen in a view of `height` at `scrollTop`, and `overscan` more on both sides. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  overscan: number,
): Range {
  const start = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), count) - overscan);
  const end = Math.min(count, Math.ceil((Math.max(scrollTop, 0) + height) / rowHeight) + overscan);
  return { start, end: Math.max(start, end) };
}

/** Columns of cells that fit beside each other; at least one. */
export function columnsIn(width: number, cellSize: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (cellSize + gap)));
}

/** Where to scroll so that a row is in view; what is there already stays. */
export function scrollFor(
  row: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
  /** Of the view, hidden under a sticky head. */
  covered = 0,
): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + rowHeight + covered;
  return bottom > scrollTop + height ? bottom - height : scrollTop;
}
