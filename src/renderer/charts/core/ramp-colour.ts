/** Colours of a ramp for SVG. */
import { entryOf, type Ramp } from '../../data/ramps.ts';

/** The colour of `value` between `low` and `high`. */
export function rampColour(ramp: Ramp, value: number, low: number, high: number): string {
  const pixel = ramp.pixels[entryOf(value, low, high)] as number;
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Whether white text has the higher contrast on that colour. */
export function isWhiteTextOn(ramp: Ramp, value: number, low: number, high: number): boolean {
  return ramp.whiteText[entryOf(value, low, high)] === 1;
}
