import type { Texts } from '../data/index.ts';
import { inBreaths } from './count-pieces.ts';
import type { Encoder } from './encoder.ts';
import { PieceTable } from './piece-table.ts';
import { Pieces, scanCharacters, scanWords } from './scan.ts';

/** How often each token occurs in the texts of each class. */
export interface ClassCounts {
  readonly pieces: readonly string[];
  /** [pieces, classes] */
  readonly counts: Int32Array;
}

/**
 * Counts words or characters, whether the vocabulary has them or not; with byte-pair encoding, the pieces that it has learnt. Throws
 * `call/cancelled`.
 */
export async function countByClass(
  texts: Texts,
  labels: ArrayLike<number>,
  classes: number,
  encoder: Encoder,
  signal?: AbortSignal,
): Promise<ClassCounts> {
  const { tokenizer } = encoder.encoding;
  const table = new PieceTable();
  const pieces = new Pieces();
  const numbersOf = (bytes: Uint8Array): Int32Array => {
    if (tokenizer === 'bpe') return encoder.idsOf(bytes);
    (tokenizer === 'character' ? scanCharacters : scanWords)(bytes, table, pieces);
    return pieces.numbers.subarray(0, pieces.count);
  };
  const sizeNow = (): number => (tokenizer === 'bpe' ? encoder.vocabulary.size : table.size);
  let counts = new Int32Array(classes * 4096);
  await inBreaths(texts, signal, (from, to) => {
    for (let i = from; i < to; i++) {
      const label = labels[i] as number;
      const numbers = numbersOf(texts.bytesOf(i));
      if (sizeNow() * classes > counts.length) {
        const more = new Int32Array(2 * sizeNow() * classes);
        more.set(counts);
        counts = more;
      }
      for (const number of numbers) {
        const at = number * classes + label;
        counts[at] = (counts[at] as number) + 1;
      }
    }
  });
  const size = sizeNow();
  const nameOf = (number: number): string =>
    tokenizer === 'bpe' ? encoder.vocabulary.pieceOf(number) : table.textOf(number);
  return {
    pieces: Array.from({ length: size }, (_, number) => nameOf(number)),
    counts: counts.slice(0, size * classes),
  };
}
