/** A personal data set from sound IDX images and labels. */
import { basename, join } from 'node:path';
import { SPLIT_NAMES } from '../../../shared/data.ts';
import { LabError } from '../../../shared/errors.ts';
import { checkDiskSpace } from '../assemble.ts';
import { throwIfAborted } from '../files.ts';
import { idxFileNames, type IdxImageShape } from '../idx-data-set.ts';
import { writeIdxFile } from '../layouts.ts';
import type { PersonalFacts } from '../manifest.ts';
import { checkCounts, readIdxFile } from '../readers/idx.ts';
import { MAX_FILE_BYTES, type Candidates } from './find-idx.ts';
import { finishPersonal } from './finish-personal.ts';
import { missingPart } from './messages.ts';

/** For the names of files in messages, where nothing is known of the images yet. */
const GREY = [1, 1];

/** Coloured images have four dimensions, and say so in the name of their file. */
const isCalledColoured = (path: string): boolean => /idx4/i.test(basename(path));

/** Makes a personal data set of the IDX files that were found. */
export async function importIdx(
  id: string,
  candidates: Candidates,
  partial: string,
  root: string,
  from: string,
  { classes: names, signal }: { readonly classes?: readonly string[]; readonly signal?: AbortSignal },
): Promise<void> {
  const splits: PersonalFacts['splits'][number][] = [];
  let imageShape: IdxImageShape | undefined;
  let highest = 0;

  for (const name of SPLIT_NAMES) {
    const found = candidates.get(name);
    if (found === undefined && name !== 'train') continue;
    if (found?.images === undefined) throw missingPart(idxFileNames(name, GREY).images, from);
    if (found.labels === undefined) throw missingPart(idxFileNames(name, GREY).labels, from);
    throwIfAborted(signal, `Importing "${id}"`);

    const expectedDims = isCalledColoured(found.images) ? [null, null, null, 3] : [null, null, null];
    const images = readIdxFile(found.images, { expectedDims, maxBytes: MAX_FILE_BYTES });
    const labels = readIdxFile(found.labels, { expectedDims: [null], maxBytes: MAX_FILE_BYTES });
    checkCounts(images, labels, found.images, found.labels);
    const [examples, ...shape] = images.shape as [number, ...IdxImageShape];
    imageShape ??= shape;
    if (imageShape.join() !== shape.join()) {
      throw new LabError(
        'data/idx-dims',
        `Expected images of ${imageShape.join(' x ')} in "${found.images}" as in the train split, got ${shape.join(' x ')}.`,
        { hint: 'All splits of a data set have images of one size.' },
      );
    }
    for (const label of labels.data) if (label > highest) highest = label;
    splits.push({ name, examples });
    await checkDiskSpace(root, images.data.length);
    const target = idxFileNames(name, imageShape);
    await writeIdxFile(join(partial, target.images), images.shape, [images.data]);
    await writeIdxFile(join(partial, target.labels), labels.shape, [labels.data]);
  }
  if (imageShape === undefined) throw missingPart(idxFileNames('train', GREY).images, from);
  const classes = names ?? Array.from({ length: highest + 1 }, (_, label) => String(label));
  if (classes.length <= highest) {
    throw new LabError(
      'data/classes',
      `Expected at least ${highest + 1} class names for labels up to ${highest}, got ${classes.length}.`,
      { hint: 'Give a name for every label, in order.' },
    );
  }
  await finishPersonal(id, { format: 'idx', imageShape, splits, classes }, partial, root, from, signal);
}
