/** An answer to a question that changes: the one before stays on screen until the next is there; late ones are dropped. */
import type { Problem } from '../../shared/app.ts';
import { problemOf } from '../state/client.svelte.ts';
import { appProblem } from './problems.ts';

export class Answer<A> {
  value = $state.raw<A | null>(null);
  problem = $state.raw<Problem | null>(null);
  isAsking = $state(false);
  #round = 0;
  readonly #ask: () => Promise<A> | null;

  /** Asks at once, and again whenever what `ask` reads changes; null: there is nothing to ask. Make it while a component is made. */
  constructor(ask: () => Promise<A> | null) {
    this.#ask = ask;
    $effect(() => {
      this.#run();
      return () => this.#round++;
    });
  }

  retry(): void {
    this.#run();
  }

  #run(): void {
    const round = ++this.#round;
    const asked = this.#ask();
    this.problem = null;
    if (asked === null) {
      this.value = null;
      this.isAsking = false;
      return;
    }
    this.isAsking = true;
    asked.then(
      (answer) => {
        if (round !== this.#round) return;
        this.value = answer;
        this.isAsking = false;
      },
      (error: unknown) => {
        if (round !== this.#round) return;
        this.problem = appProblem(problemOf(error));
        this.value = null;
        this.isAsking = false;
      },
    );
  }
}
