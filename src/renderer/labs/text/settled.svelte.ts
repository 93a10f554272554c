/** A value that changes fast, as it was when it last stood still for a moment: what is asked of an engine, not what is typed. */
import { untrack } from 'svelte';

const DELAY_MS = 180;

export class Settled<T> {
  #value: T;

  /** Make it while a component is made. The first value counts at once. */
  constructor(read: () => T) {
    this.#value = $state.raw(untrack(read));
    $effect(() => {
      const next = read();
      const timer = setTimeout(() => (this.#value = next), DELAY_MS);
      return () => clearTimeout(timer);
    });
  }

  get value(): T {
    return this.#value;
  }
}
