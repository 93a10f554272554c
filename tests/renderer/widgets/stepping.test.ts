import { describe, expect, it } from 'vitest';
import { stepValue } from '../../../src/renderer/widgets/stepping.ts';

const rate = { kind: 'number', min: 0, max: 1000, default: 0.001 } as const;
const share = { kind: 'number', min: 0, max: 0.95, default: 0 } as const;
const epochs = { kind: 'integer', min: 1, max: 1000, default: 12 } as const;
const units = { kind: 'integer', min: 1, max: 4096, default: 512 } as const;

describe('an arrow key', () => {
  it('moves a rate by one in its leading digit, across powers of ten', () => {
    expect(stepValue(rate, 0.001, 1)).toBe(0.002);
    expect(stepValue(rate, 0.009, 1)).toBe(0.01);
    expect(stepValue(rate, 0.01, -1)).toBe(0.009);
    expect(stepValue(rate, 0.5, -1)).toBe(0.4);
    expect(stepValue(rate, 0.3, -1)).toBe(0.2);
  });

  it('with Shift goes ten times as far', () => {
    expect(stepValue(rate, 0.003, 1, true)).toBe(0.03);
    expect(stepValue(rate, 0.003, -1, true)).toBe(0.0003);
    expect(stepValue(epochs, 12, 1, true)).toBe(22);
    expect(stepValue(units, 64, 1, true)).toBe(512);
  });

  it('leaves 0 and comes back to it', () => {
    expect(stepValue(share, 0, 1)).toBe(0.01);
    expect(stepValue(share, 0.01, -1)).toBe(0);
    expect(stepValue(share, 0, -1)).toBe(0);
  });

  it('goes to the next power of two for a size', () => {
    expect(stepValue(units, 512, 1)).toBe(1024);
    expect(stepValue(units, 500, 1)).toBe(512);
    expect(stepValue(units, 500, -1)).toBe(256);
    expect(stepValue(units, 1, -1)).toBe(1);
  });

  it('never leaves the bounds', () => {
    expect(stepValue(share, 0.9, 1)).toBe(0.95);
    expect(stepValue(epochs, 1, -1)).toBe(1);
    expect(stepValue(units, 4096, 1, true)).toBe(4096);
  });
});
