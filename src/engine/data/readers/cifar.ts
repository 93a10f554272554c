/**
 * The two forms in which CIFAR-10 is published, read strictly into one: pixels with their channels last, and labels.
 *
 * The authors' binary batches: a record an image, one byte of label, then all red values, all green, all blue, each row by row
 * (https://www.cs.toronto.edu/~kriz/cifar.html). Sheets: PNG pictures with one image a row, its pixels one after another along that
 * row, with the labels in a JSON array beside them.
 */
import { basename } from 'node:path';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { readWholeFile, sizeOfFile, missingFile } from '../files.ts';
import { checkLabels } from './idx.ts';
import { decodePng } from './png.ts';

/** One file's images and labels. */
export interface CifarPart {
  /** [images, 32, 32, 3], 0 to 255. */
  readonly pixels: Uint8Array;
  /** [images] */
  readonly labels: Uint8Array;
}

const PLANE = 32 * 32;
const IMAGE = 3 * PLANE;
const RECORD = 1 + IMAGE;
const CLASSES = 10;
/** A sheet of noise does not pack: its pixels, a filter byte a row, and 1 % for the packing. */
const SHEET_SLACK = 1.01;

/** Bytes of a batch of `images`. */
export const batchBytes = (images: number): number => images * RECORD;

/**
 * Reads a binary batch of exactly `images` records.
 *
 * Throws a LabError: `data/not-found`, `data/wrong-size` before anything is read, `data/label-range`.
 */
export function readCifarBatch(path: string, images: number): CifarPart {
  const size = sizeOfFile(path);
  if (size === null) throw missingFile(path);
  if (size !== batchBytes(images)) {
    throw new LabError(
      'data/wrong-size',
      `Expected ${batchBytes(images)} bytes in "${path}" for ${images} images, got ${size}.`,
      { hint: 'The file is damaged or not what it says: fetch it again.' },
    );
  }
  const bytes = readWholeFile(path, size);
  const labels = new Uint8Array(images);
  const pixels = new Uint8Array(images * IMAGE);
  let to = 0;
  for (let image = 0; image < images; image++) {
    const from = image * RECORD;
    labels[image] = bytes[from] as number;
    for (let at = from + 1; at <= from + PLANE; at++) {
      pixels[to++] = bytes[at] as number;
      pixels[to++] = bytes[at + PLANE] as number;
      pixels[to++] = bytes[at + 2 * PLANE] as number;
    }
  }
  checkLabels(labels, CLASSES, path);
  return { pixels, labels };
}

/**
 * Reads the pixels of a sheet of exactly `images` rows: [images, 32, 32, 3].
 *
 * Throws a LabError: `data/not-found`, `data/too-large`, `data/png`, `data/wrong-size` for a sheet of another size or with see-through
 * pixels.
 */
export function readCifarSheet(path: string, images: number): Uint8Array {
  const bytes = readWholeFile(path, Math.ceil(images * (IMAGE + 1) * SHEET_SLACK) + 4096);
  const { width, height, rgba } = decodePng(bytes, path, images * PLANE);
  if (width !== PLANE || height !== images) {
    throw new LabError(
      'data/wrong-size',
      `Expected a sheet of ${PLANE} x ${images} pixels in "${path}", got ${width} x ${height}.`,
      { hint: 'Check that this is a sheet of CIFAR-10 images, one a row.' },
    );
  }
  const pixels = new Uint8Array(images * IMAGE);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    if (rgba[from + 3] !== 255) {
      throw new LabError('data/png', `Expected pixels that are not see-through in "${path}", got some.`, {
        hint: 'Check that this is a sheet of CIFAR-10 images, one a row.',
      });
    }
    pixels[to++] = rgba[from] as number;
    pixels[to++] = rgba[from + 1] as number;
    pixels[to++] = rgba[from + 2] as number;
  }
  return pixels;
}

/**
 * Reads the labels of sheets: a JSON array of exactly `count` whole numbers from 0 to 9.
 *
 * Throws a LabError: `data/not-found`, `data/too-large`, `data/cifar-labels`, `data/label-range`.
 */
export function readCifarLabels(path: string, count: number): Uint8Array {
  // A digit, a comma and some white space each.
  const bytes = readWholeFile(path, 8 * count + 4096);
  const wrong = (got: string, cause?: unknown) =>
    new LabError('data/cifar-labels', `Expected an array of ${count} labels in "${path}", got ${got}.`, {
      hint: `Check that this is "${basename(path)}" of CIFAR-10.`,
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw wrong(`an error: ${messageOf(error)}`, error);
  }
  if (!Array.isArray(parsed)) throw wrong('something else');
  if (parsed.length !== count) throw wrong(`one of ${parsed.length}`);
  const odd = parsed.findIndex((label) => !Number.isInteger(label) || label < 0 || label > 255);
  if (odd >= 0) throw wrong(`${JSON.stringify(parsed[odd])} at place ${odd}`);
  const labels = Uint8Array.from(parsed as number[]);
  checkLabels(labels, CLASSES, path);
  return labels;
}
