import type { Picture } from './readers/png.ts';

/** How a picture becomes one of the data set: its middle in the wanted proportions, or all of it, squeezed. */
export type Fit = 'crop' | 'stretch';

export interface ResizeOptions {
  readonly rows: number;
  readonly columns: number;
  /** 3: red, green, blue; 1: grey, as bright as the eye sees the colours (ITU-R BT.601). */
  readonly channels: 1 | 3;
  readonly fit: Fit;
}

/**
 * A picture at another size: [rows, columns, channels], 0 to 255. Each value is the mean over the area of the picture that falls on it, so
 * that a large photograph is averaged, not sampled. What is see-through lies on white.
 */
export function resize(picture: Picture, options: ResizeOptions): Uint8Array {
  const { rows, columns, channels, fit } = options;
  const { width, height, rgba } = picture;
  const scale = fit === 'crop' ? Math.min(width / columns, height / rows) : 0;
  const [spanX, spanY] = fit === 'crop' ? [scale, scale] : [width / columns, height / rows];
  const left = (width - spanX * columns) / 2;
  const top = (height - spanY * rows) / 2;
  const across = weightsOf(left, spanX, columns, width);
  const down = weightsOf(top, spanY, rows, height);

  const result = new Uint8Array(rows * columns * channels);
  let to = 0;
  for (const vertical of down) {
    for (const horizontal of across) {
      const sums = [0, 0, 0];
      let weight = 0;
      vertical.weights.forEach((ofRow, i) => {
        horizontal.weights.forEach((ofColumn, j) => {
          const at = 4 * ((vertical.first + i) * width + horizontal.first + j);
          const share = ofRow * ofColumn;
          const opacity = (rgba[at + 3] as number) / 255;
          for (let c = 0; c < 3; c++) {
            sums[c] =
              (sums[c] as number) + share * (opacity * (rgba[at + c] as number) + (1 - opacity) * 255);
          }
          weight += share;
        });
      });
      const [red, green, blue] = sums.map((sum) => sum / weight) as [number, number, number];
      const values = channels === 3 ? [red, green, blue] : [0.299 * red + 0.587 * green + 0.114 * blue];
      for (const value of values) result[to++] = Math.round(value);
    }
  }
  return result;
}

/** For each of `count` spans of `span` pixels from `start`: which pixels it covers, and how much of each. */
function weightsOf(
  start: number,
  span: number,
  count: number,
  size: number,
): { readonly first: number; readonly weights: readonly number[] }[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.max(0, start + i * span);
    const end = Math.min(size, start + (i + 1) * span);
    const first = Math.min(size - 1, Math.floor(from));
    const last = Math.max(first, Math.min(size, Math.ceil(end)) - 1);
    const weights = Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, Math.min(end, first + k + 1) - Math.max(from, first + k)),
    );
    // A span between two pixels by rounding has no extent: then its one pixel counts.
    return { first, weights: weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights };
  });
}
