import { describe, expect, it } from 'vitest';
import { markedParts } from '../../../../src/renderer/data/text/marked.ts';

const marked = (text: string, search: string): string =>
  markedParts(text, search)
    .map((part) => (part.isMarked ? `[${part.text}]` : part.text))
    .join('');

describe('markedParts', () => {
  it('marks every place, whatever its case', () => {
    expect(marked('Bad, bad film. BAD!', 'bad')).toBe('[Bad], [bad] film. [BAD]!');
  });
  it('takes signs of patterns as they stand', () => {
    expect(marked('10/10 (really). 10x10', '10/10 (r')).toBe('[10/10 (r]eally). 10x10');
    expect(marked('a.b axb', 'a.b')).toBe('[a.b] axb');
  });
  it('finds a space where the text has more of them', () => {
    expect(marked('not  good', ' not good ')).toBe('[not  good]');
  });
  it('marks nothing without a search', () => {
    expect(marked('anything', '  ')).toBe('anything');
  });
  it('keeps places right where lower case is longer', () => {
    expect(marked('İİ bad', 'bad')).toBe('İİ [bad]');
  });
});
