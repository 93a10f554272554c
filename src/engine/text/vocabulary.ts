import { LabError } from '../../shared/errors.ts';
import { SPECIAL_TOKENS, UNKNOWN_ID } from '../../shared/texts.ts';

/** Entries by id: the special ones, then pieces by falling frequency, or as byte-pair encoding has made them. */
export class Vocabulary {
  /** The piece of each id. */
  readonly entries: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;

  /** Throws `text/vocabulary` unless the special tokens come first and no entry comes twice. */
  constructor(entries: readonly string[]) {
    const ids = new Map(entries.map((entry, id) => [entry, id]));
    if (SPECIAL_TOKENS.some((token, id) => entries[id] !== token)) {
      throw unsound(
        `${SPECIAL_TOKENS.join(' ')} as its first entries`,
        entries.slice(0, SPECIAL_TOKENS.length).join(' '),
      );
    }
    if (ids.size !== entries.length) {
      const twice = entries.find((entry, id) => ids.get(entry) !== id);
      throw unsound('entries that differ', `"${String(twice).slice(0, 60)}" twice`);
    }
    this.entries = entries;
    this.ids = ids;
  }

  /**
   * The special tokens and the most frequent pieces, `size` together at most. Pieces that are equally frequent come in the order of
   * their UTF-16 units, so that the order of the texts plays no part.
   */
  static byFrequency(
    counted: Iterable<{ readonly piece: string; readonly count: number }>,
    size: number,
  ): Vocabulary {
    const sorted = [...counted]
      .filter(({ piece, count }) => count > 0 && !isSpecial(piece))
      .sort((a, b) => b.count - a.count || (a.piece < b.piece ? -1 : 1));
    const room = Math.max(0, size - SPECIAL_TOKENS.length);
    return new Vocabulary([...SPECIAL_TOKENS, ...sorted.slice(0, room).map(({ piece }) => piece)]);
  }

  /** How many entries, the special ones included. */
  get size(): number {
    return this.entries.length;
  }

  /** The id of a piece; `UNKNOWN_ID` where it has none. No piece of a text is one of the special tokens. */
  idOf(piece: string): number {
    return isSpecial(piece) ? UNKNOWN_ID : (this.ids.get(piece) ?? UNKNOWN_ID);
  }

  /** The piece of an id. Throws RangeError where there is none. */
  pieceOf(id: number): string {
    const piece = this.entries[id];
    if (piece === undefined) throw new RangeError(`Expected an id from 0 to ${this.size - 1}, got ${id}.`);
    return piece;
  }
}

const isSpecial = (piece: string): boolean => (SPECIAL_TOKENS as readonly string[]).includes(piece);

function unsound(expected: string, got: string): LabError {
  return new LabError('text/vocabulary', `Expected a vocabulary with ${expected}, got ${got}.`, {
    hint: 'The file is damaged or another kind of vocabulary.',
  });
}
