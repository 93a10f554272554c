import type { Texts } from '../data/index.ts';
import { inBreaths } from './count-pieces.ts';
import type { Encoder } from './encoder.ts';
import { PieceTable } from './piece-table.ts';
import { Pieces, scanCharacters, scanWords } from './scan.ts';

/** How often each token occurs in the texts of each class: [classes]. */
export type ClassCounts = ReadonlyMap<string, Int32Array>;

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
  const rows: Int32Array[] = [];
  await inBreaths(texts, signal, (from, to) => {
    for (let i = from; i < to; i++) {
      const label = labels[i] as number;
      for (const number of numbersOf(texts.bytesOf(i))) {
        const row = (rows[number] ??= new Int32Array(classes));
        row[label] = (row[label] as number) + 1;
      }
    }
  });
  const counts = new Map<string, Int32Array>();
  rows.forEach((row, number) => {
    counts.set(tokenizer === 'bpe' ? encoder.vocabulary.pieceOf(number) : table.textOf(number), row);
  });
  return counts;
}
