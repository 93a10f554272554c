/** A personal data set from folders of pictures. A picture that cannot be used is listed and left out; the others go on. */
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SPLIT_NAMES, type PictureOptions, type SkippedFile, type SplitName } from '../../../shared/data.ts';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { checkDiskSpace } from '../assemble.ts';
import { readWholeFile, throwIfAborted } from '../files.ts';
import { idxFileNames, type IdxImageShape } from '../idx-data-set.ts';
import { writeIdxFile } from '../layouts.ts';
import { decodePicture, MAX_PICTURE_BYTES } from '../readers/picture.ts';
import { resize } from '../resize.ts';
import { findPictures, type PictureFile } from './find-pictures.ts';
import { finishPersonal } from './finish-personal.ts';
import { MAX_FILE_BYTES } from './find-idx.ts';

const MAX_SIDE = 512;

export const DEFAULT_PICTURES: PictureOptions = {
  rows: 32,
  columns: 32,
  channels: 3,
  fit: 'crop',
  testShare: 0.2,
  seed: 0,
};

/**
 * Makes a personal data set of the pictures in `from`: each decoded, brought to one size, and stored with the label of its folder.
 * Returns those that were left out, with the reason.
 *
 * Throws a LabError: `data/pictures` for options out of bounds, folders without classes, or a split without a single good picture,
 * `data/too-large`, `data/disk-full`, `data/aborted`.
 */
export async function importPictures(
  id: string,
  partial: string,
  root: string,
  from: string,
  options: PictureOptions,
  signal: AbortSignal | undefined,
): Promise<SkippedFile[]> {
  checkOptions(options);
  const { rows, columns, channels } = options;
  const { classes, files } = findPictures(from, options);
  const imageBytes = rows * columns * channels;
  if (files.length * imageBytes > MAX_FILE_BYTES) {
    throw new LabError(
      'data/too-large',
      `Expected at most ${MAX_FILE_BYTES} bytes of images, got ${files.length} of ${rows} x ${columns} x ${channels}.`,
      { hint: 'Choose a smaller size, or take fewer pictures.' },
    );
  }
  await checkDiskSpace(root, files.length * (imageBytes + 1));

  const good = new Map<SplitName, { readonly images: Uint8Array[]; readonly labels: number[] }>();
  const skipped: SkippedFile[] = [];
  for (const file of files) {
    throwIfAborted(signal, `Importing "${id}"`);
    // A large picture takes a second: whoever waits for something else gets a turn before each.
    await nextTurn();
    const image = imageOf(file, options);
    if (!(image instanceof Uint8Array)) {
      skipped.push(image);
      continue;
    }
    const split = good.get(file.split) ?? { images: [], labels: [] };
    good.set(file.split, split);
    split.images.push(image);
    split.labels.push(file.label);
  }

  const imageShape: IdxImageShape = channels === 3 ? [rows, columns, 3] : [rows, columns];
  const splits = SPLIT_NAMES.flatMap((name) => {
    const examples = good.get(name)?.images.length ?? 0;
    return examples === 0 ? [] : [{ name, examples }];
  });
  for (const needed of ['train', 'test'] as const) {
    if (splits.some(({ name }) => name === needed)) continue;
    const first = skipped[0];
    throw new LabError(
      'data/pictures',
      `Expected pictures for the ${needed} split in "${basename(from)}", got none that can be used${first ? ` (${skipped.length} were left out; ${first.name}: ${first.problem})` : ''}.`,
      { hint: 'Give PNG or JPEG pictures in a folder for each class, and a share above 0 for testing.' },
    );
  }
  for (const { name, examples } of splits) {
    const { images, labels } = good.get(name) as { images: Uint8Array[]; labels: number[] };
    const target = idxFileNames(name, imageShape);
    await writeIdxFile(join(partial, target.images), [examples, ...imageShape], images);
    await writeIdxFile(join(partial, target.labels), [examples], [Uint8Array.from(labels)]);
  }
  await finishPersonal(id, { format: 'idx', imageShape, splits, classes }, partial, root, from, signal);
  return skipped;
}

/** The image that a file becomes, or why it is left out. */
function imageOf({ path, name }: PictureFile, options: PictureOptions): Uint8Array | SkippedFile {
  try {
    return resize(decodePicture(readWholeFile(path, MAX_PICTURE_BYTES), basename(name)), options);
  } catch (error) {
    return { name, problem: messageOf(error) };
  }
}

function checkOptions({ rows, columns, channels, fit, testShare, seed }: PictureOptions): void {
  const isSide = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
  const wrong = (expected: string, got: unknown) =>
    new LabError('data/pictures', `Expected ${expected}, got ${String(got)}.`, {
      hint: 'See `gradient-lab data import --help`.',
    });
  if (!isSide(rows) || !isSide(columns)) {
    throw wrong(`images of 1 to ${MAX_SIDE} pixels a side`, `${rows} x ${columns}`);
  }
  if (channels !== 1 && channels !== 3) throw wrong('1 channel or 3', channels);
  if (fit !== 'crop' && fit !== 'stretch') throw wrong('"crop" or "stretch"', fit);
  if (!(testShare >= 0 && testShare <= 0.9)) throw wrong('a share for testing from 0 to 0.9', testShare);
  if (!Number.isSafeInteger(seed) || seed < 0) throw wrong('a whole number from 0 as the seed', seed);
}
