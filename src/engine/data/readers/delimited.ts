/**
 * Tables of text with a delimiter (RFC 4180): cells in quotes may hold delimiters, line ends and doubled quotes. Lines end with LF, CR LF
 * or CR. Read as a stream, one row at a time.
 */
import { MAX_ROW_CHARACTERS, type BadRow } from './rows.ts';

/** The cells of a row, before anyone knows what the columns are called. */
export interface CellRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Yields the rows of `chunks`; lines without anything on them are passed over. Never throws by itself. */
export async function* readDelimited(
  chunks: AsyncIterable<string>,
  delimiter: string,
  maxCharacters = MAX_ROW_CHARACTERS,
): AsyncGenerator<CellRow | BadRow> {
  let buffer = '';
  let line = 1;
  // A row that is too long has been told of, and is passed over to the end of its line.
  let isSkipping = false;

  const take = function* (isEnd: boolean): Generator<CellRow | BadRow> {
    let at = 0;
    while (at < buffer.length) {
      if (isSkipping) {
        const end = endOfLine(buffer, at, isEnd);
        if (end === null) {
          at = buffer.endsWith('\r') ? buffer.length - 1 : buffer.length;
          break;
        }
        at = end;
        line++;
        isSkipping = false;
        continue;
      }
      const record = parseRecord(buffer, at, delimiter, isEnd);
      if (record.kind === 'open') {
        if (buffer.length - at <= maxCharacters) break;
        yield { line, problem: tooLong(record.inQuotes, maxCharacters) };
        isSkipping = true;
        continue;
      }
      const { next } = record;
      const rowLine = line;
      line += linesIn(buffer, at, next);
      const length = next - at;
      at = next;
      if (record.kind === 'bad') yield { line: rowLine, problem: record.problem };
      else if (length > maxCharacters) yield { line: rowLine, problem: tooLong(false, maxCharacters) };
      else if (record.cells.length > 1 || record.cells[0] !== '')
        yield { line: rowLine, cells: record.cells };
    }
    buffer = buffer.slice(at);
  };

  for await (const chunk of chunks) {
    buffer += chunk;
    yield* take(false);
  }
  yield* take(true);
}

function tooLong(inQuotes: boolean, maxCharacters: number): string {
  const limit = maxCharacters.toLocaleString('en-US');
  return inQuotes
    ? `Expected a row of at most ${limit} characters, got a quote that is not closed within them: the row is passed over to the end of its line.`
    : `Expected a row of at most ${limit} characters, got a longer one.`;
}

type Parsed =
  | { readonly kind: 'row'; readonly cells: readonly string[]; readonly next: number }
  | { readonly kind: 'bad'; readonly problem: string; readonly next: number }
  /** More has to come before anything can be said. */
  | { readonly kind: 'open'; readonly inQuotes: boolean };

function parseRecord(text: string, from: number, delimiter: string, isEnd: boolean): Parsed {
  const cells: string[] = [];
  let at = from;
  for (;;) {
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1, isEnd);
      if (close === null) {
        if (!isEnd) return { kind: 'open', inQuotes: true };
        const problem = 'Expected a closing quote, got the end of the file.';
        return { kind: 'bad', problem, next: text.length };
      }
      cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
      const after = text[at];
      if (after !== undefined && after !== delimiter && after !== '\n' && after !== '\r') {
        const next = endOfLine(text, at, isEnd);
        if (next === null) return { kind: 'open', inQuotes: false };
        const problem = `Expected a delimiter or the end of the line after a closing quote, got "${text.slice(at, next).trimEnd().slice(0, 20)}".`;
        return { kind: 'bad', problem, next };
      }
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
      cells.push(text.slice(start, at));
    }
    if (at >= text.length) {
      return isEnd ? { kind: 'row', cells, next: at } : { kind: 'open', inQuotes: false };
    }
    if (text[at] === delimiter) {
      at++;
      continue;
    }
    const next = endOfLine(text, at, isEnd);
    return next === null ? { kind: 'open', inQuotes: false } : { kind: 'row', cells, next };
  }
}

/** The place of the quote that closes; null where it has not come yet. A doubled one is part of the cell. */
function closingQuote(text: string, from: number, isEnd: boolean): number | null {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] === '"') continue;
    return at + 1 === text.length && !isEnd ? null : at;
  }
  return null;
}

/** The place behind the next line end; null where it has not come yet. A CR at the end of what is there may be half of one. */
function endOfLine(text: string, from: number, isEnd: boolean): number | null {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n') return at + 1;
    if (text[at] !== '\r') continue;
    if (at + 1 === text.length && !isEnd) return null;
    return text[at + 1] === '\n' ? at + 2 : at + 1;
  }
  return isEnd ? text.length : null;
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) {
    if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) lines++;
  }
  return lines;
}
