/** How texts become numbers, as an address says it; what it leaves out is as the lab's settings have it. */
import type { Fields } from '../../../shared/fields.ts';
import { KEEPS, TOKENIZERS, type TextEncoding } from '../../../shared/texts.ts';

export const LEAST_VOCABULARY = 5;
export const MOST_VOCABULARY = 200_000;
export const MOST_LENGTH = 4096;

const USUAL: TextEncoding = { tokenizer: 'word', vocabularySize: 10_000, length: 200, keep: 'first' };

type Query = Readonly<Record<string, string | undefined>>;

/** What a lab's fields begin with, where it has such fields. */
export function usualEncoding(fields: Fields | null): TextEncoding {
  const of = (name: keyof TextEncoding): unknown => fields?.[name]?.default;
  return {
    tokenizer: TOKENIZERS.find((each) => each === of('tokenizer')) ?? USUAL.tokenizer,
    vocabularySize: whole(of('vocabularySize'), LEAST_VOCABULARY, MOST_VOCABULARY) ?? USUAL.vocabularySize,
    length: whole(of('length'), 1, MOST_LENGTH) ?? USUAL.length,
    keep: KEEPS.find((each) => each === of('keep')) ?? USUAL.keep,
  };
}

export function readEncoding(query: Query, usual: TextEncoding): TextEncoding {
  return {
    tokenizer: TOKENIZERS.find((each) => each === query['tokens']) ?? usual.tokenizer,
    vocabularySize: whole(query['vocabulary'], LEAST_VOCABULARY, MOST_VOCABULARY) ?? usual.vocabularySize,
    length: whole(query['length'], 1, MOST_LENGTH) ?? usual.length,
    keep: KEEPS.find((each) => each === query['keep']) ?? usual.keep,
  };
}

/** Changes of the query for an encoding: null where it is the usual one. */
export function writeEncoding(encoding: TextEncoding, usual: TextEncoding): Record<string, string | null> {
  const other = (name: keyof TextEncoding): string | null =>
    encoding[name] === usual[name] ? null : String(encoding[name]);
  return {
    tokens: other('tokenizer'),
    vocabulary: other('vocabularySize'),
    length: other('length'),
    keep: other('keep'),
  };
}

function whole(value: unknown, least: number, most: number): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
    ? number
    : null;
}
