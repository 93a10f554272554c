import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinMaxPyramid } from '../../../src/renderer/charts/core/pyramid.ts';
import { random } from './helpers.ts';

const number = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);

function plain(values: readonly number[], from: number, to: number): [number, number] {
  const finite = values.slice(from, to).filter(Number.isFinite);
  return [Math.min(Infinity, ...finite), Math.max(-Infinity, ...finite)];
}

describe('MinMaxPyramid', () => {
  it('finds what a plain loop finds, in any range of any array', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 700 }), fc.nat(700), fc.nat(700), (values, a, b) => {
        const from = Math.min(a, b, values.length);
        const to = Math.min(Math.max(a, b), values.length);
        const pyramid = new MinMaxPyramid();
        pyramid.update(Float64Array.from(values), values.length, 0);
        pyramid.range(from, to);
        expect([pyramid.min, pyramid.max]).toEqual(plain(values, from, to));
      }),
    );
  });

  it('grows point by point and is cut, and is then as if it were made anew', () => {
    const next = random(1);
    const values = new Float64Array(6000);
    const pyramid = new MinMaxPyramid();
    let length = 0;
    for (let round = 0; round < 200; round++) {
      const from = next() < 0.2 ? Math.floor(length * next()) : length;
      length = Math.min(6000, from + Math.floor(next() * 90));
      for (let i = from; i < length; i++) values[i] = next() - 0.5;
      pyramid.update(values, length, from);
      const [a, b] = [Math.floor(next() * length), Math.floor(next() * length)];
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      pyramid.range(low, high);
      expect([pyramid.min, pyramid.max]).toEqual(plain([...values], low, high));
    }
  });

  it('says that a range without finite values has none', () => {
    const pyramid = new MinMaxPyramid();
    pyramid.update(Float64Array.of(Number.NaN, Infinity, -Infinity), 3, 0);
    pyramid.range(0, 3);
    expect(pyramid.min).toBeGreaterThan(pyramid.max);
  });
});
