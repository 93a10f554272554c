import { describe, expect, it } from 'vitest';
import { piecesOf, placesAmong, replaced, without } from '../../../../src/renderer/data/text/pieces.ts';

/** Spans of the words of a text. */
const words = (text: string) =>
  [...text.matchAll(/\w+/g)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }));

describe('piecesOf', () => {
  it('gives all of the text, tokens with their numbers', () => {
    const text = ' So, good. ';
    expect(piecesOf(text, words(text))).toEqual([
      { text: ' ', start: 0, token: null },
      { text: 'So', start: 1, token: 0 },
      { text: ', ', start: 3, token: null },
      { text: 'good', start: 5, token: 1 },
      { text: '. ', start: 9, token: null },
    ]);
  });

  it('puts tokens that touch beside each other', () => {
    const pieces = piecesOf('bored', [
      { start: 0, end: 3 },
      { start: 3, end: 5 },
    ]);
    expect(pieces.map(({ text, token }) => [text, token])).toEqual([
      ['bor', 0],
      ['ed', 1],
    ]);
  });

  it('loses nothing while an answer for an older, longer text is still there', () => {
    const spans = words('one two three four');
    for (const text of ['', 'one', 'one tw', 'one two th']) {
      expect(
        piecesOf(text, spans)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    }
  });
});

describe('without', () => {
  const text = 'a truly bad film';
  it('takes a word out with one of the spaces around it', () => {
    expect(words(text).map((span) => without(text, span))).toEqual([
      'truly bad film',
      'a bad film',
      'a truly film',
      'a truly bad ',
    ]);
  });
  it('keeps punctuation apart', () => {
    expect(without('bad, bad film', { start: 0, end: 3 })).toBe(', bad film');
  });
});

it('replaces a word', () => {
  expect(replaced('a bad film', { start: 2, end: 5 }, 'great')).toBe('a great film');
});

describe('placesAmong', () => {
  it('counts the same tokens from 1', () => {
    const spans = words('one two three');
    expect([...placesAmong(spans, spans)]).toEqual([1, 2, 3]);
  });
  it('puts pieces of a word within it, and what lies between words after the one before', () => {
    const spans = words('abcd efgh');
    const others = [
      { start: 0, end: 2 },
      { start: 2, end: 5 },
      { start: 5, end: 8 },
      { start: 8, end: 9 },
    ];
    expect([...placesAmong(spans, others)]).toEqual([0.5, 1, 1.75, 2]);
  });
  it('starts where the other run has cut off the beginning', () => {
    const spans = words('one two three four');
    expect([...placesAmong(spans, spans.slice(2))]).toEqual([3, 4]);
    expect([...placesAmong(spans.slice(2), spans)]).toEqual([0, 0, 1, 2]);
  });
});
