/** The vectors of some words, out of a set that is kept. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { WordVectors } from '../../shared/vectors.ts';
import { sizeOfFile } from '../data/index.ts';
import { damaged, findVectors, folderOf } from './library.ts';

export interface TakenVectors {
  readonly info: WordVectors;
  /** Which of the words have a vector, by their place in the list, in no order: [n]. */
  readonly places: Int32Array;
  /** Their vectors: [n, width]. */
  readonly vectors: Float32Array;
}

/**
 * The vectors that the set `id` has of `words`, written just so. Reads the set's words as a stream, and of its vectors only those.
 * Throws `vectors/id`, `vectors/unknown`, `vectors/damaged`.
 */
export async function takeVectors(id: string, words: readonly string[]): Promise<TakenVectors> {
  const info = findVectors(id);
  const folder = folderOf(id);
  if (sizeOfFile(join(folder, 'vectors.f32')) !== 4 * info.words * info.width) throw damaged(id);
  const { places, rows, count } = await findRows(join(folder, 'words.txt'), words);
  if (count !== info.words) throw damaged(id);
  const vectors = readRows(join(folder, 'vectors.f32'), rows, info.width);
  if (!vectors.every((value) => Number.isFinite(value))) throw damaged(id);
  return { info, places: Int32Array.from(places), vectors };
}

/** Where the words stand in the file of words: the row of each place. */
async function findRows(
  file: string,
  words: readonly string[],
): Promise<{ places: number[]; rows: number[]; count: number }> {
  const wanted = new Map(words.map((word, place) => [word, place]));
  const [places, rows]: [number[], number[]] = [[], []];
  let [count, rest] = [0, ''];
  if (sizeOfFile(file) === null) return { places, rows, count };
  for await (const text of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const place = wanted.get(line);
      if (place !== undefined) {
        places.push(place);
        rows.push(count);
      }
      count++;
    }
  }
  return { places, rows, count };
}

function readRows(path: string, rows: readonly number[], width: number): Float32Array {
  const vectors = new Float32Array(rows.length * width);
  const bytes = new Uint8Array(vectors.buffer);
  const file = openSync(path, 'r');
  try {
    rows.forEach((row, i) => readSync(file, bytes, 4 * width * i, 4 * width, 4 * width * row));
  } finally {
    closeSync(file);
  }
  return vectors;
}
