/** A matrix as a picture of one pixel a cell, to be drawn enlarged. */
import { entryOf, type Ramp } from '../../data/ramps.ts';
import type { Matrix } from './matrix.ts';

export function matrixPicture(
  { rows, columns, values }: Matrix,
  [low, high]: readonly [number, number],
  ramp: Ramp,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  // What is not finite stays transparent.
  for (let i = 0; i < pixels.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) pixels[i] = ramp.pixels[entryOf(value, low, high)] as number;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
