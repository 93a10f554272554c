import { describe, expect, it } from 'vitest';
import { fuzzyScore } from '../../../src/renderer/shell/fuzzy.ts';

describe('a fuzzy match', () => {
  it('prefers the start of a word, then its inside, then scattered initials', () => {
    const scores = ['Runs', 'Prune', 'Reset units'].map((text) => fuzzyScore('run', text));
    expect(scores[0]).toBeGreaterThan(scores[1] as number);
    expect(scores[1]).toBeGreaterThan(scores[2] as number);
  });

  it('finds initials', () => {
    expect(fuzzyScore('ltf', 'Let the tensors flow')).toBeGreaterThan(0);
  });

  it('wants every word, in any order', () => {
    expect(fuzzyScore('dark theme', 'Theme: dark')).toBeGreaterThan(0);
    expect(fuzzyScore('dark rows', 'Theme: dark')).toBe(0);
  });

  it('does not take letters that happen to lie about', () => {
    expect(fuzzyScore('data', 'Undo a step that was taken a')).toBe(0);
  });

  it('of two that fit alike prefers the shorter', () => {
    expect(fuzzyScore('run 4', 'Run 4')).toBeGreaterThan(fuzzyScore('run 4', 'Run 41'));
  });

  it('takes everything for an empty query', () => {
    expect(fuzzyScore('  ', 'anything')).toBeGreaterThan(0);
  });
});
