import { describe, expect, it } from 'vitest';
import {
  readEncoding,
  usualEncoding,
  writeEncoding,
} from '../../../../src/renderer/data/text/encoding-query.ts';
import type { TextEncoding } from '../../../../src/shared/texts.ts';

const USUAL: TextEncoding = { tokenizer: 'word', vocabularySize: 10_000, length: 200, keep: 'first' };

describe('an encoding in an address', () => {
  it('is read back as it was written, and the usual one leaves no trace', () => {
    const other: TextEncoding = { tokenizer: 'bpe', vocabularySize: 500, length: 20, keep: 'last' };
    const query = writeEncoding(other, USUAL);
    expect(query).toEqual({ tokens: 'bpe', vocabulary: '500', length: '20', keep: 'last' });
    expect(readEncoding(query as Record<string, string>, USUAL)).toEqual(other);
    expect(writeEncoding(USUAL, USUAL)).toEqual({ tokens: null, vocabulary: null, length: null, keep: null });
  });

  it('keeps to the usual one where the address says what is not possible', () => {
    const query = { tokens: 'syllables', vocabulary: '4', length: '1.5', keep: 'middle' };
    expect(readEncoding(query, USUAL)).toEqual(USUAL);
    expect(readEncoding({ length: '4097', vocabulary: '' }, USUAL)).toEqual(USUAL);
  });

  it('begins with what the lab has, as far as it has such fields', () => {
    const field = { kind: 'integer', label: '', help: '', min: 1, max: 1000 } as const;
    expect(usualEncoding({ length: { ...field, default: 400 } })).toEqual({ ...USUAL, length: 400 });
    expect(usualEncoding(null)).toEqual(USUAL);
  });
});
