/** An encoder as text: what a run keeps, so that its model reads texts as it did when it was trained. */
import { LabError, messageOf } from '../../shared/errors.ts';
import { KEEPS, TOKENIZERS, type TextEncoding } from '../../shared/texts.ts';
import { readWholeFile } from '../data/index.ts';
import { Encoder } from './encoder.ts';
import { Vocabulary } from './vocabulary.ts';

const KIND = 'gradient-lab vocabulary';
/** Of 200,000 entries and as many merges; longer is none of ours. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** The encoder's settings, entries by id, and merges, as JSON with an entry a line. */
export function encoderToText({ encoding, vocabulary, merges }: Encoder): string {
  const list = (values: readonly unknown[]): string =>
    values.length === 0 ? '[]' : `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]`;
  return [
    `{"kind": ${JSON.stringify(KIND)}, "version": 1, "encoding": ${JSON.stringify(encoding)},`,
    `"entries": ${list(vocabulary.entries)},`,
    `"merges": ${list(merges)}}`,
    '',
  ].join('\n');
}

/** Reads what `encoderToText` wrote. Throws `text/vocabulary` for anything else. */
export function encoderFromText(text: string): Encoder {
  if (text.length > MOST_CHARACTERS) throw unsound(`at most ${MOST_CHARACTERS} characters`, text.length);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw unsound('JSON', messageOf(error), error);
  }
  const file = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  if (file.kind !== KIND) throw unsound(`the kind "${KIND}"`, file.kind);
  if (file.version !== 1) throw unsound('version 1', file.version);
  const { entries, merges } = file;
  if (!Array.isArray(entries) || !entries.every((entry): entry is string => typeof entry === 'string')) {
    throw unsound('a list of entries', typeof entries);
  }
  const isId = (value: unknown): boolean => Number.isInteger(value) && (value as number) < entries.length;
  const isMerge = (merge: unknown): merge is [number, number] =>
    Array.isArray(merge) && merge.length === 2 && merge.every(isId);
  if (!Array.isArray(merges) || !merges.every(isMerge))
    throw unsound('merges of two ids each', typeof merges);
  return new Encoder(checkEncoding(file.encoding), new Vocabulary(entries), merges);
}

/** Reads an encoder's file. Throws `data/not-found`, `data/too-large`, and what `encoderFromText` throws. */
export function readEncoderFile(path: string): Encoder {
  return encoderFromText(new TextDecoder().decode(readWholeFile(path, MOST_CHARACTERS)));
}

/** Bounds of the settings, for forms and for files. Throws `text/encoding`. */
export function checkEncoding(value: unknown): TextEncoding {
  const { tokenizer, vocabularySize, length, keep } = (value ?? {}) as Record<string, unknown>;
  const wrong = (expected: string, got: unknown) =>
    new LabError('text/encoding', `Expected ${expected}, got ${String(got)}.`, {
      hint: 'Choose a value within these bounds.',
    });
  const kind = TOKENIZERS.find((known) => known === tokenizer);
  const end = KEEPS.find((known) => known === keep);
  if (kind === undefined) throw wrong(`one of the tokenizers ${TOKENIZERS.join(', ')}`, tokenizer);
  if (end === undefined) throw wrong(`one of ${KEEPS.join(', ')} to keep`, keep);
  if (!isWhole(vocabularySize, 5, 200_000))
    throw wrong('a vocabulary of 5 to 200,000 entries', vocabularySize);
  if (!isWhole(length, 1, 4096)) throw wrong('rows of 1 to 4,096 tokens', length);
  return { tokenizer: kind, vocabularySize, length, keep: end };
}

function isWhole(value: unknown, from: number, to: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
}

function unsound(expected: string, got: unknown, cause?: unknown): LabError {
  return new LabError('text/vocabulary', `Expected ${expected} in a vocabulary, got ${String(got)}.`, {
    hint: 'The file is damaged or another kind of vocabulary.',
    cause,
  });
}
