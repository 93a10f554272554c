/** JSON as the history stores it. */
import type { SqlValue } from './connection.ts';

/** A stored text. What is no JSON any more, on a damaged page, reads as empty: one bad row must not hide all others. */
export function parseJson<T>(text: SqlValue | undefined, empty: T): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch {
    return empty;
  }
}
