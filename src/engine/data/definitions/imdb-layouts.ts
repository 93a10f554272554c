/** The forms in which the IMDB reviews are published, and what the lab's own files are made of. */
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { Layout } from '../definition.ts';
import { hashFile, sizeOfFile, throwIfAborted } from '../files.ts';
import { readTarFile } from '../readers/packed-tar.ts';
import { readReviewsJson, type LabelledTexts } from '../readers/reviews-json.ts';
import { writeTextSplit } from '../text-data-set.ts';

export const IMDB_JSON = 'reviews.json';
export const IMDB_ARCHIVE = 'aclImdb_v1.tar.gz';

/** A published file, by which it is known. */
export interface Published {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The longest review has 14 kB. */
const MAX_REVIEW_BYTES = 256 * 1024;
/** Reviews with and without labels, and lists of words and addresses. */
const MAX_UNPACKED_BYTES = 1024 ** 3;
const MAX_ENTRIES = 150_000;

/** `aclImdb/train/pos/123_9.txt`: number 123, nine stars. */
const REVIEW = /(?:^|\/)(train|test)\/(neg|pos)\/(\d+_\d+\.txt)$/;

/**
 * All forms of a data set that has `perClass` reviews of each class in each split: 12,500 in the real one. Each file is known by its
 * hash, so that what becomes of it need not be.
 */
export function imdbLayouts(perClass: number, json: Published, archive: Published): readonly Layout[] {
  return [jsonOf(perClass, json), archiveOf(perClass, archive)];
}

/**
 * The npm package's file: one array without a word on splits. Its rows are in the order of the original folders: the test split's
 * negative reviews, the training split's, then the positive ones likewise.
 */
function jsonOf(perClass: number, published: Published): Layout {
  return {
    files: [IMDB_JSON],
    maxFileBytes: published.bytes,
    async convert(from, to, signal) {
      const path = join(from, IMDB_JSON);
      await checkPublished(path, published, signal);
      const { texts, labels } = readReviewsJson(path, 4 * perClass, published.bytes);
      throwIfAborted(signal, 'Reading IMDB');
      const part = (k: number) => [k * perClass, (k + 1) * perClass] as const;
      for (const [split, negative, positive] of [
        ['test', part(0), part(2)],
        ['train', part(1), part(3)],
      ] as const) {
        await writeTextSplit(to, split, {
          texts: [...texts.slice(...negative), ...texts.slice(...positive)],
          labels: [...labels.slice(...negative), ...labels.slice(...positive)],
        });
      }
    },
  };
}

/** The authors' archive: a file a review, in folders by split and class. */
function archiveOf(perClass: number, published: Published): Layout {
  return {
    files: [IMDB_ARCHIVE],
    maxFileBytes: 0, // No archive in an archive.
    async convert(from, to, signal) {
      const path = join(from, IMDB_ARCHIVE);
      await checkPublished(path, published, signal);
      const found = new Map<string, { readonly name: string; readonly text: string }[]>();
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      await readTarFile(
        path,
        (name, bytes) => REVIEW.test(name) && bytes <= MAX_REVIEW_BYTES,
        (entry, content) => {
          const [, split, side, name] = REVIEW.exec(entry) as unknown as [string, string, string, string];
          const reviews = found.get(`${split}/${side}`) ?? [];
          found.set(`${split}/${side}`, reviews);
          reviews.push({ name, text: decoder.decode(content) });
        },
        { maxBytes: MAX_UNPACKED_BYTES, maxEntries: MAX_ENTRIES, signal },
      );
      for (const split of ['test', 'train'] as const) {
        const parts = ['neg', 'pos'].map((side, label): LabelledTexts => {
          const reviews = found.get(`${split}/${side}`) ?? [];
          if (reviews.length !== perClass) {
            throw new LabError(
              'data/reviews',
              `Expected ${perClass} reviews in "${split}/${side}" of "${path}", got ${reviews.length}.`,
              { hint: 'The archive is damaged or another one: get it again.' },
            );
          }
          // In the order of their names, as the other form has them.
          reviews.sort((a, b) => (a.name < b.name ? -1 : 1));
          return { texts: reviews.map(({ text }) => text), labels: reviews.map(() => label) };
        });
        await writeTextSplit(to, split, {
          texts: parts.flatMap(({ texts }) => texts),
          labels: parts.flatMap(({ labels }) => labels),
        });
      }
    },
  };
}

/** Throws `data/checksum` unless the file is the published one. */
async function checkPublished(
  path: string,
  { bytes, sha256 }: Published,
  signal: AbortSignal | undefined,
): Promise<void> {
  const size = sizeOfFile(path);
  const hash = size === bytes ? await hashFile(path, 'sha256', signal) : null;
  if (hash === sha256) return;
  throw new LabError(
    'data/checksum',
    `Expected "${path}" as it is published (${bytes} bytes, SHA-256 ${sha256}), got ${hash === null ? `${size} bytes` : `SHA-256 ${hash}`}.`,
    { hint: 'The file is damaged or another version: get it again.' },
  );
}
