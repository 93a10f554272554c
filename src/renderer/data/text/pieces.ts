/** A text in pieces: its tokens, and what stands between them. Pure arithmetic. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Piece {
  readonly text: string;
  /** Where it begins in the text. */
  readonly start: number;
  /** The token's number, or null for what stands between tokens. */
  readonly token: number | null;
}

/** All of `text`, in order. Spans ascend and do not overlap; those that reach beyond the text are cut. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  spans.forEach(({ start, end }, token) => {
    const [from, to] = [Math.max(at, start), Math.min(end, text.length)];
    if (from > at) pieces.push({ text: text.slice(at, from), start: at, token: null });
    if (to > from) pieces.push({ text: text.slice(from, to), start: from, token });
    at = Math.max(at, to);
  });
  if (at < text.length) pieces.push({ text: text.slice(at), start: at, token: null });
  return pieces;
}

/** The text with one span taken out, and the space that would then be doubled. */
export function without(text: string, { start, end }: Span): string {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const isDoubled = /^\s/.test(after) && (before === '' || /\s$/.test(before));
  return before + (isDoubled ? after.slice(1) : after);
}

/** The text with another word in the place of a span. */
export function replaced(text: string, { start, end }: Span, word: string): string {
  return text.slice(0, start) + word + text.slice(end);
}

/**
 * Where the ends of `others` lie among `spans`: 2 is the end of spans[1], 2.5 half-way through spans[2]. Two runs cut one text into
 * other tokens; this puts them onto one axis.
 */
export function placesAmong(spans: readonly Span[], others: readonly Span[]): Float64Array {
  let next = 0;
  return Float64Array.from(others, ({ end }) => {
    while (next < spans.length && (spans[next] as Span).end <= end) next++;
    const span = spans[next];
    if (span === undefined || end <= span.start) return next;
    return next + (end - span.start) / (span.end - span.start);
  });
}
