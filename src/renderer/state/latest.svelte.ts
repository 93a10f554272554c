/** An answer that is waited for: its value, what went wrong, and whether it is under way. Late answers are dropped, not drawn. */
import type { Problem } from '../../shared/app.ts';
import { problemOf } from './client.svelte.ts';

export class Latest<Value> {
  /** The newest answer; it stays while the next one is waited for. */
  value: Value | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  busy = $state(false);
  #turn = 0;

  /** Asks; of several questions under way only the last one's answer counts. */
  async load(ask: () => Promise<Value>): Promise<void> {
    const mine = ++this.#turn;
    this.busy = true;
    try {
      const value = await ask();
      if (mine !== this.#turn) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (mine === this.#turn) this.problem = problemOf(error);
    } finally {
      if (mine === this.#turn) this.busy = false;
    }
  }

  /** Forgets the answer, and any that is still to come. */
  clear(): void {
    this.#turn++;
    this.value = null;
    this.problem = null;
    this.busy = false;
  }
}
