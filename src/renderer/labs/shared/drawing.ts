/**
 * A drawing as it is kept: strokes of a round brush over an image to start from, and how it becomes grey values for a model.
 *
 * Lengths are pixels of the model's image (28 for MNIST), so that a drawing does not depend on the size of the pad on screen.
 */

export interface Stroke {
  readonly radius: number;
  /** x and y of each point in turn; one point is a dab. */
  readonly points: readonly number[];
}

export interface Drawing {
  /** The image below the strokes, 0 to 255, or null for an empty sheet. */
  readonly base: Uint8Array<ArrayBuffer> | null;
  readonly strokes: readonly Stroke[];
}

export const EMPTY_DRAWING: Drawing = { base: null, strokes: [] };

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** How points of the sheet lie in the image: x * scale + dx, y * scale + dy; lengths times scale. */
export interface Placement {
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
}

const AS_DRAWN: Placement = { scale: 1, dx: 0, dy: 0 };

/** MNIST's digits were scaled to fit a box of 20 x 20, and then set into 28 x 28 by their centre of mass (LeCun et al. 1998). */
const BOX_SHARE = 20 / 28;

/**
 * Their centre of mass lies on the pixel with the number 14, not on the edge before it: 14.50 and 14.50 on average over the
 * training images.
 */
const OFF_MIDDLE = 0.5;

export function isEmpty(drawing: Drawing): boolean {
  return drawing.base === null && drawing.strokes.length === 0;
}

/**
 * Whether a drawing can be shown to a model of images [height, width, channels]: an image to start from has its size, and strokes
 * are grey.
 */
export function fitsShape(
  drawing: Drawing,
  [height, width, channels]: readonly [number, number, number],
): boolean {
  return drawing.base === null ? channels === 1 : drawing.base.length === height * width * channels;
}

/**
 * The drawing as an image: each pixel holds how much of it the brush covers, by the distance of its centre from the stroke with an
 * edge one pixel soft; strokes over each other do not add up.
 */
export function rasterise(
  drawing: Drawing,
  size: ImageSize,
  { scale, dx, dy }: Placement = AS_DRAWN,
): Uint8Array<ArrayBuffer> {
  const image = drawing.base === null ? new Uint8Array(size.height * size.width) : drawing.base.slice();
  for (const { radius, points } of drawing.strokes) {
    const reach = radius * scale;
    const placed = points.map((value, i) => value * scale + (i % 2 === 0 ? dx : dy));
    for (let i = 0; i < placed.length; i += 2) {
      const next = Math.min(i + 2, placed.length - 2);
      // The last point of a longer stroke is the end of the segment before it.
      if (next === i && placed.length > 2) break;
      const [ax, ay, bx, by] = [placed[i], placed[i + 1], placed[next], placed[next + 1]] as Segment;
      paintSegment(image, size, [ax, ay, bx, by], reach);
    }
  }
  return image;
}

/**
 * Where MNIST's authors would have put the drawing: its box scaled to 20 of 28 pixels, its centre of mass where theirs are. A drawing
 * that begins with an image stays where it is, as do an empty one and one without extent.
 */
export function placementOf(drawing: Drawing, size: ImageSize): Placement {
  if (drawing.base !== null || drawing.strokes.length === 0) return AS_DRAWN;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { radius, points } of drawing.strokes) {
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i] as number, points[i + 1] as number];
      left = Math.min(left, x - radius);
      right = Math.max(right, x + radius);
      top = Math.min(top, y - radius);
      bottom = Math.max(bottom, y + radius);
    }
  }
  const extent = Math.max(right - left, bottom - top);
  if (!(extent > 0)) return AS_DRAWN;
  const scale = (BOX_SHARE * Math.min(size.height, size.width)) / extent;
  const middle: Placement = {
    scale,
    dx: size.width / 2 - ((left + right) / 2) * scale,
    dy: size.height / 2 - ((top + bottom) / 2) * scale,
  };
  const mass = centreOfMass(rasterise(drawing, size, middle), size);
  if (mass === null) return middle;
  return {
    scale,
    dx: middle.dx + size.width / 2 + OFF_MIDDLE - mass.x,
    dy: middle.dy + size.height / 2 + OFF_MIDDLE - mass.y,
  };
}

/** Where the ink lies on average; a pixel's centre is half a pixel from its edges. Null without ink. */
export function centreOfMass(
  image: Uint8Array,
  { width }: ImageSize,
): { readonly x: number; readonly y: number } | null {
  let [sum, x, y] = [0, 0, 0];
  image.forEach((value, i) => {
    sum += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return sum === 0 ? null : { x: x / sum, y: y / sum };
}

/** Adds a point to the last stroke, unless it lies where the stroke ends. */
export function extendStroke(drawing: Drawing, x: number, y: number): Drawing {
  const stroke = drawing.strokes.at(-1);
  if (stroke === undefined) return drawing;
  const { points } = stroke;
  if (points.at(-2) === x && points.at(-1) === y) return drawing;
  const longer = { ...stroke, points: [...points, x, y] };
  return { ...drawing, strokes: [...drawing.strokes.slice(0, -1), longer] };
}

export function beginStroke(drawing: Drawing, radius: number, x: number, y: number): Drawing {
  return { ...drawing, strokes: [...drawing.strokes, { radius, points: [x, y] }] };
}

/** Takes back the last stroke; without strokes, the image below. */
export function undo(drawing: Drawing): Drawing {
  if (drawing.strokes.length > 0) return { ...drawing, strokes: drawing.strokes.slice(0, -1) };
  return EMPTY_DRAWING;
}

type Segment = [ax: number, ay: number, bx: number, by: number];

function paintSegment(
  image: Uint8Array,
  { height, width }: ImageSize,
  [ax, ay, bx, by]: Segment,
  radius: number,
): void {
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(width, Math.ceil(Math.max(ax, bx) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(height, Math.ceil(Math.max(ay, by) + reach));
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const distance = distanceTo(column + 0.5, row + 0.5, ax, ay, bx, by);
      const value = Math.round(255 * Math.min(1, Math.max(0, reach - distance)));
      const at = row * width + column;
      if (value > (image[at] as number)) image[at] = value;
    }
  }
}

/** The distance of a point from the segment a to b. */
function distanceTo(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
