/** The path of a sparkline: a curve in a few dozen pixels, with its spikes. */

export interface SparkPath {
  /** SVG path data; '' when nothing is finite. */
  readonly path: string;
  /** The last finite value's place, or null. */
  readonly end: { readonly x: number; readonly y: number } | null;
}

const INSET = 2;

/** `value[0 .. length)` over `x`, which does not fall, in a box of `width` x `height` pixels; each pixel column by its extremes. */
export function sparkPath(
  x: ArrayLike<number>,
  value: ArrayLike<number>,
  length: number,
  width: number,
  height: number,
): SparkPath {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < length; i++) {
    const each = value[i] as number;
    if (!Number.isFinite(each)) continue;
    if (each < low) low = each;
    if (each > high) high = each;
  }
  if (low > high) return { path: '', end: null };
  const [from, to] = [x[0] as number, x[length - 1] as number];
  const atX = (i: number): number =>
    to > from ? INSET + (((x[i] as number) - from) / (to - from)) * (width - 2 * INSET) : width / 2;
  const atY = (each: number): number =>
    high > low ? height - INSET - ((each - low) / (high - low)) * (height - 2 * INSET) : height / 2;

  const parts: string[] = [];
  let end: SparkPath['end'] = null;
  let pen = false;
  let i = 0;
  while (i < length) {
    const column = Math.floor(atX(i));
    const start = i;
    let [least, greatest] = [Infinity, -Infinity];
    let gap = false;
    let last = -1;
    for (; i < length && (i === start || Math.floor(atX(i)) === column); i++) {
      const each = value[i] as number;
      if (!Number.isFinite(each)) {
        gap = true;
        continue;
      }
      if (each < least) least = each;
      if (each > greatest) greatest = each;
      last = i;
    }
    if (last < 0) {
      pen = false;
      continue;
    }
    const px = round(atX(last));
    const lastY = atY(value[last] as number);
    parts.push(`${pen ? 'L' : 'M'}${px} ${round(atY(pen ? least : (value[last] as number)))}`);
    if (greatest > least) parts.push(`L${px} ${round(atY(greatest))}L${px} ${round(lastY)}`);
    end = { x: px, y: round(lastY) };
    pen = !gap || i < length;
  }
  return { path: parts.join(''), end };
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
