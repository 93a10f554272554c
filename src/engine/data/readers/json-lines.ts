/** One JSON record a line, read as a stream. */
import { messageOf } from '../../../shared/errors.ts';
import { MAX_ROW_CHARACTERS, type Row } from './rows.ts';

/** Yields the records of `chunks`, with texts, numbers and truth values as text; empty lines are passed over. Never throws by itself. */
export async function* readJsonLines(
  chunks: AsyncIterable<string>,
  maxCharacters = MAX_ROW_CHARACTERS,
): AsyncGenerator<Row> {
  let buffer = '';
  let line = 0;
  let isSkipping = false;
  for await (const chunk of chunks) {
    buffer += chunk;
    let from = 0;
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n', from)) {
      const text = buffer.slice(from, end);
      from = end + 1;
      line++;
      if (!isSkipping) yield* rowOf(text, line, maxCharacters);
      isSkipping = false;
    }
    buffer = isSkipping ? '' : buffer.slice(from);
    if (buffer.length > maxCharacters) {
      yield { line: line + 1, problem: tooLong(maxCharacters) };
      isSkipping = true;
      buffer = '';
    }
  }
  if (!isSkipping) yield* rowOf(buffer, line + 1, maxCharacters);
}

const tooLong = (most: number): string =>
  `Expected a line of at most ${most.toLocaleString('en-US')} characters, got a longer one.`;

function* rowOf(text: string, line: number, maxCharacters: number): Generator<Row> {
  if (text.trim() === '') return;
  if (text.length > maxCharacters) {
    yield { line, problem: tooLong(maxCharacters) };
    return;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    yield { line, problem: `Expected a JSON record, got an error: ${messageOf(error).slice(0, 200)}.` };
    return;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    yield { line, problem: `Expected a JSON record, got ${JSON.stringify(parsed).slice(0, 60)}.` };
    return;
  }
  yield { line, values: new Map(Object.entries(parsed).map(([name, value]) => [name, textOf(value)])) };
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
