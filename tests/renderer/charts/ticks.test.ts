import { describe, expect, it } from 'vitest';
import { durationLabel, makeTicks, type TickUnit } from '../../../src/renderer/charts/core/ticks.ts';
import type { Interval } from '../../../src/renderer/charts/core/scale.ts';
import type { ScaleKind } from '../../../src/renderer/charts/types.ts';

const labels = (kind: ScaleKind, domain: Interval, count: number, unit: TickUnit = 'number'): string[] =>
  makeTicks(kind, domain, count, unit).map(({ label }) => label);

describe('makeTicks', () => {
  it('has round values with the digits that tell them apart', () => {
    expect(labels('linear', [0, 7504], 5)).toEqual(['0', '2,000', '4,000', '6,000']);
    expect(labels('linear', [0.31, 0.36], 5)).toEqual(['0.31', '0.32', '0.33', '0.34', '0.35', '0.36']);
    expect(labels('linear', [-1, 1], 4)).toEqual(['−1.0', '−0.5', '0.0', '0.5', '1.0']);
  });

  it('writes the very small and the very large with a power of ten', () => {
    expect(labels('linear', [0, 5e-6], 5)).toEqual(['0', '1e-6', '2e-6', '3e-6', '4e-6', '5e-6']);
    expect(labels('linear', [0, 4e9], 4)).toEqual(['0', '1e9', '2e9', '3e9', '4e9']);
  });

  it('shows shares in %, at their own values', () => {
    const ticks = makeTicks('linear', [0.93, 0.992], 3, 'share');
    expect(ticks.map(({ label }) => label)).toEqual(['94', '96', '98']);
    expect(ticks[0]?.value).toBeCloseTo(0.94, 12);
  });

  it('has 1 and 3 of each power of ten where there is room, and powers alone where there is not', () => {
    expect(labels('log', [0.02, 11], 6)).toEqual(['0.03', '0.1', '0.3', '1', '3', '10']);
    expect(labels('log', [1e-8, 1e8], 5)).toEqual(['1e-6', '0.001', '1', '1,000', '1e6']);
  });

  it('has even ticks on a log axis of less than a power of ten', () => {
    expect(labels('log', [2, 6], 4)).toEqual(['2', '3', '4', '5', '6']);
  });

  it('counts time in seconds, minutes, hours and days', () => {
    expect(labels('linear', [0, 95], 4, 'duration')).toEqual(['0', '30 s', '1 min', '1:30']);
    expect(labels('linear', [0, 7200], 4, 'duration')).toEqual(['0', '30 min', '1 h', '1:30 h', '2 h']);
    expect(labels('linear', [0, 500_000], 3, 'duration')).toEqual(['0', '2 d', '4 d']);
  });

  it('tells times of day by the clock, as exact as is needed', () => {
    const at = (hours: number, minutes: number, seconds: number): number =>
      new Date(2026, 2, 12, hours, minutes, seconds).getTime();
    expect(labels('linear', [at(9, 0, 0), at(10, 0, 0)], 4, 'time')).toEqual([
      '09:00',
      '09:15',
      '09:30',
      '09:45',
      '10:00',
    ]);
    expect(labels('linear', [at(9, 0, 0), at(9, 1, 0)], 4, 'time')[1]).toBe('09:00:15');
    expect(labels('linear', [at(18, 0, 0), at(30, 0, 0)], 4, 'time')).toContain('13 Mar');
  });

  it('has none for a domain of nothing', () => {
    expect(makeTicks('linear', [3, 3], 5, 'number')).toEqual([]);
    expect(makeTicks('linear', [0, Infinity], 5, 'number')).toEqual([]);
  });
});

describe('durationLabel', () => {
  it('is as short as can be', () => {
    expect([0.5, 45, 90, 3600, 4500, 260_000].map((seconds) => durationLabel(seconds))).toEqual([
      '0.5 s',
      '45 s',
      '1:30',
      '1 h',
      '1:15 h',
      '3.01 d',
    ]);
  });
});
