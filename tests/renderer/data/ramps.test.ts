import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entryOf, makeRamp, parseHex, pixelOf } from '../../../src/renderer/data/ramps.ts';

const tokens = readFileSync(new URL('../../../src/renderer/theme/tokens.css', import.meta.url), 'utf8');

/** The nine steps of a ramp as tokens.css has them: the first block is light, the second dark. */
function stepsOf(name: string, theme: 'light' | 'dark'): string[] {
  return Array.from({ length: 9 }, (_, step) => {
    const found = [...tokens.matchAll(new RegExp(`--${name}-${step}: (#[0-9a-f]{6})`, 'g'))];
    return found[theme === 'light' ? 0 : 1]?.[1] ?? '';
  });
}

function contrast(a: number, b: number): number {
  const [high, low] = [Math.max(a, b), Math.min(a, b)];
  return (high + 0.05) / (low + 0.05);
}

function luminanceOf(pixel: number): number {
  const parts = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

describe('a colour ramp', () => {
  it('passes through every step of the tokens', () => {
    for (const theme of ['light', 'dark'] as const) {
      for (const name of ['seq', 'div']) {
        const steps = stepsOf(name, theme);
        const { pixels } = makeRamp(steps);
        // Entry 255 * i / 8 is step i exactly where that is a whole number: at both ends.
        expect(pixels[0]).toBe(pixelOf(parseHex(steps[0] as string)));
        expect(pixels[255]).toBe(pixelOf(parseHex(steps[8] as string)));
      }
    }
  });

  it('keeps text readable on every colour: at least 4.5 to 1', () => {
    for (const theme of ['light', 'dark'] as const) {
      for (const name of ['seq', 'div']) {
        const { pixels, whiteText } = makeRamp(stepsOf(name, theme));
        const lowest = Math.min(
          ...Array.from(pixels, (pixel, i) => contrast(luminanceOf(pixel), whiteText[i] as number)),
        );
        expect(lowest).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('goes halfway in OKLab, not in sRGB', () => {
    // Halfway between black and white has OKLab lightness 0.5: linear light 0.125, so sRGB 99, where sRGB's own middle is 128.
    const { pixels } = makeRamp(['#000000', '#ffffff']);
    const middle = ((pixels[127] as number) & 255) + ((pixels[128] as number) & 255);
    expect(Math.abs(middle / 2 - 99)).toBeLessThanOrEqual(1);
  });

  it('is a row of pixels in the byte order of ImageData', () => {
    const bytes = new Uint8Array(Uint32Array.of(pixelOf([1, 2, 3])).buffer);
    expect([...bytes]).toEqual([1, 2, 3, 255]);
  });

  it('rejects what is no colour', () => {
    expect(() => parseHex('var(--x)')).toThrow('Expected a colour such as "#1161bb", got "var(--x)".');
    expect(() => makeRamp(['#000000'])).toThrow(RangeError);
  });

  it('finds the entry of a value, clamped, with NaN and an empty domain', () => {
    expect(entryOf(0, -1, 1)).toBe(128);
    expect(entryOf(-5, -1, 1)).toBe(0);
    expect(entryOf(5, -1, 1)).toBe(255);
    expect(entryOf(NaN, -1, 1)).toBe(0);
    expect(entryOf(0, 0, 0)).toBe(0);
    expect(entryOf(1, 0, 0)).toBe(255);
  });
});
