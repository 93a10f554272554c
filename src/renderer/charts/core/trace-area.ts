/** What lies between the extremes of columns: the area behind a smoothed line, and the spikes that leave it. */
import type { Ribbon } from './ribbon.ts';
import { visibleCount, type Tracing } from './tracing.ts';
import type { Vertices } from './vertices.ts';

/**
 * Whether columns hold so many and so different values that the line through them fills a band: that is then drawn as an area,
 * which looks the same and costs a tenth.
 */
export function isBand(tracing: Tracing): boolean {
  const { grid, spans } = tracing;
  if (visibleCount(tracing) < grid.count * 2) return false;
  let tall = 0;
  for (let column = 0; column < grid.count; column++) {
    if ((spans.foot[column] as number) - (spans.top[column] as number) > 4) tall++;
  }
  return tall > grid.count / 3;
}

export interface EnvelopeOptions {
  /** Columns that are taken together: wider where points are few, so that each stretch holds several. */
  readonly stride?: number;
  /** Pixels that the area is wider by, above and below. */
  readonly pad?: number;
}

/** The area between the least and the greatest value of each stretch of columns, open at breaks of the line. */
export function traceEnvelope(tracing: Tracing, out: Ribbon, options: EnvelopeOptions = {}): void {
  const { stride = 1, pad = 0 } = options;
  out.clear();
  const { grid, bounds, spans, pieces } = tracing;
  let before = -1;
  for (let column = 0; column < grid.count; column += stride) {
    const next = Math.min(grid.count, column + stride);
    const from = bounds[column] as number;
    const to = bounds[next] as number;
    if (from === to) continue;
    let top = Infinity;
    let foot = -Infinity;
    for (let each = column; each < next; each++) {
      // A column without a value is NaN, and changes neither.
      if ((spans.top[each] as number) < top) top = spans.top[each] as number;
      if ((spans.foot[each] as number) > foot) foot = spans.foot[each] as number;
    }
    if (top > foot) {
      // A gap as wide as the stretch.
      out.lift();
      continue;
    }
    if (before >= 0 && pieces.brokenBetween(before, from)) out.lift();
    out.add(grid.left + ((column + next) / 2) * grid.width, top - pad, foot + pad);
    before = to - 1;
  }
}

/** A column counts as a spike when it stands so far out of those beside it: pixels, and times their height. */
const SPIKE_PX = 12;
const SPIKE_TIMES = 1;
/** Columns on either side that it is compared with. */
const BESIDE = 6;

/**
 * Columns that stand out of their neighbours, as upright strokes: one column of a pale area would hardly be seen, and a spike
 * must be. A noisy curve has none, because its neighbours are as high.
 */
export function traceSpikes({ grid, spans }: Tracing, out: Vertices): void {
  out.clear();
  const { top, foot } = spans;
  for (let column = 0; column < grid.count; column++) {
    const high = top[column] as number;
    const low = foot[column] as number;
    // Most columns are no higher than the next: that is seen at once.
    if (!(low - high >= SPIKE_PX) || !standsOut(top, foot, column)) continue;
    let [besideHigh, besideLow] = [Infinity, -Infinity];
    const last = Math.min(grid.count - 1, column + BESIDE);
    for (let other = Math.max(0, column - BESIDE); other <= last; other++) {
      if (other === column) continue;
      if ((top[other] as number) < besideHigh) besideHigh = top[other] as number;
      if ((foot[other] as number) > besideLow) besideLow = foot[other] as number;
    }
    if (besideHigh > besideLow) continue;
    const enough = Math.max(SPIKE_PX, (besideLow - besideHigh) * SPIKE_TIMES);
    const at = grid.left + (column + 0.5) * grid.width;
    if (besideHigh - high > enough) stroke(out, at, high, besideHigh);
    if (low - besideLow > enough) stroke(out, at, besideLow, low);
  }
}

/** Whether a column is higher or lower than both of its neighbours by so much that it may be a spike. */
function standsOut(top: Float64Array, foot: Float64Array, column: number): boolean {
  const high = (top[column] as number) + SPIKE_PX;
  const low = (foot[column] as number) - SPIKE_PX;
  // A neighbour without a value is NaN, or is not there: it hides nothing.
  return (
    (!((top[column - 1] as number) <= high) && !((top[column + 1] as number) <= high)) ||
    (!((foot[column - 1] as number) >= low) && !((foot[column + 1] as number) >= low))
  );
}

function stroke(out: Vertices, x: number, from: number, to: number): void {
  out.add(x, from);
  out.add(x, to);
  out.lift();
}
