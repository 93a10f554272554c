/** Names of points, placed greedily, and dropped before they touch. */
import { touch, type Box } from '../core/box.ts';
import { textWidth } from '../core/text-width.ts';

export interface PointLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
  readonly text: string;
}

/** Those first in the list have the first choice: right of the point, left, above or below either. */
export function placeLabels(
  points: readonly { readonly x: number; readonly y: number; readonly text: string }[],
  plot: Box,
): PointLabel[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  return points.flatMap(({ x, y, text }, index) => {
    const width = textWidth(text);
    for (const dy of [0, -10, 10]) {
      for (const anchor of ['start', 'end'] as const) {
        const at = anchor === 'start' ? x + 8 : x - 8;
        const left = anchor === 'start' ? at : at - width;
        const box: Box = { left, right: left + width, top: y + dy - 7, bottom: y + dy + 7 };
        const inside =
          box.left >= plot.left &&
          box.right <= plot.right &&
          box.top >= plot.top &&
          box.bottom <= plot.bottom;
        if (!inside || taken.some((other, owner) => owner !== index && touch(box, other))) continue;
        taken.push(box);
        return [{ x: at, y: y + dy + 4, anchor, text }];
      }
    }
    return [];
  });
}
