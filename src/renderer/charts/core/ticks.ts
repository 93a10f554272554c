/** Ticks at round values, with labels that tell them apart and no digit more. */
import { ticks as evenTicks, tickStep } from 'd3-array';
import { format } from 'd3-format';
import { scaleTime } from 'd3-scale';
import type { ScaleKind } from '../types.ts';
import type { Interval } from './scale.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** What the numbers of an axis mean. 'share': shown in %, without the sign, which is in the chart's header. */
export type TickUnit = 'number' | 'share' | 'time' | 'duration';

/** About `count` ticks within the domain. */
export function makeTicks(kind: ScaleKind, domain: Interval, count: number, unit: TickUnit): readonly Tick[] {
  const [low, high] = domain;
  if (!(high > low) || !Number.isFinite(high - low)) return [];
  if (unit === 'time') return timeTicks(domain, count);
  if (kind === 'log') return logTicks(domain, count, unit);
  if (unit === 'duration') return durationTicks(domain, count);
  const factor = unit === 'share' ? 100 : 1;
  const [from, to] = [low * factor, high * factor];
  const label = evenLabels(tickStep(from, to, count), Math.max(Math.abs(from), Math.abs(to)));
  return evenTicks(from, to, count).map((value) => ({ value: value / factor, label: label(value) }));
}

function evenLabels(step: number, largest: number): (value: number) => string {
  if (largest >= 1e7 || largest < 1e-3) {
    const digits = Math.max(0, Math.floor(Math.log10(largest) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    return (value) => (value === 0 ? '0' : tidy(format(`.${digits}e`)(value)));
  }
  return format(`,.${Math.max(0, -Math.floor(Math.log10(step) + 1e-9))}f`);
}

/** 10, 3, 1, 0.3 where there is room, powers of ten alone, or every few of them; even ticks within one power of ten. */
function logTicks([low, high]: Interval, count: number, unit: TickUnit): readonly Tick[] {
  const decades = Math.log10(high / low);
  if (decades < 0.8) return makeTicks('linear', [low, high], count, unit);
  const steps = decades * 3 <= count * 1.2 ? [1, 2, 5] : decades * 2 <= count * 1.4 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / (count * 1.2)));
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (power % every !== 0) continue;
    for (const digit of steps) {
      // Written as text first: 3e-2 is the number that a person means, 3 * 10 ** -2 may not be.
      const value = Number(`${digit}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
        ticks.push({ value, label: logLabel(unit === 'share' ? value * 100 : value, unit) });
      }
    }
  }
  return ticks;
}

function logLabel(value: number, unit: TickUnit): string {
  if (unit === 'duration') return durationLabel(value);
  if (value >= 1e6 || value < 1e-4) return tidy(format('.0e')(value));
  return value >= 1 ? format(',.6~r')(value) : format('.6~g')(value);
}

/** "1e+6" is "1e6". */
function tidy(text: string): string {
  return text.replace('e+', 'e').replace('e−', 'e-');
}

const timeScale = scaleTime();

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** "09:31:15", "09:31", "12 Mar": as exact as the ticks are close, and the day where a new one begins. */
function timeTicks([low, high]: Interval, count: number): readonly Tick[] {
  timeScale.domain([low, high]);
  const dates = timeScale.ticks(count);
  const within = dates.every((date) => date.getSeconds() === 0);
  return dates.map((date) => {
    const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()];
    const midnight = hours === 0 && minutes === 0 && seconds === 0;
    const clock = within ? [hours, minutes] : [hours, minutes, seconds];
    return { value: date.getTime(), label: midnight ? day.format(date) : clock.map(two).join(':') };
  });
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

function durationTicks([low, high]: Interval, count: number): readonly Tick[] {
  const wanted = (high - low) / count;
  const step =
    wanted <= 1 ? tickStep(low, high, count) : (SECONDS.find((each) => each >= wanted) ?? days(wanted));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); i++) {
    ticks.push({ value: i * step, label: durationLabel(i * step, step) });
  }
  return ticks;
}

function days(seconds: number): number {
  return 86400 * tickStep(0, seconds / 86400, 1);
}

/** "0.5 s", "30 s", "1:30" (minutes), "2 h", "1:15 h", "3 d". */
export function durationLabel(seconds: number, step = seconds): string {
  if (seconds === 0) return '0';
  const size = Math.abs(seconds);
  if (size < 60) return `${format(step < 1 ? '.6~f' : '.0f')(seconds)} s`;
  if (size < 3600) {
    const rest = Math.round(size) % 60;
    return rest === 0 ? `${Math.floor(size / 60)} min` : `${Math.floor(size / 60)}:${two(rest)}`;
  }
  if (size < 172800) {
    const minutes = Math.round(size / 60) % 60;
    const hours = Math.floor(Math.round(size / 60) / 60);
    return minutes === 0 ? `${hours} h` : `${hours}:${two(minutes)} h`;
  }
  return `${format('.3~g')(seconds / 86400)} d`;
}
