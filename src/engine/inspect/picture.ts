/** A person's own picture for a model. */
import { basename } from 'node:path';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { FittedPicture } from '../../shared/inspect.ts';
import { decodePicture, MAX_PICTURE_BYTES, resize } from '../data/index.ts';
import { imageShapeOf } from './run-data.ts';

/**
 * A PNG or JPEG file at the size of the images that the model was trained on: its middle, averaged down and with colours or without,
 * as an import of pictures does it. Throws what reading a picture throws, `data/too-large`, `run/data-gone`, `data/no-images`.
 */
export function fitPicture(ref: ModelRef, bytes: Uint8Array, name: string): FittedPicture {
  if (bytes.length > MAX_PICTURE_BYTES) {
    throw new LabError(
      'data/too-large',
      `Expected at most ${MAX_PICTURE_BYTES} bytes in "${name}", got ${bytes.length}.`,
      { hint: 'Make the picture smaller.' },
    );
  }
  const [rows = 1, columns = 1, channels = 1] = imageShapeOf(ref, basename(ref.folder));
  const image = resize(decodePicture(bytes, name), {
    rows,
    columns,
    channels: channels === 3 ? 3 : 1,
    fit: 'crop',
  });
  return { image, shape: [rows, columns, channels] };
}
