import { beforeAll, describe, expect, it } from 'vitest';
import { philox } from '../../../src/engine/runtime/random.ts';
import {
  compile,
  dropout,
  normal,
  permutation,
  PLANS,
  randomKey,
  startRuntime,
  tf,
  uniform,
  type Scalar,
  type Tensor,
} from '../../../src/engine/runtime/index.ts';

beforeAll(() => startRuntime());

describe('philox', () => {
  // Known answers of the authors' own library, Random123 (tests/kat_vectors, philox4x32 with 10 rounds).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('of counter %s and key %s', (counter, key, expected) => {
    expect(philox(counter as never, key as never)).toEqual(expected);
  });
});

describe('permutation', () => {
  it('holds each number once, and depends on seed, purpose and index', () => {
    const order = permutation(1000, 1, 'shuffle', 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(permutation(1000, 1, 'shuffle', 0)).toEqual(order);
    for (const other of [
      permutation(1000, 2, 'shuffle', 0),
      permutation(1000, 1, 'validation', 0),
      permutation(1000, 1, 'shuffle', 1),
      permutation(1000, 1 + 2 ** 32, 'shuffle', 0),
    ]) {
      expect(other).not.toEqual(order);
    }
    expect(permutation(0, 1, 'shuffle', 0)).toHaveLength(0);
    expect([...permutation(1, 1, 'shuffle', 0)]).toEqual([0]);
  });

  it('puts each number in each place about as often', () => {
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    for (let index = 0; index < 5000; index++) {
      permutation(5, 3, 'test', index).forEach(
        (value, place) => ((counts[place] as number[])[value] as number)++,
      );
    }
    // 1,000 expected, deviation 28: five deviations either way.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(142);
  });
});

describe('random tensors', () => {
  const step = (n: number): Scalar => tf.scalar(n, 'int32');
  const draw = (from: typeof uniform, seed: number, purpose: string, n: number): number[] =>
    tf.tidy(() => [...from([5000], randomKey(seed, purpose, step(n))).dataSync()]);

  it('are uniform in [0, 1), normal with mean 0 and deviation 1, and depend on seed, purpose and step', () => {
    const u = draw(uniform, 1, 'a', 0);
    expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u)).toBeLessThan(1);
    const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
    expect(mean(u)).toBeCloseTo(0.5, 1);
    const z = draw(normal, 1, 'a', 0);
    expect(Math.abs(mean(z))).toBeLessThan(0.07); // five deviations of a mean of 5,000
    expect(mean(z.map((v) => v * v))).toBeCloseTo(1, 0);
    expect(draw(uniform, 1, 'a', 0)).toEqual(u);
    for (const other of [draw(uniform, 2, 'a', 0), draw(uniform, 1, 'b', 0), draw(uniform, 1, 'a', 1)]) {
      expect(other).not.toEqual(u);
      expect(Math.abs(mean(other.map((v, i) => (v - 0.5) * ((u[i] as number) - 0.5))))).toBeLessThan(0.006); // uncorrelated
    }
  });

  it('are those of the hash worked out number by number', () => {
    const mix = (x: number): number => {
      let h = x | 0;
      h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
      h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
      return (h ^ (h >>> 16)) >>> 0;
    };
    const key = randomKey(11, 'a', step(5));
    const expected = Array.from(
      { length: 5000 },
      (_, i) => (mix(mix(i + key.words[0]) ^ mix(5 + key.words[1])) >>> 8) / 2 ** 24,
    );
    expect(draw(uniform, 11, 'a', 5)).toEqual(expected);
  });

  it('give a compiled step the same numbers under every plan, fresh ones each step', async () => {
    const masks: number[][] = [];
    for (const plan of PLANS) {
      const compiled = compile((x: Tensor, n: Scalar) => dropout(x, 0.25, randomKey(9, 'dropout', n)), {
        plan,
      });
      const x = tf.ones([1000]);
      for (const n of [0, 1, 0]) {
        const at = step(n);
        const y = await compiled(x, at);
        masks.push([...y.dataSync()]);
        tf.dispose([at, y]);
      }
      x.dispose();
      compiled.dispose();
    }
    const [first, second, again] = masks;
    expect(first).not.toEqual(second);
    expect(again).toEqual(first);
    for (let i = 3; i < masks.length; i++) expect(masks[i]).toEqual(masks[i % 3]);
    const kept = (first as number[]).filter((v) => v !== 0);
    expect(Math.abs(kept.length / 1000 - 0.75)).toBeLessThan(0.07);
    for (const v of kept) expect(v).toBeCloseTo(4 / 3, 6);
  });

  it('refuses a dropout rate outside of its range', () => {
    for (const rate of [-0.1, 1, Number.NaN]) {
      expect(() => dropout(tf.ones([2]), rate, randomKey(1, 'x', step(0)))).toThrow(RangeError);
    }
  });
});
