import { describe, expect, it } from 'vitest';
import {
  changedSettings,
  changedText,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatPercent,
  formatTime,
} from '../../src/renderer/format.ts';
import type { LabInfo } from '../../src/shared/labs.ts';

describe('numbers', () => {
  it('keep three significant digits, and thousands get a comma', () => {
    expect(formatNumber(0.031234)).toBe('0.0312');
    expect(formatNumber(1.46635)).toBe('1.47');
    expect(formatNumber(123.4)).toBe('123');
    expect(formatNumber(48_912.3)).toBe('48,912');
    expect(formatNumber(0)).toBe('0.00');
  });

  it('turn to powers of ten when they are tiny or huge', () => {
    expect(formatNumber(9_999_999)).toBe('9,999,999');
    expect(formatNumber(90_229_850)).toBe('9.02e7');
    expect(formatNumber(-1e30)).toBe('−1e30');
    expect(formatNumber(1.2e20)).toBe('1.2e20');
    expect(formatNumber(0.0000123)).toBe('1.23e-5');
    expect(formatNumber(1e-7)).toBe('1e-7');
    expect(formatNumber(-1e-7)).toBe('−1e-7');
  });

  it('say what is not a number', () => {
    expect(formatNumber(Number.NaN)).toBe('NaN');
    expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe('−∞');
    expect(formatNumber(null)).toBe('–');
    expect(formatPercent(Number.NaN)).toBe('NaN');
  });

  it('put a space before the per cent sign', () => {
    expect(formatPercent(0.98125)).toBe('98.1 %');
    expect(formatPercent(1)).toBe('100.0 %');
    expect(formatMetric({ unit: 'share' }, 0.412)).toBe('41.2 %');
    expect(formatMetric({ unit: 'none' }, 0.412)).toBe('0.412');
  });

  it('count and weigh', () => {
    expect(formatCount(60_000)).toBe('60,000');
    expect(formatBytes(0)).toBe('0 bytes');
    expect(formatBytes(4_800_000)).toBe('4.8 MB');
    expect(formatBytes(999_960)).toBe('1.0 MB');
    expect(formatBytes(126e6)).toBe('126 MB');
  });
});

describe('times', () => {
  it('name their units', () => {
    expect(formatDuration(0.43)).toBe('0.4 s');
    expect(formatDuration(7.4)).toBe('7 s');
    expect(formatDuration(59.7)).toBe('1 min');
    expect(formatDuration(250)).toBe('4 min 10 s');
    expect(formatDuration(7500)).toBe('2 h 5 min');
    expect(formatDuration(86_400 * 3)).toBe('3 days');
  });

  it('read like a clock in a table', () => {
    expect(formatClock(3.9)).toBe('0:03');
    expect(formatClock(761)).toBe('12:41');
    expect(formatClock(3725)).toBe('1:02:05');
  });

  it('leave out the day when it is today', () => {
    const now = new Date(2026, 10, 12, 15, 0).getTime();
    expect(formatTime(new Date(2026, 10, 12, 9, 31).getTime(), now)).toBe('09:31');
    expect(formatTime(new Date(2026, 10, 11, 23, 59).getTime(), now)).toBe('yesterday 23:59');
    expect(formatTime(new Date(2026, 2, 12, 9, 5).getTime(), now)).toBe('12 Mar 09:05');
    expect(formatTime(new Date(2025, 2, 12, 9, 5).getTime(), now)).toBe('12 Mar 2025 09:05');
  });
});

describe('what a run changed', () => {
  const lab: Pick<LabInfo, 'fields'> = {
    fields: {
      epochs: { kind: 'integer', label: 'Epochs', help: '', default: 12, min: 1, max: 1000 },
      learningRate: { kind: 'number', label: 'Learning rate', help: '', default: 0.001, min: 0, max: 10 },
    },
  };

  it('is told in the order of the fields', () => {
    const run = { config: { learningRate: 0.5, epochs: 3 } };
    expect(changedSettings(run, lab).map((each) => each.name)).toEqual(['epochs', 'learningRate']);
    expect(changedText(run, lab)).toBe('epochs 3, learning rate 0.5');
  });

  it('is nothing for the defaults', () => {
    expect(changedText({ config: { learningRate: 0.001, epochs: 12 } }, lab)).toBe('defaults');
  });
});
