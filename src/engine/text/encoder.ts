import { Buffer } from 'node:buffer';
import { UNKNOWN_ID, type TextEncoding, type TokenizedText } from '../../shared/texts.ts';
import type { Texts } from '../data/index.ts';
import { Bpe, type WordPieces } from './bpe.ts';
import { PieceTable } from './piece-table.ts';
import { Pieces, scanCharacters, scanWords } from './scan.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Texts as rows of numbers. */
export interface EncodedRows {
  /** [n, length], padded with `PAD_ID` at the end. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** Tokens of each row that are no padding, 1 to `length`: [n]. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** Tokens of each whole text, before anything was cut: [n]. */
  readonly totals: Int32Array<ArrayBuffer>;
  /** Tokens of all whole texts that the vocabulary does not have. */
  readonly unknown: number;
}

/**
 * Turns texts into ids: cuts them into pieces, looks these up, and keeps as many as a row holds. A text without a single piece is one
 * unknown token, so that no row is all padding.
 */
export class Encoder {
  readonly encoding: TextEncoding;
  readonly vocabulary: Vocabulary;
  /** Of byte-pair encoding: pairs of ids, in the order in which they were learnt; empty otherwise. */
  readonly merges: readonly (readonly [number, number])[];
  private readonly bpe: Bpe | undefined;
  private table = new PieceTable();
  private readonly pieces = new Pieces();
  /** The id of each piece of the table, 0 where it was not looked up yet; with byte-pair encoding, its pieces are in `words`. */
  private ids = new Int32Array(1024);
  private words: WordPieces[] = [];
  /** Of one text with byte-pair encoding. */
  private flat = new Int32Array(1024);

  constructor(
    encoding: TextEncoding,
    vocabulary: Vocabulary,
    merges: readonly (readonly [number, number])[] = [],
  ) {
    this.encoding = encoding;
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.bpe = encoding.tokenizer === 'bpe' ? new Bpe(vocabulary, merges) : undefined;
  }

  /** A text with its tokens' places, pieces and ids, and which of them a row keeps. */
  tokenize(text: string): TokenizedText {
    // What is no sound UTF-16 becomes U+FFFD, which is as long.
    this.scan(Buffer.from(text, 'utf8'));
    const { numbers, starts, ends, count } = this.pieces;
    const tokens = {
      starts: [] as number[],
      ends: [] as number[],
      pieces: [] as string[],
      ids: [] as number[],
    };
    const push = (start: number, end: number, piece: string, id: number): void => {
      tokens.starts.push(start);
      tokens.ends.push(end);
      tokens.pieces.push(piece);
      tokens.ids.push(id);
    };
    for (let k = 0; k < count; k++) {
      const number = numbers[k] as number;
      const [start, end] = [starts[k] as number, ends[k] as number];
      if (this.bpe === undefined) push(start, end, this.table.textOf(number), this.idOf(number));
      else
        pushWord(push, this.wordOf(number), start, end, (id, from, to) =>
          this.pieceShown(id, text, from, to),
        );
    }
    if (count === 0) push(0, text.length, text, UNKNOWN_ID);
    const total = tokens.ids.length;
    const kept = Math.min(total, this.encoding.length);
    const keptFrom = this.encoding.keep === 'first' ? 0 : total - kept;
    return {
      text,
      starts: Int32Array.from(tokens.starts),
      ends: Int32Array.from(tokens.ends),
      pieces: tokens.pieces,
      ids: Int32Array.from(tokens.ids),
      keptFrom,
      keptTo: keptFrom + kept,
    };
  }

  /** Rows for the texts `from` up to `to`, or all of them. */
  encode(texts: Texts, from = 0, to = texts.length): EncodedRows {
    const { length, keep } = this.encoding;
    const tokens = new Int32Array((to - from) * length);
    const lengths = new Int32Array(to - from);
    const totals = new Int32Array(to - from);
    let unknown = 0;
    for (let row = 0; row < to - from; row++) {
      const ids = this.idsOf(texts.bytesOf(from + row));
      const kept = Math.min(ids.length, length);
      const first = keep === 'first' ? 0 : ids.length - kept;
      tokens.set(ids.subarray(first, first + kept), row * length);
      lengths[row] = kept;
      totals[row] = ids.length;
      for (const id of ids) if (id === UNKNOWN_ID) unknown++;
    }
    return { tokens, lengths, totals, unknown };
  }

  /** The tokens of each of the texts `from` up to `to`, and how many of them the vocabulary does not have. */
  count(texts: Texts, from: number, to: number): Pick<EncodedRows, 'totals' | 'unknown'> {
    const totals = new Int32Array(to - from);
    let unknown = 0;
    for (let row = 0; row < to - from; row++) {
      const ids = this.idsOf(texts.bytesOf(from + row));
      totals[row] = ids.length;
      for (const id of ids) if (id === UNKNOWN_ID) unknown++;
    }
    return { totals, unknown };
  }

  /** All ids of a text in UTF-8. The next call writes over them: copy what is to stay. */
  idsOf(bytes: Uint8Array): Int32Array {
    this.scan(bytes);
    const { numbers, count } = this.pieces;
    if (count === 0) return Int32Array.of(UNKNOWN_ID);
    if (this.bpe === undefined) {
      for (let k = 0; k < count; k++) numbers[k] = this.idOf(numbers[k] as number);
      return numbers.subarray(0, count);
    }
    let length = 0;
    for (let k = 0; k < count; k++) {
      const word = this.wordOf(numbers[k] as number).ids;
      if (length + word.length > this.flat.length) {
        const more = new Int32Array(2 * (length + word.length));
        more.set(this.flat);
        this.flat = more;
      }
      for (const id of word) this.flat[length++] = id;
    }
    return this.flat.subarray(0, length);
  }

  private scan(bytes: Uint8Array): void {
    // Whoever types for hours, or a data set of noise, must not fill the memory with words.
    if (this.table.size > MOST_PIECES) this.forget();
    const scan = this.encoding.tokenizer === 'character' ? scanCharacters : scanWords;
    scan(bytes, this.table, this.pieces);
  }

  private forget(): void {
    this.table = new PieceTable();
    this.ids = new Int32Array(1024);
    this.words = [];
  }

  private idOf(number: number): number {
    if (number >= this.ids.length) {
      const more = new Int32Array(2 * Math.max(number, this.ids.length));
      more.set(this.ids);
      this.ids = more;
    }
    const known = this.ids[number] as number;
    if (known !== 0) return known;
    const id = this.vocabulary.idOf(this.table.textOf(number));
    this.ids[number] = id;
    return id;
  }

  private wordOf(number: number): WordPieces {
    return (this.words[number] ??= (this.bpe as Bpe).piecesOf(this.table.textOf(number)));
  }

  /** What a piece is called: its entry, or, for an unknown character, the character itself. */
  private pieceShown(id: number, text: string, from: number, to: number): string {
    return id === UNKNOWN_ID ? text.slice(from, to) : this.vocabulary.pieceOf(id);
  }
}

const MOST_PIECES = 4_000_000;

/** The pieces of the word from `start` to `end`. Where a letter has another length in lower case, the last ones give way. */
function pushWord(
  push: (start: number, end: number, piece: string, id: number) => void,
  { ids, lengths }: WordPieces,
  start: number,
  end: number,
  shown: (id: number, from: number, to: number) => string,
): void {
  let at = start;
  ids.forEach((id, k) => {
    const to = k === ids.length - 1 ? end : Math.min(end, at + (lengths[k] as number));
    push(at, to, shown(id, at, to), id);
    at = to;
  });
}
