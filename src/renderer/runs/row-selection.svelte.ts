/** Rows that a person has marked in a long list, as lists are used everywhere: press, Shift for a stretch, Ctrl for single ones. */
import { SvelteSet } from 'svelte/reactivity';

export class RowSelection {
  /** Marked runs, by number, so that they stay marked when rows move. */
  readonly marked = new SvelteSet<number>();
  /** The row that keys act on; -1: none. */
  cursor = $state(-1);
  #anchor = -1;
  readonly #numberAt: (row: number) => number | null;

  constructor(numberAt: (row: number) => number | null) {
    this.#numberAt = numberAt;
  }

  /** Goes to a row: alone, with all between it and where the stretch began, or in addition. */
  go(row: number, how: 'alone' | 'stretch' | 'add'): void {
    this.cursor = row;
    if (how === 'stretch' && this.#anchor >= 0) {
      this.marked.clear();
      const [from, to] = [Math.min(this.#anchor, row), Math.max(this.#anchor, row)];
      for (let each = from; each <= to; each++) this.#mark(each);
      return;
    }
    this.#anchor = row;
    if (how === 'add') {
      const number = this.#numberAt(row);
      if (number !== null && !this.marked.delete(number)) this.marked.add(number);
      return;
    }
    this.marked.clear();
    this.#mark(row);
  }

  /** Marks these and nothing else; the cursor stays. */
  markAll(numbers: readonly number[]): void {
    this.marked.clear();
    for (const number of numbers) this.marked.add(number);
  }

  clear(): void {
    this.marked.clear();
    this.cursor = -1;
    this.#anchor = -1;
  }

  #mark(row: number): void {
    const number = this.#numberAt(row);
    if (number !== null) this.marked.add(number);
  }
}
