import { expect, it } from 'vitest';
import { sparkPath } from '../../../src/renderer/widgets/spark.ts';

it('a line goes from edge to edge, the largest value on top', () => {
  expect(sparkPath([0, 1, 2], 24, 12)).toEqual({ d: 'M2 10L12 6L22 2', end: [22, 2] });
});

it('what is not finite leaves a gap', () => {
  expect(sparkPath([0, Number.NaN, 1], 24, 12)?.d).toBe('M2 10M22 2');
});

it('a flat line lies in the middle, and nothing is drawn of nothing', () => {
  expect(sparkPath([5, 5], 24, 12)?.d).toBe('M2 6L22 6');
  expect(sparkPath([], 24, 12)).toBeNull();
  expect(sparkPath([Number.NaN], 24, 12)).toBeNull();
});

it('on a log axis equal factors are equally far apart', () => {
  expect(sparkPath([1, 10, 100], 24, 12, { log: true })?.d).toBe('M2 10L12 6L22 2');
});
