/** JSON as the history stores it: NaN and infinities, for which JSON has no numbers, are strings as JavaScript writes them. */
import type { SqlValue } from './connection.ts';

export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity';
}

/** A record of numbers, each as JSON can carry it. */
export function toJsonValues(values: Readonly<Record<string, number>>): Record<string, JsonNumber> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toJsonNumber(value)]));
}

export function fromJsonValues(values: Readonly<Record<string, JsonNumber>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}

/** A stored text. What is no JSON any more, on a damaged page, reads as empty: one bad row must not hide all others. */
export function parseJson<T>(text: SqlValue | undefined, empty: T): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch {
    return empty;
  }
}
