import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersOf, type LoadedDataSet, type Split } from '../../../src/engine/data/index.ts';
import {
  Encoder,
  encoderFor,
  encoderFromText,
  encoderToText,
  encodeWith,
  Vocabulary,
} from '../../../src/engine/text/index.ts';
import { LabError } from '../../../src/shared/errors.ts';
import { SPECIAL_TOKENS, TOKENIZERS, type TextEncoding } from '../../../src/shared/texts.ts';
import { textsData } from '../../support/texts.ts';

const WORDS: TextEncoding = { tokenizer: 'word', vocabularySize: 1000, length: 6, keep: 'first' };

/** A data set of these texts, with labels 0, 1, 0, 1 and so on. */
function dataOf(train: readonly string[], test: readonly string[]): LoadedDataSet {
  const labelled = (texts: readonly string[]) => texts.map((text, i) => [i % 2, text] as const);
  return textsData({ train: labelled(train), test: labelled(test) });
}

let home: string;
const before = process.env.GRADIENT_LAB_HOME;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-text-'));
  process.env.GRADIENT_LAB_HOME = home;
});
afterAll(() => {
  if (before === undefined) delete process.env.GRADIENT_LAB_HOME;
  else process.env.GRADIENT_LAB_HOME = before;
  rmSync(home, { recursive: true, force: true });
});

/** What a run does with its texts. */
async function encodeTexts(data: LoadedDataSet, encoding: TextEncoding, signal?: AbortSignal) {
  const encoder = await encoderFor(data, encoding, signal);
  return { encoder, ...(await encodeWith(data, encoder, signal)) };
}

