/** JPEG pictures as bytes, through jpeg-js with limits on pixels and memory, turned the way round that the camera recorded. */
import { decode } from 'jpeg-js';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { orientationOf, turned } from './exif.ts';
import type { Picture } from './png.ts';

const MAX_MEMORY_MB = 1024;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Decodes a whole JPEG file, baseline or progressive. `name` is what messages call it.
 *
 * Throws a LabError: `data/jpeg` for what is no sound JPEG, `data/too-large` above `maxPixels`.
 */
export function decodeJpeg(bytes: Uint8Array, name: string, maxPixels: number): Picture {
  const wrong = (got: string, cause?: unknown) =>
    new LabError('data/jpeg', `Expected a sound JPEG picture in "${name}", got ${got}.`, {
      hint: 'The file is damaged or of another kind: get it again, or leave it out.',
      cause,
    });
  if (!isJpeg(bytes)) throw wrong(bytes.length === 0 ? 'an empty file' : 'something else');
  try {
    const { width, height, data, exifBuffer } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6,
      maxMemoryUsageInMB: MAX_MEMORY_MB,
    }) as { width: number; height: number; data: Uint8Array; exifBuffer?: Uint8Array };
    return turned({ width, height, rgba: data }, exifBuffer === undefined ? 1 : orientationOf(exifBuffer));
  } catch (error) {
    const message = messageOf(error);
    if (!/limit exceeded/.test(message)) throw wrong(`an error: ${message}`, error);
    throw new LabError(
      'data/too-large',
      `Expected at most ${maxPixels} pixels and ${MAX_MEMORY_MB} MB to decode "${name}", got more.`,
      { hint: 'Make the picture smaller.', cause: error },
    );
  }
}
