/** Maps values to pixels and back, linearly or by their logarithm. */
import type { ScaleKind } from '../types.ts';

export type Interval = readonly [low: number, high: number];

export interface Scale {
  readonly kind: ScaleKind;
  readonly domain: Interval;
  /** Pixels of the two ends of the domain; the second is smaller for a y axis. */
  readonly range: Interval;
  /** On a log scale, zero and below are at the foot: the pixel of the domain's low end. */
  px(value: number): number;
  value(px: number): number;
}

export function makeScale(kind: ScaleKind, domain: Interval, range: Interval): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  if (kind === 'linear') {
    const slope = high > low ? (to - from) / (high - low) : 0;
    return {
      kind,
      domain,
      range,
      px: (value) => from + (value - low) * slope,
      value: (px) => (slope === 0 ? low : low + (px - from) / slope),
    };
  }
  const foot = Math.log(low);
  const slope = high > low ? (to - from) / (Math.log(high) - foot) : 0;
  return {
    kind,
    domain,
    range,
    px: (value) => (value > 0 ? from + (Math.log(value) - foot) * slope : from),
    value: (px) => (slope === 0 ? low : Math.exp(foot + (px - from) / slope)),
  };
}

/** The domain that lies `by` pixels further along the axis. */
export function shifted(scale: Scale, by: number): Interval {
  return [scale.value(scale.range[0] + by), scale.value(scale.range[1] + by)];
}

/** The domain `factor` times as wide (in pixels of the scale), with the value at pixel `around` where it is. */
export function zoomed(scale: Scale, factor: number, around: number): Interval {
  const [from, to] = scale.range;
  return [scale.value(around + (from - around) * factor), scale.value(around + (to - around) * factor)];
}

/** `inner` moved and, if need be, shrunk, so that it lies within `outer`; along the scale's own measure. */
export function within(kind: ScaleKind, inner: Interval, outer: Interval): Interval {
  const along = kind === 'log' ? Math.log : (value: number): number => value;
  const back = kind === 'log' ? Math.exp : (value: number): number => value;
  const [low, high] = [along(outer[0]), along(outer[1])];
  const [from, to] = [along(inner[0]), along(inner[1])];
  if (to - from >= high - low) return outer;
  if (from < low) return [outer[0], back(low + (to - from))];
  if (to > high) return [back(high - (to - from)), outer[1]];
  return inner;
}
