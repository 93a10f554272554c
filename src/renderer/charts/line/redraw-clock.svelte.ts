/** Tells when data that came in is to be drawn: at most ten times a second, once under reduced motion. */
import { prefersReducedMotion } from 'svelte/motion';
import { untrack } from 'svelte';

/** Calls what `watch` reads; when any of it changes, `drawn` grows, but not too often. Made while a component is set up. */
export class RedrawClock {
  drawn = $state(0);
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(watch: () => void) {
    $effect(() => {
      watch();
      untrack(() => this.#soon());
    });
    $effect(() => () => clearTimeout(this.#timer));
  }

  #soon(): void {
    if (this.#timer !== undefined) return;
    const period = prefersReducedMotion.current ? 1000 : 100;
    const wait = this.#last + period - performance.now();
    // At once where it may be: in the same frame as whatever else follows the data.
    if (wait <= 0) this.#draw();
    else this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw(): void {
    this.#timer = undefined;
    this.#last = performance.now();
    this.drawn++;
  }
}
