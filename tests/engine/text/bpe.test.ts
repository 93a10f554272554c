import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bpe } from '../../../src/engine/text/bpe.ts';
import { learnPieces, MAX_WORD, WORD_START, type LearntPieces } from '../../../src/engine/text/bpe-train.ts';
import { Vocabulary } from '../../../src/engine/text/vocabulary.ts';
import { SPECIAL_TOKENS } from '../../../src/shared/texts.ts';

interface Counted {
  readonly piece: string;
  readonly count: number;
}

/** The method as the paper has it: count all pairs anew for every merge. */
function plainPieces(words: readonly Counted[], most: number): LearntPieces {
  const starts = words.map(({ piece, count }) => {
    const [first = '', ...rest] = Array.from(piece);
    return { characters: [WORD_START + first, ...rest], count };
  });
  const totals = new Map<string, number>();
  for (const { characters, count } of starts) {
    for (const c of characters) totals.set(c, (totals.get(c) ?? 0) + count);
  }
  const pieces = [...totals.keys()]
    .sort((a, b) => (totals.get(b) as number) - (totals.get(a) as number) || (a < b ? -1 : 1))
    .slice(0, most);
  let rows = starts.map(({ characters, count }) => ({ symbols: characters, count }));
  const merges: [number, number][] = [];
  while (pieces.length < most) {
    let best = { left: -1, right: -1, count: 1 };
    for (const [left, a] of pieces.entries()) {
      for (const [right, b] of pieces.entries()) {
        let count = 0;
        for (const row of rows) {
          row.symbols.forEach((symbol, i) => {
            if (symbol === a && row.symbols[i + 1] === b) count += row.count;
          });
        }
        if (count > best.count) best = { left, right, count };
      }
    }
    if (best.left < 0) break;
    const [a, b] = [pieces[best.left] as string, pieces[best.right] as string];
    merges.push([best.left, best.right]);
    if (!pieces.includes(a + b)) pieces.push(a + b);
    rows = rows.map(({ symbols, count }) => {
      const merged: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] === a && symbols[i + 1] === b) {
          merged.push(a + b);
          i++;
        } else {
          merged.push(symbols[i] as string);
        }
      }
      return { symbols: merged, count };
    });
  }
  return { pieces, merges };
}

const WORDS = fc
  .uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀'), minLength: 1, maxLength: 9 }), {
    minLength: 1,
    maxLength: 12,
  })
  .chain((pieces) =>
    fc.tuple(...pieces.map((piece) => fc.integer({ min: 1, max: 9 }).map((count) => ({ piece, count })))),
  );

describe('byte-pair encoding', () => {
  it('learns what the plain method learns', async () => {
    await fc.assert(
      fc.asyncProperty(WORDS, fc.integer({ min: 1, max: 30 }), async (words, most) => {
        expect(await learnPieces(words, { pieces: most })).toEqual(plainPieces(words, most));
      }),
      { numRuns: 300 },
    );
  });

  it('learns the example of the paper', async () => {
    const words = [
      { piece: 'low', count: 5 },
      { piece: 'lower', count: 2 },
      { piece: 'newest', count: 6 },
      { piece: 'widest', count: 3 },
    ];
    const { pieces, merges } = await learnPieces(words, { pieces: 100 });
    const learnt = merges.map(([left, right]) => `${pieces[left]}+${pieces[right]}`);
    // "e s" and "s t" occur nine times each: the pair of lower numbers comes first, then "es t".
    expect(learnt.slice(0, 2)).toEqual(['e+s', 'es+t']);
    expect(pieces).toContain('▁newest');
  });

  it('takes a word apart into pieces that put it together again, and one that was learnt into itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        WORDS,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 1 }),
        async (words, other) => {
          const { pieces, merges } = await learnPieces(words, { pieces: 200 });
          const vocabulary = new Vocabulary([...SPECIAL_TOKENS, ...pieces]);
          const bpe = new Bpe(
            vocabulary,
            merges.map(([l, r]) => [l + 4, r + 4] as const),
          );
          for (const word of [...words.map(({ piece }) => piece), other]) {
            const { ids, lengths } = bpe.piecesOf(word);
            expect(lengths.reduce((a, b) => a + b, 0)).toBe(word.length);
            let at = 0;
            ids.forEach((id, k) => {
              const there = word.slice(at, at + (lengths[k] as number));
              if (id !== 1) expect(vocabulary.pieceOf(id)).toBe(at === 0 ? WORD_START + there : there);
              at += lengths[k] as number;
            });
          }
        },
      ),
    );
  });

  it('is not held up by a word of a million letters, and ends at its bound on work', async () => {
    const long = { piece: 'ab'.repeat(500_000), count: 3 };
    const began = performance.now();
    const { pieces, merges } = await learnPieces([long], { pieces: 500 });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(MAX_WORD + 1);
    const bpe = new Bpe(
      new Vocabulary([...SPECIAL_TOKENS, ...pieces]),
      merges.map(([l, r]) => [l + 4, r + 4]),
    );
    expect(bpe.piecesOf(long.piece).lengths.reduce((a, b) => a + b, 0)).toBe(1_000_000);
    expect((await learnPieces([long], { pieces: 500, work: 1 })).merges).toHaveLength(1);
  });

  it('stops when nobody wants it any more', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const words = Array.from({ length: 20_000 }, (_, i) => ({
      piece: `${i * 7919}word${i * 104_729}`,
      count: i + 1,
    }));
    await expect(learnPieces(words, { pieces: 20_000 }, abort.signal)).rejects.toThrow(/cancelled/);
  });
});
