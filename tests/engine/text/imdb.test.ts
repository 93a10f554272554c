import { describe, expect, it } from 'vitest';
import { findDataSet, loadDataSet, numbersOf, textsOf, type Split } from '../../../src/engine/data/index.ts';
import { countPieces, makeEncoder } from '../../../src/engine/text/index.ts';
import { SPECIAL_TOKENS } from '../../../src/shared/texts.ts';

const isHere = findDataSet('imdb').state === 'present';
if (!isHere) {
  process.stderr.write('Skipped: IMDB is not here. `gradient-lab data fetch imdb` gets it (26 MB).\n');
}

/** Words by the rule that knows ASCII alone, in plain JavaScript. */
function asciiCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text
      .replaceAll('<br />', ' ')
      .toLowerCase()
      .match(/[a-z0-9']+/g) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);

describe.skipIf(!isHere)('the words of IMDB', () => {
  const splits: Readonly<Record<string, Split>> = isHere ? loadDataSet('imdb').splits : {};
  const decoded = new Map<string, string[]>();
  const textsIn = (name: string): string[] => {
    const texts = textsOf(splits[name] as Split);
    const known = decoded.get(name) ?? Array.from({ length: texts.length }, (_, i) => texts.at(i));
    decoded.set(name, known);
    return known;
  };
  let ofTrain: Map<string, number> | undefined;
  const trainCounts = (): Map<string, number> => (ofTrain ??= asciiCounts(textsIn('train')));

  it('are in 25,000 reviews for each part, half of them of each class, of which 123 are in both', () => {
    const [train, test] = [textsIn('train'), textsIn('test')];
    for (const name of ['train', 'test']) {
      const labels = numbersOf(splits[name] as Split, 'label');
      expect([labels.length, sum(labels)]).toEqual([25_000, 12_500]);
    }
    const [inTrain, inTest] = [new Set(train), new Set(test)];
    expect([inTrain.size, inTest.size]).toEqual([24_904, 24_801]);
    expect([...inTest].filter((text) => inTrain.has(text))).toHaveLength(123);
    expect(train[0]).toMatch(/^Story of a man who has unnatural feelings for a pig/);
    expect(train[12_500]).toMatch(/^Bromwell High is a cartoon comedy/);
    expect(test[0]).toMatch(/^Once again Mr\. Costner/);
  });

  it('are as many as others have counted, by the rule that knows ASCII alone', () => {
    const [train, all] = [trainCounts(), asciiCounts([...textsIn('train'), ...textsIn('test')])];
    expect(train.size).toBe(87_171);
    expect([sum(all.values()), all.size]).toEqual([11_551_431, 121_589]);
    expect([...all.values()].filter((count) => count >= 5)).toHaveLength(42_593);
  });

  it('are the same by the rule of all letters, but for words with letters that ASCII has not', async () => {
    const ascii = trainCounts();
    const counted = await countPieces(textsOf(splits['train'] as Split), 'word');
    expect(counted).toHaveLength(87_443);
    expect(sum(counted.map(({ count }) => count))).toBe(5_840_047);
    const isAscii = (word: string): boolean => /^[a-z0-9']+$/.test(word);
    // A word of ASCII letters occurs more often by their rule where it is a piece of another word: "caf" of "café".
    const differing = counted.filter(({ piece, count }) => isAscii(piece) && ascii.get(piece) !== count);
    for (const { piece, count } of differing) expect(ascii.get(piece)).toBeGreaterThan(count);
    expect(counted.filter(({ piece }) => !isAscii(piece))).toHaveLength(660);
    // Pieces such as "caf" that are no words by this rule.
    const found = new Set(counted.map(({ piece }) => piece));
    expect([...ascii.keys()].filter((piece) => !found.has(piece))).toHaveLength(388);
  });

  it('have the most frequent ones first in the vocabulary, the last of 19,998 being seen ten times', async () => {
    const encoding = { tokenizer: 'word', vocabularySize: 20_002, length: 200, keep: 'first' } as const;
    const { vocabulary } = await makeEncoder(loadDataSet('imdb'), encoding);
    const ascii = trainCounts();
    expect(vocabulary.entries.slice(0, 10)).toEqual([...SPECIAL_TOKENS, 'the', 'and', 'a', 'of', 'to', 'is']);
    expect(ascii.get(vocabulary.entries.at(-1) ?? '')).toBe(10);
  });
});
