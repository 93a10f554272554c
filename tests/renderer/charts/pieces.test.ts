import { describe, expect, it } from 'vitest';
import { Pieces } from '../../../src/renderer/charts/core/pieces.ts';
import { pointsOf, random } from './helpers.ts';

const { NaN: nan } = Number;

function piecesOf(...args: Parameters<typeof pointsOf>): Pieces {
  const pieces = new Pieces();
  pieces.update(pointsOf(...args), 0);
  return pieces;
}

describe('Pieces', () => {
  it('is one for a whole line, and none for no points', () => {
    expect(piecesOf([1, 2, 3])).toMatchObject({ starts: [0], ends: [3], gaps: [] });
    expect(piecesOf([])).toMatchObject({ starts: [], ends: [], gaps: [] });
  });

  it('breaks at what is not finite, and tells NaN from infinity', () => {
    const pieces = piecesOf([1, nan, nan, 2, Infinity, 3, -Infinity, nan]);
    expect(pieces.starts).toEqual([0, 3, 5]);
    expect(pieces.ends).toEqual([1, 4, 6]);
    expect(pieces.gaps).toEqual([
      { from: 1, to: 3, kind: 'NaN' },
      { from: 4, to: 5, kind: 'infinite' },
      { from: 6, to: 7, kind: 'infinite' },
      { from: 7, to: 8, kind: 'NaN' },
    ]);
    expect([pieces.notANumber, pieces.infinite]).toEqual([3, 2]);
  });

  it('breaks after the step that a run was resumed from', () => {
    expect(piecesOf([1, 2, 3, 4], { resumedAt: [2] })).toMatchObject({ starts: [0, 2], ends: [2, 4] });
  });

  it('has no empty piece where a resume lies in a gap, at the ends, or twice at one step', () => {
    const pieces = piecesOf([1, 2, nan, 4], { resumedAt: [0, 3, 3, 4, 9] });
    expect(pieces.starts).toEqual([0, 3]);
    expect(pieces.ends).toEqual([2, 4]);
  });

  it('knows whether a line is broken between two points', () => {
    const pieces = piecesOf([1, 2, nan, 4, 5], { resumedAt: [4] });
    expect(pieces.brokenBetween(0, 1)).toBe(false);
    expect(pieces.brokenBetween(1, 3)).toBe(true);
    expect(pieces.brokenBetween(3, 4)).toBe(true);
  });

  it('breaks before the first point that comes after a resume', () => {
    const pieces = piecesOf([1, 2, 3], { resumedAt: [3] });
    expect(pieces.ends).toEqual([3]);
    pieces.update(pointsOf([1, 2, 3, 4], { resumedAt: [3] }), 3);
    pieces.update(pointsOf([1, 2, 3, 4, 5], { resumedAt: [3] }), 4);
    expect(pieces).toMatchObject({ starts: [0, 3], ends: [3, 5] });
    const ofGaps = piecesOf([1, nan], { resumedAt: [2] });
    ofGaps.update(pointsOf([1, nan, nan], { resumedAt: [2] }), 2);
    expect(ofGaps.gaps).toEqual(piecesOf([1, nan, nan], { resumedAt: [2] }).gaps);
  });

  it('grows as if all had been there from the start', () => {
    const next = random(3);
    const value = Array.from({ length: 300 }, () => (next() < 0.2 ? nan : next() < 0.1 ? Infinity : next()));
    const options = { resumedAt: [40, 90, 200] };
    const whole = piecesOf(value, options);
    const grown = new Pieces();
    for (let length = 0; length < 300;) {
      const before = length;
      length = Math.min(300, length + Math.floor(next() * 25) + 1);
      grown.update(pointsOf(value.slice(0, length), options), before);
    }
    expect(grown.starts).toEqual(whole.starts);
    expect(grown.ends).toEqual(whole.ends);
    expect(grown.gaps).toEqual(whole.gaps);
  });
});
