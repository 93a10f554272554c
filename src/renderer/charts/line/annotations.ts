/** Words within the plot: where values stopped being numbers, where a run went on, and notes at steps. */
import { touch, type Box } from '../core/box.ts';
import { lowerBound } from '../core/search.ts';
import { textWidth } from '../core/text-width.ts';
import { xAt } from '../core/x-axis.ts';
import type { ChartNote } from '../types.ts';
import { breaksOf, crossesOf, type Entry, type Frame } from './frame.ts';
import { linesThrough } from './readout.ts';

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

const HEIGHT = 14;
const PAD = 10;

/** Texts of gaps and resumes that fit; those of gaps come first, and one a group: what its line says, its rings need not. */
export function annotate(frame: Frame, taken: readonly Box[]): Annotation[] {
  const boxes = [...taken];
  const annotations: Annotation[] = [];
  const spoken = new Set<string>();
  const linesFirst = [...frame.entries].sort(
    (a, b) => Number(a.series.mark === 'rings') - Number(b.series.mark === 'rings'),
  );
  for (const entry of linesFirst) {
    const cross = spoken.has(entry.group) ? undefined : crossesOf(entry, frame)[0];
    if (cross === undefined) continue;
    spoken.add(entry.group);
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

/** Rows from the top in which a note's text may stand. */
const ROWS = 6;

/**
 * Lines and texts of notes: each text in one of the upper rows, where no other text stands and the fewest lines pass; left out
 * when there is no room.
 */
export function layoutNotes(frame: Frame, notes: readonly ChartNote[]): NoteMark[] {
  const placed = notes.flatMap((note) => {
    const x = noteX(frame, note);
    return x === null ? [] : [{ text: note.text, x }];
  });
  const boxes: Box[] = [];
  return placed
    .sort((a, b) => a.x - b.x)
    .map(({ text, x }) => {
      const flips = x + PAD / 2 + textWidth(text) > frame.plot.right;
      const anchor = flips ? 'end' : 'start';
      let best: Annotation | null = null;
      let fewest = Infinity;
      for (let row = 0; row < ROWS; row++) {
        const y = frame.plot.top + 7 + row * HEIGHT;
        const tried: Annotation = { x: flips ? x - PAD / 2 : x + PAD / 2, y, anchor, text };
        const box = boxOf(tried);
        if (box.bottom > frame.plot.bottom || boxes.some((other) => touch(box, other, 4))) continue;
        const hits = linesThrough(frame, box);
        if (hits >= fewest) continue;
        fewest = hits;
        best = tried;
      }
      if (best !== null) boxes.push(boxOf(best));
      return { x, y: frame.plot.top, anchor, text: '', ...best, lineX: x };
    });
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
      if (!inside || boxes.some((other) => touch(box, other, 2))) continue;
      const hits = linesThrough(frame, box);
      if (hits >= fewest) continue;
      fewest = hits;
      best = tried;
    }
  }
  return best;
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
