import { expect, it } from 'vitest';
import { likeliest } from '../../../../src/renderer/labs/shared/likeliest.ts';

it('names the likeliest classes first, of equal ones the lower number, and no more than there are', () => {
  expect(likeliest([0.1, 0.4, 0.1, 0.4], 3)).toEqual([1, 3, 0]);
  expect(likeliest([0.2, 0.8], 3)).toEqual([1, 0]);
  expect(likeliest([], 3)).toEqual([]);
});
