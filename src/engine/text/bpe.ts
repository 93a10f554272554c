import { LabError } from '../../shared/errors.ts';
import { UNKNOWN_ID } from '../../shared/texts.ts';
import { mergePair, partsOf, WORD_START } from './bpe-train.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The pieces of one word: their ids, and how many of the word's UTF-16 units each takes. */
export interface WordPieces {
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}

/** Takes words apart by merges that were learnt: the earliest learnt first, as in learning. */
export class Bpe {
  private readonly vocabulary: Vocabulary;
  /** The place of each pair among the merges. */
  private readonly ranks = new Map<number, number>();
  /** What each merge makes. */
  private readonly made: Int32Array;

  /** `merges` are pairs of ids. Throws `text/vocabulary` where one has no entry, or makes none. */
  constructor(vocabulary: Vocabulary, merges: readonly (readonly [number, number])[]) {
    this.vocabulary = vocabulary;
    this.made = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      const piece = `${vocabulary.entries[left] ?? ''}${vocabulary.entries[right] ?? ''}`;
      const made = vocabulary.idOf(piece);
      if (made === UNKNOWN_ID || vocabulary.entries[left] === piece || vocabulary.entries[right] === piece) {
        throw new LabError(
          'text/vocabulary',
          `Expected merges of entries of the vocabulary, got [${left}, ${right}] as number ${rank}.`,
          { hint: 'The file is damaged or another kind of vocabulary.' },
        );
      }
      this.ranks.set(this.keyOf(left, right), rank);
      this.made[rank] = made;
    });
  }

  /** The pieces of a word in lower case. */
  piecesOf(word: string): WordPieces {
    const ids: number[] = [];
    const lengths: number[] = [];
    let isFirst = true;
    for (const characters of partsOf(word)) {
      for (const symbol of this.merged(characters)) {
        ids.push(symbol.id);
        lengths.push(symbol.text.length - (isFirst ? WORD_START.length : 0));
        isFirst = false;
      }
    }
    return { ids: Int32Array.from(ids), lengths: Int32Array.from(lengths) };
  }

  /** A small whole number, the fastest key, for vocabularies of up to 32,768 entries. */
  private keyOf(left: number, right: number): number {
    return left * this.vocabulary.size + right;
  }

  private merged(characters: readonly string[]): { readonly id: number; readonly text: string }[] {
    let symbols: number[] = characters.map((character) => this.vocabulary.idOf(character));
    for (;;) {
      let best = Infinity;
      let at = 0;
      for (let i = 1; i < symbols.length; i++) {
        const rank = this.ranks.get(this.keyOf(symbols[i - 1] as number, symbols[i] as number));
        if (rank !== undefined && rank < best) {
          best = rank;
          at = i;
        }
      }
      if (best === Infinity) break;
      symbols = mergePair(
        symbols,
        symbols[at - 1] as number,
        symbols[at] as number,
        this.made[best] as number,
      );
    }
    // An unknown character is one symbol: its text is that character, which no entry tells.
    let from = 0;
    return symbols.map((id) => {
      const text = id === UNKNOWN_ID ? (characters[from] as string) : this.vocabulary.pieceOf(id);
      from += id === UNKNOWN_ID ? 1 : Array.from(text).length - (text.startsWith(WORD_START) ? 1 : 0);
      return { id, text };
    });
  }
}
