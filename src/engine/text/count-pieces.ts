import type { TokenizerKind } from '../../shared/texts.ts';
import type { Texts } from '../data/index.ts';
import { breathe } from './breathe.ts';
import { PieceTable } from './piece-table.ts';
import { Pieces, scanCharacters, scanWords } from './scan.ts';

/** Bytes between two breaths, so that the engine's other work goes on: about 20 ms. */
const CHUNK_BYTES = 2_000_000;

export interface CountedPiece {
  readonly piece: string;
  readonly count: number;
}

/** How often each word of the texts occurs, or each character for the tokenizer of characters. Throws `call/cancelled`. */
export async function countPieces(
  texts: Texts,
  tokenizer: TokenizerKind,
  signal?: AbortSignal,
): Promise<CountedPiece[]> {
  const table = new PieceTable();
  const pieces = new Pieces();
  const scan = tokenizer === 'character' ? scanCharacters : scanWords;
  let counts = new Int32Array(1 << 16);
  await inBreaths(texts, signal, (from, to) => {
    for (let i = from; i < to; i++) {
      scan(texts.bytesOf(i), table, pieces);
      if (table.size > counts.length) {
        const more = new Int32Array(2 * table.size);
        more.set(counts);
        counts = more;
      }
      const { numbers, count } = pieces;
      for (let k = 0; k < count; k++) {
        const number = numbers[k] as number;
        counts[number] = (counts[number] as number) + 1;
      }
    }
  });
  return Array.from({ length: table.size }, (_, number) => ({
    piece: table.textOf(number),
    count: counts[number] as number,
  }));
}

/** Calls `work` for runs of texts of about 2 MB, with a turn for everybody else after each. Throws `call/cancelled`. */
export async function inBreaths(
  texts: Texts,
  signal: AbortSignal | undefined,
  work: (from: number, to: number) => void,
): Promise<void> {
  for (let from = 0; from < texts.length;) {
    const end = (texts.offsets[from] as number) + CHUNK_BYTES;
    let to = from + 1;
    while (to < texts.length && (texts.offsets[to + 1] as number) <= end) to++;
    work(from, to);
    from = to;
    await breathe(signal);
  }
}