/** Words by the rule, with JavaScript's own expressions. */
const plainWords = (text: string): string[] =>
  [...text.matchAll(/<br \/>|[\p{L}\p{M}\p{N}']+/gu)]
    .map(([found]) => found)
    .filter((found) => found !== '<br />')
    .map((word) => word.toLowerCase());

describe('encoding a data set of texts', () => {
  it('numbers words by frequency, cuts, pads at the end, and says what is left', async () => {
    const data = dataOf(
      ['The film, the FILM!<br />the end', 'a film'],
      ['An unseen film and the other end of it', '?!'],
    );
    const { data: encoded, encoder, report } = await encodeTexts(data, WORDS);
    expect(encoder.vocabulary.entries).toEqual([...SPECIAL_TOKENS, 'film', 'the', 'a', 'end']);
    const [train, test] = [encoded.splits['train'] as Split, encoded.splits['test'] as Split];
    expect([...numbersOf(train, 'tokens')]).toEqual([5, 4, 5, 4, 5, 7, 6, 4, 0, 0, 0, 0]);
    expect([...numbersOf(train, 'length')]).toEqual([6, 2]);
    expect([...numbersOf(train, 'label')]).toEqual([0, 1]);
    expect([...numbersOf(test, 'tokens')]).toEqual([1, 1, 4, 1, 5, 1, 1, 0, 0, 0, 0, 0]);
    expect([...numbersOf(test, 'length')]).toEqual([6, 1]);
    expect(report.test).toEqual({
      lengths: Int32Array.of(9, 1),
      coverage: 1 - 7 / 10,
      unknownShare: 7 / 10,
      truncatedShare: 1 / 2,
    });
    expect(encoded.sha256).toBe(data.sha256);
    expect(encoded.info.features.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['tokens', 'int32', [6]],
      ['length', 'int32', []],
      ['label', 'int32', []],
    ]);
  });

  it('keeps the end of a long text where it is asked to', async () => {
    const { data } = await encodeTexts(dataOf(['a b c d e f g h'], ['a']), { ...WORDS, keep: 'last' });
    expect([...numbersOf(data.splits['train'] as Split, 'tokens')]).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('gives what a plain loop gives, for any texts', async () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        "'",
        'é',
        'É',
        'e\u0301',
        '中',
        '😀',
        ' ',
        '.',
        '<br />',
        '<',
        '\n',
        '1',
      ),
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), text, async (train, other) => {
        const encoding: TextEncoding = { ...WORDS, vocabularySize: 8 };
        const { data, encoder } = await encodeTexts(dataOf(train, [other]), encoding);

        const counts = new Map<string, number>();
        for (const word of train.flatMap(plainWords)) counts.set(word, (counts.get(word) ?? 0) + 1);
        const common = [...counts.keys()].sort(
          (a, b) => (counts.get(b) as number) - (counts.get(a) as number) || (a < b ? -1 : 1),
        );
        const entries = [...SPECIAL_TOKENS, ...common.slice(0, 4)];
        expect(encoder.vocabulary.entries).toEqual(entries);
        const rows = [...train, other].map((row) => {
          const ids = plainWords(row).map((word) => Math.max(1, entries.indexOf(word)));
          const kept = ids.length === 0 ? [1] : ids.slice(0, 6);
          return [...kept, ...Array<number>(6 - kept.length).fill(0)];
        });
        const tokens = ['train', 'test'].flatMap((name) => [
          ...numbersOf(data.splits[name] as Split, 'tokens'),
        ]);
        expect(tokens).toEqual(rows.flat());
      }),
      { numRuns: 200 },
    );
  });

  it('shows the tokens that it counts, each at its place, with every tokenizer', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(...TOKENIZERS), async (train, tokenizer) => {
        const encoding: TextEncoding = { tokenizer, vocabularySize: 40, length: 5, keep: 'last' };
        const { data, encoder } = await encodeTexts(dataOf(train, train), encoding);
        const split = data.splits['train'] as Split;
        train.forEach((text, row) => {
          const shown = encoder.tokenize(text);
          const kept = shown.ids.slice(shown.keptFrom, shown.keptTo);
          const stored = numbersOf(split, 'tokens').slice(row * 5, row * 5 + 5);
          expect([...kept]).toEqual([...stored.slice(0, numbersOf(split, 'length')[row])]);
          shown.starts.forEach((start, k) => {
            const end = shown.ends[k] as number;
            expect(start).toBeGreaterThanOrEqual(k === 0 ? 0 : (shown.ends[k - 1] as number));
            expect(end).toBeLessThanOrEqual(text.length);
            const piece = shown.pieces[k] as string;
            if (tokenizer !== 'bpe' && kept.length === shown.ids.length && shown.ids[k] !== 1) {
              const there = text.slice(start, end);
              const plain = there === '<br />' ? ' ' : there;
              expect(tokenizer === 'word' ? plain.toLowerCase() : plain).toBe(piece);
            }
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('reads as it did with a vocabulary that was kept', async () => {
    for (const tokenizer of TOKENIZERS) {
      const data = dataOf(['low lower lowest', 'newer new wider wide', 'low low'], ['the lowest', 'widest']);
      const { encoder, data: encoded, report } = await encodeTexts(data, { ...WORDS, tokenizer });
      const again = encoderFromText(encoderToText(encoder));
      expect(await encodeWith(data, again)).toEqual({ data: encoded, report });
      expect(again.tokenize('the lowest')).toEqual(encoder.tokenize('the lowest'));
    }
  });

  it('refuses vocabularies that are damaged', () => {
    const sound = encoderToText(new Encoder(WORDS, new Vocabulary([...SPECIAL_TOKENS, 'a'])));
    const codes = [
      sound.slice(0, -5),
      sound.replace('<unk>', '<oov>'),
      sound.replace('"a"', '"<pad>"'),
      sound.replace('"version": 1', '"version": 2'),
      sound.replace('gradient-lab vocabulary', 'vocabulary'),
      sound.replace('"merges": []', '"merges": [[4, 5]]'),
      sound.replace('"a"', '5'),
      '[]',
      '',
    ].map((text) => codeOf(() => encoderFromText(text)));
    expect(codes).toEqual(codes.map(() => 'text/vocabulary'));
    expect(codeOf(() => encoderFromText(sound.replace('"length":6', '"length":0')))).toBe('text/encoding');
  });

  it('says which setting is out of bounds', async () => {
    const data = dataOf(['a'], ['b']);
    await expect(encodeTexts(data, { ...WORDS, length: 5000 })).rejects.toThrow(
      'Expected rows of 1 to 4,096 tokens, got 5000.',
    );
    await expect(encodeTexts(data, { ...WORDS, vocabularySize: 4 })).rejects.toThrow(
      /5 to 200,000 entries, got 4/,
    );
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(encodeTexts(dataOf(['a'], ['b']), WORDS, abort.signal)).rejects.toThrow(/cancelled/);
  });
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof LabError ? error.code : String(error);
  }
  return 'nothing was thrown';
}
