/** Canvases: sharp on every screen, and stores of many small pictures to draw from. */
import { paintBytes, paintMatrix, type ImageShape, type Strides } from './paint.ts';
import type { Ramp } from './ramps.ts';

/**
 * Gives a canvas as many pixels as the screen has in `width` x `height` CSS pixels, and a context whose unit is the CSS pixel. Clears it.
 * Null where the canvas has no extent.
 */
export function openSurface(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): { readonly context: CanvasRenderingContext2D; readonly ratio: number } | null {
  const ratio = window.devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d');
  if (context === null || columns === 0 || rows === 0) return null;
  // Setting a size empties the canvas and costs its memory anew, even where it stays the same.
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, ratio };
}

/** Many pictures of one size on one canvas, in rows. */
export interface Atlas {
  readonly canvas: OffscreenCanvas;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

const ATLAS_COLUMNS = 32;

/** All images of `bytes`: [n, height, width, channels]. */
export function atlasOfImages(bytes: Uint8Array, shape: ImageShape, ramp: Ramp): Atlas {
  const [height, width, channels] = shape;
  const length = height * width * channels;
  return makeAtlas(Math.floor(bytes.length / length), width, height, (target, x, y, picture) =>
    paintBytes(target, x, y, bytes, picture * length, shape, ramp),
  );
}

/** `count` parts of `values` as pictures of rows x columns; `stridesOf` says where a picture's values lie. */
export function atlasOfMatrices(
  values: ArrayLike<number>,
  count: number,
  [rows, columns]: readonly [number, number],
  stridesOf: (picture: number) => Strides,
  domainOf: (picture: number) => readonly [number, number],
  ramp: Ramp,
): Atlas {
  return makeAtlas(count, columns, rows, (target, x, y, picture) =>
    paintMatrix(target, x, y, values, stridesOf(picture), [rows, columns], domainOf(picture), ramp),
  );
}

/** Draws one picture into `size` x `size` (of its longer side) CSS pixels; enlarged ones stay blocks, as pixels are what is looked at. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  atlas: Atlas,
  picture: number,
  x: number,
  y: number,
  size: number,
): void {
  const { width, height, columns, canvas } = atlas;
  const scale = size / Math.max(width, height);
  const left = (picture % columns) * width;
  const top = Math.floor(picture / columns) * height;
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(canvas, left, top, width, height, x, y, width * scale, height * scale);
}

type PaintPicture = (
  target: { readonly pixels: Uint32Array; readonly width: number },
  x: number,
  y: number,
  picture: number,
) => void;

function makeAtlas(count: number, width: number, height: number, paint: PaintPicture): Atlas {
  const columns = Math.max(1, Math.min(ATLAS_COLUMNS, count));
  const rows = Math.max(1, Math.ceil(count / columns));
  const canvas = new OffscreenCanvas(columns * width, rows * height);
  const context = canvas.getContext('2d');
  if (context !== null) {
    const image = context.createImageData(canvas.width, canvas.height);
    const target = { pixels: new Uint32Array(image.data.buffer), width: canvas.width };
    for (let picture = 0; picture < count; picture++) {
      paint(target, (picture % columns) * width, Math.floor(picture / columns) * height, picture);
    }
    context.putImageData(image, 0, 0);
  }
  return { canvas, columns, width, height };
}
