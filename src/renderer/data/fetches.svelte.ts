/** Fetches that this window asked for: they go on while another page is looked at, and what went wrong waits there. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Problem } from '../../shared/app.ts';
import { client, problemOf } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';
import { toast } from '../state/toasts.svelte.ts';
import { appProblem } from './problems.ts';

class Fetches {
  readonly problems = new SvelteMap<string, Problem>();
  readonly #asked = new SvelteSet<string>();

  /** Whether a data set is on its way, whoever asked for it. */
  isActive(id: string): boolean {
    return this.#asked.has(id) || live.fetching.has(id);
  }

  async start(id: string, name: string): Promise<void> {
    if (this.isActive(id)) return;
    this.#asked.add(id);
    this.problems.delete(id);
    try {
      await client().data.fetch({ id });
      toast(`${name} is on this machine.`);
    } catch (error) {
      const problem = problemOf(error);
      // Whoever cancelled knows.
      if (problem.code !== 'data/aborted') this.problems.set(id, appProblem(problem));
    } finally {
      this.#asked.delete(id);
      live.fetching.delete(id);
    }
  }

  async cancel(id: string): Promise<void> {
    try {
      await client().data.cancelFetch({ id });
    } catch (error) {
      this.problems.set(id, problemOf(error));
    }
  }
}

export const fetches = new Fetches();
