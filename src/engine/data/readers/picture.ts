/** Pictures of either kind that is read. */
import { LabError } from '../../../shared/errors.ts';
import { decodeJpeg, isJpeg } from './jpeg.ts';
import { decodePng, isPng, type Picture } from './png.ts';

/** As a camera makes them, and no more: checked before memory is taken. */
export const MAX_PICTURE_BYTES = 64 * 1024 * 1024;
const MAX_PIXELS = 50_000_000;

/**
 * Decodes a PNG or JPEG file, told by its first bytes. `name` is what messages call it. Throws a LabError: `data/pictures` for another
 * kind, and what the two readers throw.
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  if (isPng(bytes)) return decodePng(bytes, name, MAX_PIXELS);
  if (isJpeg(bytes)) return decodeJpeg(bytes, name, MAX_PIXELS);
  const got = bytes.length === 0 ? 'an empty file' : 'something else';
  throw new LabError('data/pictures', `Expected a PNG or JPEG picture in "${name}", got ${got}.`, {
    hint: 'Save it as PNG or JPEG.',
  });
}
