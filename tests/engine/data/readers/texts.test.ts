import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Texts } from '../../../../src/engine/data/index.ts';
import { readReviewsJson } from '../../../../src/engine/data/readers/reviews-json.ts';
import { packTexts, readTextsFile } from '../../../../src/engine/data/readers/texts.ts';
import { LabError } from '../../../../src/shared/errors.ts';
import { errorOf, tempFolder } from '../helpers.ts';

const SOUND = ['One', 'zwei – drei', '', '😀<br />'];

function fileOf(bytes: Uint8Array | string): string {
  const path = join(tempFolder(), 'train-texts-utf8');
  writeFileSync(path, bytes);
  return path;
}

const all = (texts: Texts): string[] => Array.from({ length: texts.length }, (_, i) => texts.at(i));

describe('a file of texts', () => {
  it('gives the texts that were packed, plain or gzipped', () => {
    const packed = packTexts(SOUND);
    for (const bytes of [packed, gzipSync(packed)]) {
      expect(all(readTextsFile(fileOf(bytes), { examples: 4 }))).toEqual(SOUND);
    }
  });

  it('gives any texts back, but for zero characters, which become spaces, and half characters', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (texts) => {
        const read = readTextsFile(fileOf(packTexts(texts)), { examples: texts.length });
        expect(all(read)).toEqual(texts.map((text) => text.replaceAll('\0', ' ')));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['empty', '', 'data/texts-end', /an empty file/],
    ['cut short', packTexts(SOUND).subarray(0, -2), 'data/texts-end', /none at its end/],
    ['one text short', packTexts(SOUND.slice(1)), 'data/count-mismatch', /Expected 4 texts in .*, got 3/],
    ['one text long', packTexts([...SOUND, 'x']), 'data/count-mismatch', /got 5/],
    ['not UTF-8', Buffer.from('One\0\xff\0\0x\0', 'latin1'), 'data/utf8', /in text 1/],
    ['a character cut in half', Buffer.from('a\0\xc3\0b\0c\0', 'latin1'), 'data/utf8', /in text 1/],
    ['gzip that is cut short', gzipSync(packTexts(SOUND)).subarray(0, 20), 'data/gzip', /sound gzip/],
    ['gzip that is damaged', damaged(gzipSync(packTexts(SOUND))), 'data/gzip', /sound gzip/],
    ['above the limit', packTexts(['x'.repeat(2000), '', '', '']), 'data/too-large', /at most 1000 bytes/],
    [
      'gzip of more than the limit',
      gzipSync(packTexts(['x'.repeat(2000), '', '', ''])),
      'data/too-large',
      /at most 1000 unpacked/,
    ],
  ])('is refused where it is %s', async (_, bytes, code, message) => {
    const error = await errorOf(() => readTextsFile(fileOf(bytes), { examples: 4, maxBytes: 1000 }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('never gives anything but texts or a LabError, whatever happened to it', () => {
    const packed = packTexts(SOUND);
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), (at, value) => {
        const bytes = Uint8Array.from(packed);
        bytes[at] = value;
        try {
          expect(readTextsFile(fileOf(bytes), { examples: 4 }).length).toBe(4);
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('texts in one piece of memory', () => {
  it('are where their offsets say, and nowhere else', () => {
    const texts = Texts.from(SOUND);
    expect(all(texts)).toEqual(SOUND);
    expect([...texts.bytesOf(1)]).toEqual([...Buffer.from('zwei – drei')]);
    for (const index of [-1, 4, 0.5]) {
      expect(() => texts.at(index)).toThrow(`Expected a text from 0 to 3, got ${index}.`);
    }
  });
});

describe('a JSON array of reviews', () => {
  const READ = (text: string) => readReviewsJson(fileOf(text), 2, 1000);
  it('is read in order', () => {
    expect(READ('[{"t":"a","s":1},{"t":"b","s":0}]')).toEqual({ texts: ['a', 'b'], labels: [1, 0] });
  });

  it.each([
    ['', /an error/],
    ['{"t":"a","s":1}', /something else/],
    ['[{"t":"a","s":1}]', /one of 1/],
    ['[{"t":"a","s":1},null]', /no text at place 1/],
    ['[{"t":" ","s":1},{"t":"b","s":0}]', /no text at place 0/],
    ['[{"t":"a","s":2},{"t":"b","s":0}]', /no label of 0 or 1 at place 0/],
    ['[{"t":"a","s":true},{"t":"b","s":0}]', /no label of 0 or 1 at place 0/],
    [`[{"t":"${'x'.repeat(2000)}","s":1},{"t":"b","s":0}]`, /at most 1000 bytes/],
  ])('is refused where it is %j', async (text, message) => {
    expect((await errorOf(() => READ(text))).message).toMatch(message);
  });
});

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[15] = (copy[15] as number) ^ 0xff;
  return copy;
}
