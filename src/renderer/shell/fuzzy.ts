/** How well a text answers what a person typed: letters in order, better at the starts of words and in a row. */

/** A score above 0 for a text that fits, 0 for one that does not. An empty query fits everything alike. */
export function fuzzyScore(query: string, text: string): number {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return 1;
  const lower = text.toLowerCase();
  let total = 0;
  for (const word of words) {
    const score = scoreWord(word, lower);
    if (score === 0) return 0;
    total += score;
  }
  // Of two texts that fit alike, the shorter is meant.
  return total / words.length + 1 / (10 + text.length);
}

function scoreWord(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at !== -1) return isWordStart(text, at) ? 10 : 5;
  let score = 0;
  let from = 0;
  let before = -2;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found === -1) return 0;
    score += isWordStart(text, found) ? 3 : found === before + 1 ? 2 : 0;
    before = found;
    from = found + 1;
  }
  // Letters spread over other words by chance are no answer.
  return score / (3 * word.length) > 0.5 ? (4 * score) / (3 * word.length) : 0;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
