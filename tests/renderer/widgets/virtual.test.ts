import { describe, expect, it } from 'vitest';
import { columnsIn, scrollFor, visibleRange } from '../../../src/renderer/widgets/virtual.ts';

describe('a long list', () => {
  it('draws what is on screen and a little more', () => {
    expect(visibleRange(280, 100, 28, 10_000, 2)).toEqual({ start: 8, end: 16 });
  });

  it('draws nothing of nothing, and never beyond its ends', () => {
    expect(visibleRange(0, 100, 28, 0, 8)).toEqual({ start: 0, end: 0 });
    expect(visibleRange(1e9, 100, 28, 5, 8)).toEqual({ start: 0, end: 5 });
    expect(visibleRange(-50, 100, 28, 5, 0)).toEqual({ start: 0, end: 4 });
  });

  it('scrolls only as far as it must', () => {
    expect(scrollFor(2, 28, 0, 280)).toBe(0);
    expect(scrollFor(20, 28, 0, 280)).toBe(21 * 28 - 280);
    expect(scrollFor(1, 28, 280, 280)).toBe(28);
    expect(scrollFor(9, 28, 0, 280, 24)).toBe(24);
  });
});

it('a grid has as many columns as fit, and one at least', () => {
  expect(columnsIn(100, 24, 2)).toBe(3);
  expect(columnsIn(102, 24, 2)).toBe(4);
  expect(columnsIn(0, 24, 2)).toBe(1);
});
