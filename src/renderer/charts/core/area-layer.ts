/**
 * Areas drawn pixel by pixel, column by column. A browser fills the outline of a noisy band by all its thousands of corners; to
 * walk down the columns takes a fifth of that, which is what lets ten bands be panned at 60 frames a second.
 */
import { parseHex } from '../../data/ramps.ts';
import type { Ribbon } from './ribbon.ts';

/** A ribbon, the colour "#rrggbb" that it is filled with, and how much of it covers, 0 to 1. */
export interface Fill {
  readonly ribbon: Ribbon;
  readonly colour: string;
  readonly alpha: number;
}

const RED_BLUE = 0x00ff00ff;
const GREEN = 0x0000ff00;
const OPAQUE = 0xff000000;

/** A part of a chart, in pixels of its box. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class AreaLayer {
  #canvas: HTMLCanvasElement | null = null;
  #image: ImageData | null = null;
  /** Column by column, so that a run down a column is a run through memory. */
  #columns = new Uint32Array(0);

  /** Paints the paper and the areas in front of it, the first farthest back. `paper` is opaque. */
  paint(context: CanvasRenderingContext2D, part: Part, paper: string, fills: readonly Fill[]): void {
    const width = Math.round(part.width);
    const height = Math.round(part.height);
    if (width <= 0 || height <= 0 || fills.length === 0) return;
    this.#canvas ??= document.createElement('canvas');
    const canvas = this.#canvas;
    if (canvas.width !== width || canvas.height !== height || this.#image === null) {
      canvas.width = width;
      canvas.height = height;
      this.#image = new ImageData(width, height);
      this.#columns = new Uint32Array(width * height);
    }
    const own = canvas.getContext('2d');
    if (own === null) return;
    const grain = fills.length > MANY ? 2 : 1;
    const columns = Math.ceil(width / grain);
    this.#columns.fill(pixelOf(paper), 0, columns * height);
    for (const fill of fills) paintRibbon(this.#columns, columns, height, { ...part, grain }, fill);
    transpose(this.#columns, new Uint32Array(this.#image.data.buffer), width, height, grain);
    own.putImageData(this.#image, 0, 0);
    context.drawImage(canvas, part.left, part.top, part.width, part.height);
  }
}

/** Areas from which on columns are two pixels wide: as wide as the stretches that make up a dense area, and half the work. */
const MANY = 4;

/** Columns at a time: as many pixels as a line of the processor's cache holds. */
const BLOCK = 16;

/** From `columns` [width / grain, height] to `rows` [height, width]; a column is `grain` (1 or 2) pixels wide. */
export function transpose(
  columns: Uint32Array,
  rows: Uint32Array,
  width: number,
  height: number,
  grain: 1 | 2 = 1,
): void {
  for (let left = 0; left < width; left += BLOCK) {
    const right = Math.min(width, left + BLOCK);
    for (let row = 0; row < height; row++) {
      let from = (left / grain) * height + row;
      const end = row * width + right;
      for (let to = row * width + left; to < end; to += grain) {
        const pixel = columns[from] as number;
        rows[to] = pixel;
        if (grain === 2 && to + 1 < end) rows[to + 1] = pixel;
        from += height;
      }
    }
  }
}

/** As ImageData holds it, read as a little-endian number. */
function pixelOf(colour: string): number {
  const [red, green, blue] = parseHex(colour);
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Into `pixels` [columns, height], whose columns are `grain` pixels wide; between two corners, top and foot are straight lines.
 */
export function paintRibbon(
  pixels: Uint32Array,
  columns: number,
  height: number,
  { left, top, grain }: Pick<Part, 'left' | 'top'> & { readonly grain: 1 | 2 },
  { ribbon, colour, alpha }: Fill,
): void {
  const { data, length } = ribbon;
  const paint = pixelOf(colour);
  const cover = Math.round(alpha * 256);
  for (let i = 0; i + 3 < length; i += 3) {
    const x0 = (data[i] as number) - left;
    const x1 = (data[i + 3] as number) - left;
    // A stretch ends where an x is NaN: nothing is between it and the next.
    if (!(x1 > x0)) continue;
    const end = Math.min(columns, Math.ceil(x1 / grain - 0.5));
    const t0 = (data[i + 1] as number) - top;
    const f0 = (data[i + 2] as number) - top;
    const rise = ((data[i + 4] as number) - top - t0) / (x1 - x0);
    const fall = ((data[i + 5] as number) - top - f0) / (x1 - x0);
    for (let column = Math.max(0, Math.ceil(x0 / grain - 0.5)); column < end; column++) {
      const along = (column + 0.5) * grain - x0;
      const from = Math.max(0, t0 + along * rise);
      const to = Math.min(height, f0 + along * fall);
      if (to <= from) continue;
      const first = Math.floor(from);
      const last = Math.floor(to);
      const start = column * height;
      if (first === last) {
        blend(pixels, start + first, start + first + 1, paint, Math.round((to - from) * cover));
        continue;
      }
      // The pixels at both ends are covered by the share that lies within.
      blend(pixels, start + first, start + first + 1, paint, Math.round((first + 1 - from) * cover));
      blend(pixels, start + first + 1, start + last, paint, cover);
      if (to > last) blend(pixels, start + last, start + last + 1, paint, Math.round((to - last) * cover));
    }
  }
}

/** Covers a run of pixels with a colour; `cover` is 0 to 256. A flat loop of whole numbers: it runs over a million pixels a frame. */
function blend(pixels: Uint32Array, from: number, to: number, colour: number, cover: number): void {
  const keep = 256 - cover;
  const redBlue = Math.imul(colour & RED_BLUE, cover);
  const green = Math.imul(colour & GREEN, cover);
  for (let at = from; at < to; at++) {
    const pixel = pixels[at] as number;
    pixels[at] =
      OPAQUE |
      (((Math.imul(pixel & RED_BLUE, keep) + redBlue) >>> 8) & RED_BLUE) |
      (((Math.imul(pixel & GREEN, keep) + green) >>> 8) & GREEN);
  }
}
