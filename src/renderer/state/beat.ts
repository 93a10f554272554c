/**
 * The beat of a window: what comes in one by one is applied a few times a second, all at once, so that a window pays for one layout
 * and one painting, not for one of each.
 */

/**
 * Milliseconds from one beat to the next on a machine with so many cores. A beat takes some 20 ms of a core. Where cores are few,
 * training on the same machine waits for that, so that they come as much further apart: a second with two cores, 100 ms from 20 on.
 */
export const beatMs = (cores: number): number => Math.max(100, 2000 / cores);

/** What belongs together comes within this time. */
const GATHER_MS = 25;

export class Beat<T> {
  readonly #apply: (item: T) => void;
  readonly #isUrgent: (item: T) => boolean;
  readonly #everyMs: number;
  #waiting: T[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = -Infinity;

  /** `isUrgent`: what a person waits for is applied at once, with all that came before it. */
  constructor(apply: (item: T) => void, isUrgent: (item: T) => boolean, everyMs: number) {
    this.#apply = apply;
    this.#isUrgent = isUrgent;
    this.#everyMs = everyMs;
  }

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#isUrgent(item)) return this.#flush();
    const wait = Math.max(GATHER_MS, this.#last + this.#everyMs - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#last = performance.now();
      this.#flush();
    }, wait);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const item of waiting) this.#apply(item);
  }
}
