/**
 * Colour ramps as tables for pixels: the nine steps of `--seq` and `--div` in tokens.css, interpolated in OKLab (Ottosson 2020).
 *
 * An entry is one pixel as ImageData holds it, read as a little-endian number: alpha, blue, green, red from the high byte down.
 */

/** Entries of a table: a byte of an image is an index. */
export const RAMP_ENTRIES = 256;

export interface Ramp {
  /** [256] pixels. */
  readonly pixels: Uint32Array;
  /** [256]: 1 where white text has the higher contrast on that colour, 0 where black has. */
  readonly whiteText: Uint8Array;
}

type Triple = readonly [number, number, number];

/** The ramp through `stops`, each "#rrggbb", at equal distances. */
export function makeRamp(stops: readonly string[]): Ramp {
  if (stops.length < 2) throw new RangeError(`Expected at least 2 colours for a ramp, got ${stops.length}.`);
  const labs = stops.map((stop) => toOklab(parseHex(stop)));
  const pixels = new Uint32Array(RAMP_ENTRIES);
  const whiteText = new Uint8Array(RAMP_ENTRIES);
  for (let entry = 0; entry < RAMP_ENTRIES; entry++) {
    const place = (entry / (RAMP_ENTRIES - 1)) * (stops.length - 1);
    const from = Math.min(Math.floor(place), stops.length - 2);
    const share = place - from;
    const [a, b] = [labs[from] as Triple, labs[from + 1] as Triple];
    const rgb = fromOklab([
      a[0] + (b[0] - a[0]) * share,
      a[1] + (b[1] - a[1]) * share,
      a[2] + (b[2] - a[2]) * share,
    ]);
    pixels[entry] = pixelOf(rgb);
    // Contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05: equal at L = 0.179.
    whiteText[entry] = luminance(rgb) < 0.179 ? 1 : 0;
  }
  return { pixels, whiteText };
}

/** One pixel of opaque colour; parts 0 to 255. */
export function pixelOf([red, green, blue]: Triple): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** "#rrggbb" as three bytes. */
export function parseHex(text: string): Triple {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  if (match === null) throw new RangeError(`Expected a colour such as "#1161bb", got "${text}".`);
  return [1, 2, 3].map((part) => Number.parseInt(match[part] as string, 16)) as unknown as Triple;
}

/** The entry of `value` between `low` and `high`, clamped; not a number is the lowest. */
export function entryOf(value: number, low: number, high: number): number {
  if (!(high > low)) return value > high ? RAMP_ENTRIES - 1 : 0;
  const entry = Math.round(((value - low) / (high - low)) * (RAMP_ENTRIES - 1));
  return entry > 0 ? Math.min(entry, RAMP_ENTRIES - 1) : 0;
}

const linear = (part: number): number => {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

const gamma = (share: number): number => {
  const clamped = Math.min(1, Math.max(0, share));
  const part = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055;
  return Math.round(part * 255);
};

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function toOklab(rgb: Triple): Triple {
  const [r, g, b] = rgb.map(linear) as unknown as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
