/** A search for the passages at which a unit is most active: how far it is, and what it found. */
import type { Problem } from '../../../shared/app.ts';
import type { Run } from '../../../shared/runs.ts';
import type { PassageEvent, PassageQuery } from '../../../shared/text-inspect.ts';
import { appProblem } from '../../data/problems.ts';
import { client, problemOf } from '../../state/client.svelte.ts';

type Found = Extract<PassageEvent, { readonly kind: 'found' }>;

export class PassageSearch {
  found: Found | null = $state.raw(null);
  /** Texts that were looked through, of all; null: not under way. */
  progress: { readonly done: number; readonly total: number } | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  #abort = new AbortController();

  /** Another search takes the place of one that is under way. */
  async start(run: Run, query: PassageQuery): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.problem = null;
    // What was found of another unit of the same part stays until this one's answer, which comes at once.
    if (this.found === null) this.progress = { done: 0, total: 0 };
    try {
      const events = await client().inspect.passages({ run: run.number, ...query }, { signal: abort.signal });
      for await (const event of events) {
        if (abort.signal.aborted) return;
        if (event.kind === 'found') this.found = event;
        else this.progress = event;
      }
    } catch (error) {
      if (!abort.signal.aborted) this.problem = appProblem(problemOf(error));
    } finally {
      if (this.#abort === abort) this.progress = null;
    }
  }

  /** Ends what is under way, and forgets what was found. */
  clear(): void {
    this.stop();
    this.found = null;
    this.problem = null;
  }

  /** Ends what is under way; what was found stays. */
  stop(): void {
    this.#abort.abort();
    this.progress = null;
  }
}
