/** Which way up a camera held a picture: the one entry of Exif (JEITA CP-3451, a TIFF directory) that changes what is seen. */
import type { Picture } from './png.ts';

const ORIENTATION_TAG = 0x0112;
const UPRIGHT = 1;

/** The orientation, 1 to 8, in an Exif block; 1 (upright) for whatever says nothing sensible. */
export function orientationOf(exif: Uint8Array): number {
  // The block may begin with its name, "Exif" and two zero bytes; jpeg-js leaves the last of these.
  const start = exif[0] === 0x45 ? 6 : exif[0] === 0 ? 1 : 0;
  const tiff = exif.subarray(start);
  if (tiff.length < 14) return UPRIGHT;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return UPRIGHT;
  const isLittle = order === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return UPRIGHT;
  const entries = view.getUint16(directory, isLittle);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.length) return UPRIGHT;
    if (view.getUint16(at, isLittle) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  }
  return UPRIGHT;
}

/** The picture as it is to be seen. Orientations 5 to 8 swap width and height. */
export function turned(picture: Picture, orientation: number): Picture {
  if (orientation === UPRIGHT) return picture;
  const { width, height, rgba } = picture;
  const isOnItsSide = orientation >= 5;
  const [columns, rows] = isOnItsSide ? [height, width] : [width, height];
  const from = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  // Whether the stored x (and y) runs backwards along the axis of the picture as seen that it lies on.
  const isMirroredX = [2, 3, 7, 8].includes(orientation);
  const isMirroredY = [3, 4, 6, 7].includes(orientation);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = isOnItsSide ? [row, column] : [column, row];
      const storedX = isMirroredX ? width - 1 - x : x;
      const storedY = isMirroredY ? height - 1 - y : y;
      to[row * columns + column] = from[storedY * width + storedX] as number;
    }
  }
  return { width: columns, height: rows, rgba: new Uint8Array(to.buffer) };
}
