/** Lines over any quantity: paths, and which place is meant by a pointer. Pure arithmetic. */

/** An SVG path through the points; what is not finite is a gap, and a point between two gaps a short dash. */
export function linePath(
  { x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  px: (value: number) => number,
  py: (value: number) => number,
): string {
  const isPoint = (i: number): boolean => Number.isFinite(x[i]) && Number.isFinite(y[i]);
  const parts: string[] = [];
  for (let i = 0; i < y.length; i++) {
    if (!isPoint(i)) continue;
    const [left, top] = [round(px(x[i] as number)), round(py(y[i] as number))];
    const isJoined = i > 0 && isPoint(i - 1);
    if (isJoined) parts.push(`L${left} ${top}`);
    else if (isPoint(i + 1)) parts.push(`M${left} ${top}`);
    else parts.push(`M${left - 2} ${top}h4`);
  }
  return parts.join('');
}

/** The place in `stops`, which ascend, that lies nearest to a pixel; null where there is none. */
export function nearestStop(
  stops: ArrayLike<number>,
  px: (value: number) => number,
  at: number,
): number | null {
  let low = 0;
  let high = stops.length - 1;
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    const between = (px(stops[middle] as number) + px(stops[middle + 1] as number)) / 2;
    if (at <= between) high = middle;
    else low = middle + 1;
  }
  return low;
}

const round = (value: number): number => Math.round(value * 100) / 100;
