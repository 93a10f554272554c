/**
 * A long list that is loaded in pages as it is looked at: what can be seen first, then what lies ahead in the direction of travel.
 *
 * Pages stay until they take more room than is allowed; those longest out of sight go first. At most two requests are under way, and
 * what is wanted is settled anew whenever the view moves, so that a fast scroll asks for where it ends, not for all it passed.
 */
import type { Range } from './grid-layout.ts';

export interface PageCacheOptions<P> {
  /** Items on a page. */
  readonly pageSize: number;
  readonly load: (offset: number, count: number, signal: AbortSignal) => Promise<P>;
  /** Items of the whole list, as a page tells them. */
  readonly totalOf: (page: P) => number;
  readonly bytesOf: (page: P) => number;
  readonly maxBytes: number;
  readonly onpage: (page: P) => void;
  readonly onproblem: (error: unknown) => void;
}

const MAX_IN_FLIGHT = 2;

export class PageCache<P> {
  readonly #options: PageCacheOptions<P>;
  /** In the order of their last use, oldest first. */
  readonly #pages = new Map<number, P>();
  readonly #inFlight = new Set<number>();
  readonly #end = new AbortController();
  #wanted: number[] = [];
  #visible: Range = { first: 0, end: 0 };
  #bytes = 0;
  #total: number | null = null;

  constructor(options: PageCacheOptions<P>) {
    this.#options = options;
  }

  /** Items of the whole list, or null until the first page is there. */
  get total(): number | null {
    return this.#total;
  }

  /** The page that holds an item and the item's place on it, or null while it is not loaded. */
  at(position: number): { readonly page: P; readonly row: number } | null {
    const { pageSize } = this.#options;
    const page = this.#pages.get(Math.floor(position / pageSize));
    return page === undefined ? null : { page, row: position % pageSize };
  }

  /** Loads what `visible` needs, and `ahead` pages beyond it: downwards for direction 1, upwards for -1. */
  want(visible: Range, direction: 1 | -1, ahead: number): void {
    const { pageSize } = this.#options;
    const first = Math.floor(visible.first / pageSize);
    const last = Math.floor(Math.max(visible.first, visible.end - 1) / pageSize);
    this.#visible = { first, end: last + 1 };
    const numbers: number[] = [];
    for (let page = first; page <= last; page++) numbers.push(page);
    // Travelling up, the lower end of the view is what comes in last.
    if (direction === -1) numbers.reverse();
    for (let step = 1; step <= ahead; step++) numbers.push(direction === 1 ? last + step : first - step);
    numbers.push(direction === 1 ? first - 1 : last + 1);
    for (const page of numbers) this.#touch(page);
    this.#wanted = numbers;
    this.#pump();
  }

  /** Loads the page of one item, whatever is in sight, and gives it. */
  async fetch(position: number): Promise<{ readonly page: P; readonly row: number }> {
    const { pageSize, load } = this.#options;
    const number = Math.floor(position / pageSize);
    if (!this.#pages.has(number)) {
      const page = await load(number * pageSize, pageSize, this.#end.signal);
      if (!this.#end.signal.aborted) this.#keep(number, page);
      return { page, row: position % pageSize };
    }
    return this.at(position) as { page: P; row: number };
  }

  /** Ends it: answers that are still under way are dropped. */
  dispose(): void {
    this.#end.abort();
    this.#wanted = [];
    this.#pages.clear();
    this.#bytes = 0;
  }

  /** Before the first answer nobody knows how long the list is: then only what is in sight is asked for. */
  #exists(page: number): boolean {
    const { pageSize } = this.#options;
    return page >= 0 && (this.#total === null ? page === this.#visible.first : page * pageSize < this.#total);
  }

  #touch(number: number): void {
    const page = this.#pages.get(number);
    if (page === undefined) return;
    this.#pages.delete(number);
    this.#pages.set(number, page);
  }

  #pump(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT) {
      const next = this.#wanted.find(
        (page) => this.#exists(page) && !this.#pages.has(page) && !this.#inFlight.has(page),
      );
      if (next === undefined) return;
      void this.#fill(next);
    }
  }

  async #fill(number: number): Promise<void> {
    const { pageSize, load, onproblem } = this.#options;
    const { signal } = this.#end;
    this.#inFlight.add(number);
    try {
      const page = await load(number * pageSize, pageSize, signal);
      if (signal.aborted) return;
      this.#keep(number, page);
    } catch (error) {
      if (signal.aborted) return;
      // Nothing more is asked for until the view moves or someone tries again.
      this.#wanted = [];
      onproblem(error);
    } finally {
      this.#inFlight.delete(number);
    }
    this.#pump();
  }

  #keep(number: number, page: P): void {
    const { bytesOf, totalOf, maxBytes, onpage } = this.#options;
    const before = this.#pages.get(number);
    if (before !== undefined) this.#bytes -= bytesOf(before);
    this.#pages.delete(number);
    this.#pages.set(number, page);
    this.#bytes += bytesOf(page);
    this.#total = totalOf(page);
    for (const [old, gone] of this.#pages) {
      if (this.#bytes <= maxBytes) break;
      if (old >= this.#visible.first && old < this.#visible.end) continue;
      if (old === number) continue;
      this.#pages.delete(old);
      this.#bytes -= bytesOf(gone);
    }
    onpage(page);
  }
}
