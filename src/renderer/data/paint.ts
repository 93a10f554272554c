/** Images and matrices as pixels. Nothing here knows a canvas: `target` is the pixels of an ImageData, row by row. */
import { entryOf, pixelOf, type Ramp } from './ramps.ts';

export type ImageShape = readonly [height: number, width: number, channels: number];

export interface Target {
  readonly pixels: Uint32Array;
  /** Pixels in a row. */
  readonly width: number;
}

/** How many values one image has. */
export function imageLength([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/**
 * Paints one image of bytes, which begins at `offset` of `bytes`, with its upper left corner at `x`, `y` of the target.
 *
 * One channel goes through the ramp, so that digits are ink on paper in each theme; three are red, green and blue as they are.
 */
export function paintBytes(
  target: Target,
  x: number,
  y: number,
  bytes: Uint8Array,
  offset: number,
  shape: ImageShape,
  ramp: Ramp,
): void {
  const [height, width, channels] = shape;
  let from = offset;
  for (let row = 0; row < height; row++) {
    let to = (y + row) * target.width + x;
    for (let column = 0; column < width; column++) {
      target.pixels[to++] =
        channels >= 3
          ? pixelOf([bytes[from] as number, bytes[from + 1] as number, bytes[from + 2] as number])
          : (ramp.pixels[bytes[from] as number] as number);
      from += channels;
    }
  }
}

/** Where values lie in an array that is read as a matrix: the value at (row, column) is at start + row * rowStep + column * columnStep. */
export interface Strides {
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Paints a matrix of values between `low` and `high`, one pixel a value. */
export function paintMatrix(
  target: Target,
  x: number,
  y: number,
  values: ArrayLike<number>,
  { start, rowStep, columnStep }: Strides,
  [rows, columns]: readonly [number, number],
  [low, high]: readonly [number, number],
  ramp: Ramp,
): void {
  for (let row = 0; row < rows; row++) {
    let from = start + row * rowStep;
    let to = (y + row) * target.width + x;
    for (let column = 0; column < columns; column++) {
      target.pixels[to++] = ramp.pixels[entryOf(values[from] as number, low, high)] as number;
      from += columnStep;
    }
  }
}
