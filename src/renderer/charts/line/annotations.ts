/** Words within the plot: where values stopped being numbers, where a run went on, and notes at steps. */
import { lowerBound } from '../core/search.ts';
import { textWidth } from '../core/text-width.ts';
import { xAt } from '../core/x-axis.ts';
import type { ChartNote } from '../types.ts';
import { breaksOf, crossesOf, type Entry, type Frame } from './frame.ts';
import { readingsAt } from './readout.ts';

export interface Annotation {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
  readonly text: string;
}

export interface NoteMark extends Annotation {
  /** Where the note's line stands. */
  readonly lineX: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 14;
const PAD = 10;

/** Texts of gaps and resumes that fit; those of gaps come first, and one a series. */
export function annotate(frame: Frame, taken: readonly Box[]): Annotation[] {
  const boxes = [...taken];
  const annotations: Annotation[] = [];
  for (const entry of frame.entries) {
    const cross = crossesOf(entry, frame)[0];
    if (cross === undefined) continue;
    const text = `${entry.series.label}: ${gapText(entry, cross.gap)}`;
    const placed = place(frame, boxes, cross.x, cross.y, text) ?? side(frame, cross.x, cross.y, text);
    boxes.push(boxOf(placed));
    annotations.push(placed);
  }
  for (const entry of frame.entries) {
    if (entry.series.mark !== 'line') continue;
    for (const { x, y, step } of breaksOf(entry, frame)) {
      const placed = place(frame, boxes, x, y, `resumed at ${step.toLocaleString('en')}`);
      if (placed === null) continue;
      boxes.push(boxOf(placed));
      annotations.push(placed);
    }
  }
  return annotations;
}

/** "NaN from step 313", "NaN at step 313", "infinite at steps 313 to 320, 5 gaps". */
export function gapText(entry: Entry, index: number): string {
  const { gaps } = entry.raw.pieces;
  const gap = gaps[index];
  if (gap === undefined) return '';
  const { step, length } = entry.series.points;
  const at = (i: number): string => (step[i] as number).toLocaleString('en');
  const first = at(gap.from);
  const last = at(gap.to - 1);
  const where =
    gap.to >= length
      ? `from step ${first}`
      : gap.to - gap.from === 1
        ? `at step ${first}`
        : `at steps ${first} to ${last}`;
  const more = gaps.length > 1 ? `, ${gaps.length} gaps` : '';
  return `${gap.kind} ${where}${more}`;
}

/** Lines and texts of notes; texts in rows from the top, so that none touch, and left out when there are too many rows. */
export function layoutNotes(frame: Frame, notes: readonly ChartNote[]): NoteMark[] {
  const rows: number[] = [];
  const marks: NoteMark[] = [];
  const placed = notes.flatMap((note) => {
    const x = noteX(frame, note);
    return x === null ? [] : [{ note, x }];
  });
  placed.sort((a, b) => a.x - b.x);
  for (const { note, x } of placed) {
    const width = textWidth(note.text);
    const flips = x + PAD / 2 + width > frame.plot.right;
    const left = flips ? x - PAD / 2 - width : x + PAD / 2;
    let row = rows.findIndex((right) => right + 8 < left);
    if (row < 0) row = rows.length;
    const fits = row < 3;
    if (fits) rows[row] = flips ? x + 2 : left + width;
    marks.push({
      lineX: x,
      x: flips ? x - PAD / 2 : x + PAD / 2,
      y: frame.plot.top + 10 + row * HEIGHT,
      anchor: flips ? 'end' : 'start',
      text: fits ? note.text : '',
    });
  }
  return marks;
}

/** Pixels of a note's step along the axis that is shown; null when it is outside. */
function noteX(frame: Frame, note: ChartNote): number | null {
  const entry = frame.entries.find(({ series }) => series.id === note.series) ?? frame.entries[0];
  if (entry === undefined) return null;
  const { step, length } = entry.series.points;
  const index = lowerBound(step, note.x, 0, length);
  const x =
    entry.access.sorted === step
      ? (note.x - entry.access.offset) * entry.access.factor
      : xAt(entry.access, Math.min(index, length - 1));
  const px = frame.x.px(x);
  return px >= frame.plot.left - 0.5 && px <= frame.plot.right + 0.5 ? px : null;
}

/**
 * Beside a point where there is room and the fewest lines pass: to its right or left, on its height, above or below. Null where
 * another text stands everywhere.
 */
function place(frame: Frame, boxes: readonly Box[], x: number, y: number, text: string): Annotation | null {
  const { plot } = frame;
  let best: Annotation | null = null;
  let fewest = Infinity;
  for (const dy of [0, -HEIGHT, HEIGHT, -2 * HEIGHT, 2 * HEIGHT]) {
    for (const anchor of ['start', 'end'] as const) {
      const beside = dy === 0 ? PAD : 2;
      const tried: Annotation = { x: anchor === 'start' ? x + beside : x - beside, y: y + dy, anchor, text };
      const box = boxOf(tried);
      const inside =
        box.left >= plot.left &&
        box.right <= plot.right &&
        box.top >= plot.top - 8 &&
        box.bottom <= plot.bottom;
      if (!inside || boxes.some((other) => touch(box, other))) continue;
      const hits = linesThrough(frame, box);
      if (hits >= fewest) continue;
      fewest = hits;
      best = tried;
    }
  }
  return best;
}

/** How often lines pass through a box, looked at in a few places. */
function linesThrough(frame: Frame, box: Box): number {
  let hits = 0;
  for (let look = 0; look <= 4; look++) {
    const at = box.left + ((box.right - box.left) * look) / 4;
    for (const { y } of readingsAt(frame, at)) if (y > box.top && y < box.bottom) hits++;
  }
  return hits;
}

function side(frame: Frame, x: number, y: number, text: string): Annotation {
  const right = x + PAD + textWidth(text) <= frame.plot.right;
  return { x: right ? x + PAD : x - PAD, y, anchor: right ? 'start' : 'end', text };
}

export function boxOf({ x, y, anchor, text }: Annotation): Box {
  const width = textWidth(text);
  const left = anchor === 'start' ? x : x - width;
  return { left, right: left + width, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
}

function touch(a: Box, b: Box): boolean {
  return a.left < b.right + 2 && a.right > b.left - 2 && a.top < b.bottom && a.bottom > b.top;
}
