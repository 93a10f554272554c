/** Paints marks on a canvas whose units are CSS pixels. */
import type { Mark, Paint } from './marks.ts';
import { outlines } from './ribbon.ts';
import type { Vertices } from './vertices.ts';

export function paintMarks(context: CanvasRenderingContext2D, marks: readonly Mark[], paint: Paint): void {
  for (const mark of marks) {
    const colour = paint(mark.colour);
    context.globalAlpha = mark.alpha;
    context.fillStyle = colour;
    context.strokeStyle = colour;
    paintMark(context, mark, paint);
  }
  context.globalAlpha = 1;
}

function paintMark(context: CanvasRenderingContext2D, mark: Mark, paint: Paint): void {
  switch (mark.kind) {
    case 'area':
      context.beginPath();
      for (const corners of outlines(mark.ribbon)) {
        corners.forEach(([x, y], corner) => {
          if (corner === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        });
      }
      context.fill();
      return;
    case 'line':
      context.beginPath();
      context.lineWidth = mark.width;
      context.lineJoin = 'bevel';
      context.lineCap = mark.dash.length > 0 ? 'butt' : 'round';
      context.setLineDash(mark.dash as number[]);
      addPath(context, mark.vertices);
      context.stroke();
      context.setLineDash([]);
      return;
    case 'rings':
      context.lineWidth = 1.5;
      context.beginPath();
      eachPoint(mark.vertices, (x, y) => {
        context.moveTo(x + mark.radius, y);
        context.arc(x, y, mark.radius, 0, 2 * Math.PI);
      });
      context.fillStyle = paint(mark.fill);
      context.fill();
      context.stroke();
      return;
    case 'dots':
      eachPoint(mark.vertices, (x, y) => {
        context.globalAlpha = mark.alpha * 0.3;
        context.beginPath();
        context.arc(x, y, mark.halo, 0, 2 * Math.PI);
        context.fill();
        context.globalAlpha = mark.alpha;
        context.beginPath();
        context.arc(x, y, mark.radius, 0, 2 * Math.PI);
        context.fill();
      });
      return;
    case 'crosses':
    case 'breaks':
      if (mark.kind === 'breaks') paintGaps(context, mark.vertices, mark.radius, paint('--surface'));
      context.strokeStyle = paint(mark.colour);
      context.lineWidth = mark.kind === 'crosses' ? 2 : 1.5;
      context.lineCap = 'butt';
      context.beginPath();
      eachPoint(mark.vertices, (x, y) => {
        for (const [x0, y0, x1, y1] of strokesOf(mark.kind, x, y, mark.radius)) {
          context.moveTo(x0, y0);
          context.lineTo(x1, y1);
        }
      });
      context.stroke();
      return;
    case 'triangles':
      context.beginPath();
      eachPoint(mark.vertices, (x, y) => {
        triangleOf(x, y, mark.radius, mark.up).forEach(([tx, ty], corner) => {
          if (corner === 0) context.moveTo(tx, ty);
          else context.lineTo(tx, ty);
        });
        context.closePath();
      });
      context.fill();
  }
}

/** Takes the line away between the two strokes of a break. */
function paintGaps(context: CanvasRenderingContext2D, vertices: Vertices, r: number, paper: string): void {
  context.strokeStyle = paper;
  context.lineWidth = 4;
  context.lineCap = 'butt';
  context.beginPath();
  eachPoint(vertices, (x, y) => {
    context.moveTo(x - r / 2, y + r);
    context.lineTo(x + r / 2, y - r);
  });
  context.stroke();
}

/** Adds the stretches of a path. */
function addPath(context: CanvasRenderingContext2D, { xy, length }: Vertices): void {
  let moving = true;
  for (let i = 0; i < length; i += 2) {
    const x = xy[i] as number;
    if (x !== x) {
      moving = true;
    } else if (moving) {
      context.moveTo(x, xy[i + 1] as number);
      // A point alone is a dot.
      if (i + 2 >= length || Number.isNaN(xy[i + 2])) context.lineTo(x, xy[i + 1] as number);
      moving = false;
    } else {
      context.lineTo(x, xy[i + 1] as number);
    }
  }
}

export function eachPoint({ xy, length }: Vertices, visit: (x: number, y: number) => void): void {
  for (let i = 0; i < length; i += 2) {
    if (!Number.isNaN(xy[i])) visit(xy[i] as number, xy[i + 1] as number);
  }
}

type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

/** The strokes of a cross, or of a break: two short slanted ones side by side. */
export function strokesOf(kind: 'crosses' | 'breaks', x: number, y: number, r: number): readonly Stroke[] {
  if (kind === 'crosses') {
    return [
      [x - r, y - r, x + r, y + r],
      [x - r, y + r, x + r, y - r],
    ];
  }
  return [
    [x - r / 2 - 2, y + r, x + r / 2 - 2, y - r],
    [x - r / 2 + 2, y + r, x + r / 2 + 2, y - r],
  ];
}

/** Corners of a triangle whose tip is at the edge of the plot. */
export function triangleOf(
  x: number,
  y: number,
  r: number,
  up: boolean,
): readonly (readonly [number, number])[] {
  const foot = up ? y + r * 1.5 : y - r * 1.5;
  return [
    [x, y],
    [x - r, foot],
    [x + r, foot],
  ];
}
