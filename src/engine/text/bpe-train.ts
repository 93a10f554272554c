/**
 * Byte-pair encoding, learnt from counted words (Sennrich, Haddow and Birch 2016): begin with characters, and make the most frequent
 * pair of neighbours one piece, again and again. The first piece of a word begins with a mark, so that pieces say where words begin.
 *
 * Each merge touches only the words that hold its pair: a heap keeps the pairs by count, with counts that are renewed when they come up.
 */
import { breathe } from './breathe.ts';
import { PairHeap } from './pair-heap.ts';

/** U+2581, as sentencepiece has it; no word holds it, because it is no letter. */
export const WORD_START = '▁';
/** Longer words are taken apart first: text without spaces must not cost the square of its length. In code points. */
export const MAX_WORD = 64;

export interface LearntPieces {
  /** Characters by falling frequency, then what merges made, in order; no two the same. */
  readonly pieces: readonly string[];
  /** Numbers of the pieces that are put together, in the order in which they were learnt. */
  readonly merges: readonly (readonly [left: number, right: number])[];
}

export interface BpeLimits {
  /** Pieces at most, characters included. */
  readonly pieces: number;
  /** Pieces of words that are looked at, in all, before learning ends: a bound on time that is the same on every machine. */
  readonly work?: number;
}

/** About 20 s. */
const MOST_WORK = 400_000_000;
/** The engine's other work has a turn after so long. */
const BREATH_MS = 30;
/** What occurs once is no pattern. */
const LEAST_COUNT = 2;

/** Stands for a character that is not among the pieces; nothing is merged with it. */
const UNKNOWN = -1;

/** The parts of a word that are encoded on their own: characters, the first of all with the mark of a word's start. */
export function partsOf(word: string): string[][] {
  const characters = Array.from(word);
  const parts: string[][] = [];
  for (let from = 0; from < characters.length; from += MAX_WORD) {
    parts.push(characters.slice(from, from + MAX_WORD));
  }
  const first = parts[0];
  if (first !== undefined) first[0] = WORD_START + (first[0] as string);
  return parts;
}

/**
 * Learns pieces from words with their counts. Of pairs that are equally frequent, the one with the lower numbers comes first. Throws
 * `call/cancelled`.
 */
export async function learnPieces(
  words: Iterable<{ readonly piece: string; readonly count: number }>,
  { pieces: most, work: mostWork = MOST_WORK }: BpeLimits,
  signal?: AbortSignal,
): Promise<LearntPieces> {
  const parts = [...words].flatMap(({ piece, count }) =>
    partsOf(piece).map((characters) => ({ characters, count })),
  );
  const pieces = alphabetOf(parts, most);
  const numbers = new Map(pieces.map((piece, number) => [piece, number]));
  const rows = parts.map(({ characters, count }) => ({
    symbols: characters.map((character) => numbers.get(character) ?? UNKNOWN),
    count,
  }));

  // Small whole numbers are the fastest keys: up to 32,768 pieces, those of pairs are.
  const keyOf = (left: number, right: number): number => left * most + right;
  const counts = new Map<number, number>();
  const holders = new Map<number, Set<number>>();
  const heap = new PairHeap();
  rows.forEach(({ symbols, count }, row) => {
    for (const key of pairsOf(symbols, keyOf)) {
      counts.set(key, (counts.get(key) ?? 0) + count);
      const held = holders.get(key);
      if (held === undefined) holders.set(key, new Set([row]));
      else held.add(row);
    }
  });
  for (const [key, count] of counts) heap.push(key, count);

  const merges: [number, number][] = [];
  let work = 0;
  let breathed = performance.now();
  while (pieces.length < most && work < mostWork) {
    const best = heap.pop();
    if (best === undefined) break;
    const current = counts.get(best.key) ?? 0;
    if (current !== best.count) continue; // A newer entry has the count of today.
    if (current < LEAST_COUNT) break;
    const [left, right] = [Math.floor(best.key / most), best.key % most];
    const piece = (pieces[left] as string) + (pieces[right] as string);
    // "ab" + "c" may have made it before "a" + "bc".
    const made = numbers.get(piece) ?? pieces.push(piece) - 1;
    numbers.set(piece, made);
    merges.push([left, right]);
    if (performance.now() - breathed > BREATH_MS) {
      await breathe(signal);
      breathed = performance.now();
    }

    const changed = new Set<number>();
    for (const row of holders.get(best.key) ?? []) {
      const held = rows[row] as (typeof rows)[number];
      work += held.symbols.length;
      for (const key of pairsOf(held.symbols, keyOf)) {
        counts.set(key, (counts.get(key) as number) - held.count);
        changed.add(key);
      }
      held.symbols = mergePair(held.symbols, left, right, made);
      for (const key of pairsOf(held.symbols, keyOf)) {
        counts.set(key, (counts.get(key) ?? 0) + held.count);
        changed.add(key);
        const rowsOfPair = holders.get(key);
        if (rowsOfPair === undefined) holders.set(key, new Set([row]));
        else rowsOfPair.add(row);
      }
    }
    holders.delete(best.key);
    counts.delete(best.key);
    for (const key of changed) {
      const count = counts.get(key) ?? 0;
      if (count > 0) heap.push(key, count);
      else counts.delete(key);
    }
  }
  return { pieces, merges };
}

/** `symbols` with each `left` that `right` follows made one, from the left. */
export function mergePair(symbols: readonly number[], left: number, right: number, made: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(made);
      i++;
    } else {
      merged.push(symbols[i] as number);
    }
  }
  return merged;
}

function pairsOf(symbols: readonly number[], keyOf: (left: number, right: number) => number): number[] {
  const keys: number[] = [];
  for (let i = 1; i < symbols.length; i++) {
    const [left, right] = [symbols[i - 1] as number, symbols[i] as number];
    if (left !== UNKNOWN && right !== UNKNOWN) keys.push(keyOf(left, right));
  }
  return keys;
}

/** The characters by falling frequency, then by their UTF-16 units; `most` of them. */
function alphabetOf(
  parts: readonly { readonly characters: readonly string[]; readonly count: number }[],
  most: number,
): string[] {
  const counts = new Map<string, number>();
  for (const { characters, count } of parts) {
    for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  return [...counts]
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .slice(0, Math.max(0, most))
    .map(([character]) => character);
}
