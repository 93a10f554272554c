/** Points and series for tests, small and exact. */
import type { Series, SeriesPoints } from '../../../src/renderer/charts/types.ts';

/** Points at steps 1, 2, 3 ..., a second apart, unless told otherwise. */
export function pointsOf(
  value: readonly number[],
  options: {
    readonly step?: readonly number[];
    readonly resumedAt?: readonly number[];
    readonly version?: number;
    readonly generation?: number;
  } = {},
): SeriesPoints {
  const step = options.step ?? value.map((_, i) => i + 1);
  return {
    length: value.length,
    step: Float64Array.from(step),
    value: Float64Array.from(value),
    time: Float64Array.from(step, (each) => 1_000_000 + each * 1000),
    resumedAt: options.resumedAt ?? [],
    version: options.version ?? 1,
    ...(options.generation === undefined ? {} : { generation: options.generation }),
  };
}

export function seriesOf(points: SeriesPoints, more: Partial<Series> = {}): Series {
  return {
    id: 'a',
    label: 'Run 1',
    detail: 'defaults',
    colour: '--run-1',
    dash: '',
    stepsPerEpoch: 10,
    startedAt: 1_000_000,
    mark: 'line',
    live: false,
    points,
    ...more,
  };
}

/** Repeatable numbers from 0 to 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
