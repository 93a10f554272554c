/** Leaves out corners of a path that nobody could see: a stroke costs by its corners. */
import type { Vertices } from './vertices.ts';

/**
 * Takes corners away while the path stays within `tolerance` pixels (upwards or downwards) of each of them. From each kept
 * corner a cone is narrowed by every corner that follows, until one lies outside (swing-door compression).
 */
export function simplify(vertices: Vertices, tolerance: number): void {
  const { xy, length } = vertices;
  let kept = 0;
  const keep = (at: number): void => {
    xy[kept++] = xy[at] as number;
    xy[kept++] = xy[at + 1] as number;
  };
  let i = 0;
  while (i < length) {
    if (Number.isNaN(xy[i])) {
      keep(i);
      i += 2;
      continue;
    }
    let anchorX = xy[i] as number;
    let anchorY = xy[i + 1] as number;
    keep(i);
    let [least, most] = [-Infinity, Infinity];
    let pending = -1;
    i += 2;
    while (i < length && !Number.isNaN(xy[i])) {
      const dx = (xy[i] as number) - anchorX;
      const dy = (xy[i + 1] as number) - anchorY;
      const slope = dy / dx;
      if (pending >= 0 && !(dx > 0 && slope >= least && slope <= most)) {
        anchorX = xy[pending] as number;
        anchorY = xy[pending + 1] as number;
        keep(pending);
        [least, most] = [-Infinity, Infinity];
        pending = -1;
        continue;
      }
      if (dx > 0) {
        least = Math.max(least, (dy - tolerance) / dx);
        most = Math.min(most, (dy + tolerance) / dx);
      } else {
        // Straight up or down: no cone reaches there.
        [least, most] = [Infinity, -Infinity];
      }
      pending = i;
      i += 2;
    }
    if (pending >= 0) keep(pending);
  }
  vertices.length = kept;
}
