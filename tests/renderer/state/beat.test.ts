import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Beat, beatMs } from '../../../src/renderer/state/beat.ts';

const EVERY_MS = 400;
let applied: { readonly item: string; readonly at: number }[];
let beat: Beat<string>;

beforeEach(() => {
  vi.useFakeTimers();
  applied = [];
  const begun = performance.now();
  beat = new Beat(
    (item) => applied.push({ item, at: performance.now() - begun }),
    (item) => item.endsWith('!'),
    EVERY_MS,
  );
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number): unknown => vi.advanceTimersByTime(ms);

describe('a beat', () => {
  it('applies what came within 25 ms together and in order', () => {
    beat.add('a');
    pass(20);
    beat.add('b');
    expect(applied).toEqual([]);
    pass(5);
    expect(applied).toEqual([
      { item: 'a', at: 25 },
      { item: 'b', at: 25 },
    ]);
  });

  it('comes once in its time, however much there is', () => {
    for (let i = 0; i < 200; i++) {
      beat.add(`${i}`);
      pass(10);
    }
    pass(EVERY_MS);
    expect([...new Set(applied.map(({ at }) => at))]).toEqual([25, 425, 825, 1225, 1625, 2025]);
    expect(applied.map(({ item }) => item)).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });

  it('does not keep waiting what comes after a pause', () => {
    beat.add('a');
    pass(5000);
    beat.add('b');
    pass(25);
    expect(applied.at(-1)).toEqual({ item: 'b', at: 5025 });
  });

  it('applies what is urgent at once, after all that came before it', () => {
    beat.add('a');
    pass(25);
    beat.add('b');
    beat.add('c!');
    expect(applied.map(({ item }) => item)).toEqual(['a', 'b', 'c!']);
    pass(2 * EVERY_MS);
    expect(applied).toHaveLength(3);
  });

  it('is a second with two cores, and never under 100 ms', () => {
    expect([1, 2, 8, 20, 128].map(beatMs)).toEqual([2000, 1000, 250, 100, 100]);
  });
});
