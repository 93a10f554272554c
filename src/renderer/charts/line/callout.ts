/** The values beside a crosshair: where their texts stand, and what they cover. */
import type { Box } from '../core/box.ts';
import { textWidth } from '../core/text-width.ts';
import type { Plot } from './frame.ts';
import type { PlacedReading } from './readout.ts';

export interface CalloutLine {
  readonly reading: PlacedReading;
  /** In bold, and in grey behind it. */
  readonly text: string;
  readonly more: string;
}

export interface Callout {
  readonly x: number;
  /** The texts stand to the left of the line, because there is no room at its right. */
  readonly isLeft: boolean;
  readonly lines: readonly CalloutLine[];
  readonly boxes: readonly Box[];
}

/** From the line to a text, with the swatch between. */
export const TEXT_GAP = 20;

export function makeCallout(plot: Plot, x: number, lines: readonly CalloutLine[]): Callout {
  const widths = lines.map(({ text, more }) => textWidth(`${text} ${more}`.trim(), 11, 600) + 4);
  const isLeft = x + TEXT_GAP + Math.max(0, ...widths) > plot.right;
  const boxes = lines.map(({ reading }, index): Box => {
    const width = TEXT_GAP + (widths[index] as number);
    return {
      left: isLeft ? x - width : x,
      right: isLeft ? x : x + width,
      top: reading.textY - 7,
      bottom: reading.textY + 7,
    };
  });
  return { x, isLeft, lines, boxes };
}
