/** The forms in which CIFAR-10 is published, and what the lab's own files are made of. */
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Layout } from '../definition.ts';
import { throwIfAborted } from '../files.ts';
import { idxFileNames } from '../idx-data-set.ts';
import { writeIdxFile } from '../layouts.ts';
import {
  batchBytes,
  readCifarBatch,
  readCifarLabels,
  readCifarSheet,
  type CifarPart,
} from '../readers/cifar.ts';
import { extractTarFile } from '../readers/packed-tar.ts';

export const CIFAR_IMAGE_SHAPE = [32, 32, 3] as const;
/** Published files for training; one more is for testing. */
export const CIFAR_TRAIN_PARTS = 5;
export const CIFAR_ARCHIVE = 'cifar-10-binary.tar.gz';
const BATCHES = partNames('.bin');
export const CIFAR_SHEETS = partNames('.png');
/** Of the training and of the test sheets; so spelt in the package. */
export const CIFAR_SHEET_LABELS = ['train_lables.json', 'test_lables.json'] as const;

function partNames(ending: string): string[] {
  const train = Array.from({ length: CIFAR_TRAIN_PARTS }, (_, i) => `data_batch_${i + 1}${ending}`);
  return [...train, `test_batch${ending}`];
}

/** All forms of a data set that has `images` in each published file: 10,000 in the real one. */
export function cifarLayouts(images: number): readonly Layout[] {
  const batches = batchesOf(images);
  return [sheetsOf(images), batches, archiveOf(batches)];
}

/** The authors' six binary files. */
function batchesOf(images: number): Layout {
  return {
    files: BATCHES,
    maxFileBytes: batchBytes(images),
    convert: (from, to, signal) =>
      writeParts(to, images, (part) => readCifarBatch(join(from, BATCHES[part] as string), images), signal),
  };
}

/** The authors' archive of these. */
function archiveOf(batches: Layout): Layout {
  return {
    files: [CIFAR_ARCHIVE],
    maxFileBytes: 0, // No archive in an archive.
    async convert(from, to, signal) {
      const unpacked = await mkdtemp(join(to, 'unpacked-'));
      const target = (name: string, bytes: number): string | null =>
        batches.files.includes(basename(name)) && bytes <= batches.maxFileBytes
          ? join(unpacked, basename(name))
          : null;
      try {
        // Room for the batches, and for what else is in there: class names and a page that describes them.
        const maxBytes = 2 * batches.files.length * batches.maxFileBytes + 1024 * 1024;
        await extractTarFile(join(from, CIFAR_ARCHIVE), target, { maxBytes, signal });
        await batches.convert(unpacked, to, signal);
      } finally {
        await rm(unpacked, { recursive: true, force: true });
      }
    },
  };
}

/** PNG sheets with their labels in JSON, as the npm package has them. */
function sheetsOf(images: number): Layout {
  return {
    files: [...CIFAR_SHEETS, ...CIFAR_SHEET_LABELS],
    maxFileBytes: 32 * 1024 * 1024,
    async convert(from, to, signal) {
      const train = readCifarLabels(join(from, CIFAR_SHEET_LABELS[0]), CIFAR_TRAIN_PARTS * images);
      const labels = [
        ...Array.from({ length: CIFAR_TRAIN_PARTS }, (_, i) => train.subarray(i * images, (i + 1) * images)),
        readCifarLabels(join(from, CIFAR_SHEET_LABELS[1]), images),
      ];
      const read = (part: number): CifarPart => ({
        pixels: readCifarSheet(join(from, CIFAR_SHEETS[part] as string), images),
        labels: labels[part] as Uint8Array,
      });
      await writeParts(to, images, read, signal);
    },
  };
}

/** Reads the six parts one after the other, and writes the four files that the lab uses. */
async function writeParts(
  to: string,
  images: number,
  read: (part: number) => CifarPart,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts: CifarPart[] = [];
  for (let part = 0; part <= CIFAR_TRAIN_PARTS; part++) {
    throwIfAborted(signal, 'Reading CIFAR-10');
    parts.push(read(part));
    // Reading one takes a moment: whoever waits for something else gets a turn.
    await nextTurn();
  }
  for (const [split, of] of [
    ['train', parts.slice(0, CIFAR_TRAIN_PARTS)],
    ['test', parts.slice(CIFAR_TRAIN_PARTS)],
  ] as const) {
    const names = idxFileNames(split, CIFAR_IMAGE_SHAPE);
    const examples = of.length * images;
    await writeIdxFile(
      join(to, names.images),
      [examples, ...CIFAR_IMAGE_SHAPE],
      of.map(({ pixels }) => pixels),
    );
    await writeIdxFile(
      join(to, names.labels),
      [examples],
      of.map(({ labels }) => labels),
    );
  }
}
