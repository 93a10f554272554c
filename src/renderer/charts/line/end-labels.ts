/** Names at the ends of lines, spread so that none touch, each joined to its line. */
import type { Box } from '../core/box.ts';
import { spread } from '../core/spread.ts';
import { fitText, textWidth } from '../core/text-width.ts';
import { xAt } from '../core/x-axis.ts';
import { drawnValue, type Entry, type Frame } from './frame.ts';
import { linesThrough } from './readout.ts';

export interface EndLabel {
  readonly group: string;
  readonly colour: string;
  /** In ink and bold. */
  readonly name: string;
  /** In grey behind it; may be cut or ''. */
  readonly detail: string;
  /** Left edge and middle of the text. */
  readonly x: number;
  readonly y: number;
  /** Width of both texts. */
  readonly width: number;
  /** The end of the line, and whether a leader joins them. */
  readonly endX: number;
  readonly endY: number;
  readonly leader: boolean;
}

export const LABEL_SIZE = 12;
const GAP = 14;
/** Between a line's end and its label in the column beside the plot. */
export const LEADER = 18;
const SPACE = 6;
/** Of a label within the plot, where other lines may pass below it. */
const WIDEST_INSIDE = 220;

export interface LabelText {
  readonly name: string;
  readonly detail: string;
}

/** The width that the names need beside the plot, at most `most`. */
export function labelColumn(texts: readonly LabelText[], most: number): number {
  const widest = Math.max(0, ...texts.map(({ name, detail }) => widthOf(name, detail)));
  return Math.min(most, Math.ceil(widest) + 2);
}

function widthOf(name: string, detail: string): number {
  const own = textWidth(name, LABEL_SIZE, 600);
  return detail === '' ? own : own + SPACE + textWidth(detail, LABEL_SIZE);
}

/** Labels of the entries that are given; `column` is the room beside the plot. */
export function layoutLabels(
  frame: Frame,
  entries: readonly Entry[],
  textOf: (entry: Entry) => LabelText,
  column: number,
): EndLabel[] {
  const { plot } = frame;
  const wanted = entries.flatMap((entry) => {
    const end = endOf(frame, entry);
    if (end === null) return [];
    const { name, detail } = textOf(entry);
    // Beside the line's own end where at least the name fits there, else in the column beside the plot.
    const beside = Math.min(plot.right - end.x - 12, WIDEST_INSIDE);
    const inside = textWidth(name, LABEL_SIZE, 600) <= beside;
    const room = inside ? beside : column;
    const shortName = fitText(name, room, LABEL_SIZE, 600);
    const left = room - textWidth(shortName, LABEL_SIZE, 600) - SPACE;
    const shortDetail = shortName !== name || left < 24 ? '' : fitText(detail, left, LABEL_SIZE);
    return [
      {
        group: entry.group,
        colour: entry.series.colour,
        name: shortName,
        detail: shortDetail,
        x: inside ? end.x + 12 : plot.right + LEADER,
        width: widthOf(shortName, shortDetail),
        endX: end.x,
        endY: end.y,
        inside,
      },
    ];
  });
  return clusters(wanted).flatMap((cluster) => {
    const places = spread(
      cluster.map((label) => (label.inside ? quietest(frame, label) : label.endY)),
      GAP,
      plot.top + 2,
      plot.bottom - 2,
    );
    return cluster.map(({ inside, ...label }, index) => {
      const y = places[index] as number;
      return { ...label, y, leader: !inside || Math.abs(y - label.endY) > 3 };
    });
  });
}

export function labelBox({ x, y, width }: Pick<EndLabel, 'x' | 'y' | 'width'>): Box {
  return { left: x, right: x + width, top: y - GAP / 2, bottom: y + GAP / 2 };
}

/** At the height of its line's end, or a little above or below, where the fewest other lines pass. */
function quietest(
  frame: Frame,
  { x, width, endY, group }: Pick<EndLabel, 'x' | 'width' | 'endY' | 'group'>,
): number {
  let best = endY;
  let fewest = Infinity;
  for (const by of [0, -GAP, GAP]) {
    const box = labelBox({ x, y: endY + by, width });
    if (box.top < frame.plot.top - GAP / 2 || box.bottom > frame.plot.bottom + GAP / 2) continue;
    const hits = linesThrough(frame, box, group);
    if (hits >= fewest) continue;
    fewest = hits;
    best = endY + by;
  }
  return best;
}

/** The last finite point within the plot. */
function endOf(frame: Frame, entry: Entry): { readonly x: number; readonly y: number } | null {
  const { plot, x, y } = frame;
  const { ends, starts } = entry.raw.pieces;
  for (let piece = ends.length - 1; piece >= 0; piece--) {
    const last = (ends[piece] as number) - 1;
    const px = x.px(xAt(entry.access, last));
    if (px < plot.left) return null;
    if (px <= plot.right + 0.5) {
      return { x: px, y: clamp(y.px(drawnValue(entry, last)), plot.top, plot.bottom) };
    }
    const first = starts[piece] as number;
    if (x.px(xAt(entry.access, first)) > plot.right) continue;
    // The line leaves the plot at its right edge.
    let low = first;
    let high = last;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (x.px(xAt(entry.access, middle)) <= plot.right + 0.5) low = middle;
      else high = middle - 1;
    }
    return { x: plot.right, y: clamp(y.px(drawnValue(entry, low)), plot.top, plot.bottom) };
  }
  return null;
}

/** Labels whose texts share some x: only those can touch. */
function clusters<L extends { readonly x: number; readonly width: number }>(labels: readonly L[]): L[][] {
  const sorted = [...labels].sort((a, b) => a.x - b.x);
  const all: { right: number; labels: L[] }[] = [];
  for (const label of sorted) {
    const last = all[all.length - 1];
    if (last !== undefined && label.x <= last.right + 4) {
      last.labels.push(label);
      last.right = Math.max(last.right, label.x + label.width);
    } else {
      all.push({ right: label.x + label.width, labels: [label] });
    }
  }
  return all.map((cluster) => cluster.labels);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
