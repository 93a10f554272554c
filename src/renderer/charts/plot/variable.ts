/** Something that many runs have one value of each: a hyperparameter or a result. What scatter and parallel coordinates lay out. */
import { makeScale, type Interval } from '../core/scale.ts';
import { makeTicks, type TickUnit } from '../core/ticks.ts';
import { textWidth } from '../core/text-width.ts';
import type { Better } from '../types.ts';

export type Value = number | string | null;

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** One for each item; null where it has none. Text is a category. */
  readonly values: readonly Value[];
  readonly unit: 'number' | 'share';
  /** Equal factors equally far apart: rates, sizes. Only when all numbers are above 0. */
  readonly log: boolean;
  /** Which end is better; 'neither' for what a person sets. */
  readonly better: Better;
}

export interface VariableTick {
  readonly px: number;
  readonly label: string;
}

/** Where values of a variable lie along some pixels. */
export interface VariableAxis {
  /** Null for a value that has no place: missing, or not finite. */
  px(value: Value): number | null;
  readonly ticks: readonly VariableTick[];
  /** Pixels of all values that occur, each once, in order: where a handle may stand. */
  readonly stops: readonly number[];
}

/** Texts in the order in which numbers in them would be read: "2", "10", "adam". */
const natural = new Intl.Collator('en', { numeric: true });

export function makeAxis(variable: Variable, [from, to]: Interval, count: number): VariableAxis {
  const categories = categoriesOf(variable.values);
  return categories === null ? numberAxis(variable, [from, to], count) : categoryAxis(categories, [from, to]);
}

/** The texts that occur, or null when all values are numbers. */
export function categoriesOf(values: readonly Value[]): readonly string[] | null {
  if (!values.some((value) => typeof value === 'string')) return null;
  const texts = new Set(values.filter((value) => value !== null).map(String));
  return [...texts].sort((a, b) => natural.compare(a, b));
}

function categoryAxis(categories: readonly string[], [from, to]: Interval): VariableAxis {
  const place = (index: number): number => from + ((index + 0.5) / categories.length) * (to - from);
  return {
    px(value) {
      const index = value === null ? -1 : categories.indexOf(String(value));
      return index < 0 ? null : place(index);
    },
    ticks: categories.map((label, index) => ({ px: place(index), label })),
    stops: categories.map((_, index) => place(index)),
  };
}

function numberAxis({ values, unit, log }: Variable, [from, to]: Interval, count: number): VariableAxis {
  const numbers = values.filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const kind = log && numbers.length > 0 && numbers.every((value) => value > 0) ? 'log' : 'linear';
  const scale = makeScale(kind, padded(Math.min(...numbers), Math.max(...numbers), kind), [from, to]);
  const tickUnit: TickUnit = unit;
  const stops = [...new Set(numbers)].sort((a, b) => a - b).map((value) => scale.px(value));
  return {
    px: (value) => (typeof value === 'number' && Number.isFinite(value) ? scale.px(value) : null),
    ticks: makeTicks(kind, scale.domain, count, tickUnit)
      .filter(({ value }) => canBe(value, unit))
      .map(({ value, label }) => ({ px: scale.px(value), label })),
    stops,
  };
}

/** The air beside the marks has no label such as 105 %. */
function canBe(value: number, unit: Variable['unit']): boolean {
  return unit !== 'share' || (value > -1e-9 && value < 1 + 1e-9);
}

/** A little air, so that no mark lies on an edge. */
function padded(low: number, high: number, kind: 'linear' | 'log'): Interval {
  if (low > high) return [0, 1];
  if (kind === 'log') {
    const air = high > low ? (high / low) ** 0.06 : 2;
    return [low / air, high * air];
  }
  const air = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 0.5;
  return [low - air, high + air];
}

/** The widest of an axis's labels. */
export function widestLabel(axis: VariableAxis): number {
  return Math.max(0, ...axis.ticks.map(({ label }) => textWidth(label)));
}
