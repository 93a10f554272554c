/** The tokens of a text as the app shows them: what each is, and what becomes of it. Pure. */
import type { DataSetInfo } from '../../../shared/data.ts';
import { UNKNOWN_ID, type TokenizedText } from '../../../shared/texts.ts';
import { formatCount } from '../../format.ts';
import type { Span } from './pieces.ts';

export interface Word extends Span {
  /** What the vocabulary calls it. */
  readonly piece: string;
  readonly id: number;
  readonly isUnknown: boolean;
  /** Beyond the model's length: it never sees it. */
  readonly isCut: boolean;
}

export function isTexts(info: Pick<DataSetInfo, 'features'>): boolean {
  return info.features.some(({ dtype }) => dtype === 'text');
}

/** All tokens. */
export function wordsOf({ starts, ends, pieces, ids, keptFrom, keptTo }: TokenizedText): Word[] {
  return pieces.map((piece, token) => ({
    start: starts[token] as number,
    end: ends[token] as number,
    piece,
    id: ids[token] as number,
    isUnknown: ids[token] === UNKNOWN_ID,
    isCut: token < keptFrom || token >= keptTo,
  }));
}

/** Those that the model reads. */
export function keptWordsOf(text: TokenizedText): Word[] {
  return wordsOf(text).slice(text.keptFrom, text.keptTo);
}

/** "film: id 23 of 10,000", "zounds: not in the vocabulary, the model gets <unk>". */
export function tokenWords({ piece, id, isUnknown, isCut }: Word, vocabularySize: number): string {
  const cut = isCut ? '; cut off' : '';
  return isUnknown
    ? `${shown(piece)}: not in the vocabulary, the model gets <unk>, id ${id}${cut}`
    : `${shown(piece)}: id ${formatCount(id)} of at most ${formatCount(vocabularySize)}${cut}`;
}

/** A piece that can be seen: spaces and line ends get a sign. */
export function shown(piece: string): string {
  return piece.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}
