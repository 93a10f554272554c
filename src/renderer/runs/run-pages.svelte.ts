/** The runs that fit a view, loaded in pages as they are scrolled to. What is there stays until the new answer is. */
import type { Problem } from '../../shared/app.ts';
import type { Run, RunPage } from '../../shared/runs.ts';
import { PageCache } from '../data/page-cache.ts';
import { client, problemOf } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';
import { mutable } from './fitting.ts';
import { runQuery, type RunView } from './run-view.ts';

const PAGE = 100;
/** Pages that are kept, in "bytes" of one a run: 4,000 runs. */
const MOST = 4000;
/** Pages loaded ahead of a scroll. */
const AHEAD = 2;

type Cache = PageCache<RunPage>;

export class RunPages {
  /** Runs that fit; null before the first answer. */
  total: number | null = $state(null);
  /** Runs in the history. */
  all = $state(0);
  problem: Problem | null = $state.raw(null);
  #cache: Cache | null = null;
  /** Shown until the new list's first page is there. */
  #before: Cache | null = null;
  #visible = { first: 0, end: 1 };
  #direction: 1 | -1 = 1;
  /** Grows when a page came; whoever asks for rows follows it. */
  #version = $state(0);

  /** Asks anew. `isOther`: other runs or another order, so that the old rows mean nothing once the first new ones are there. */
  open(view: RunView, isOther: boolean): void {
    const query = mutable(runQuery(view));
    const old = this.#cache ?? this.#before;
    const cache: Cache = new PageCache<RunPage>({
      pageSize: PAGE,
      load: async (offset, limit, signal) => client().runs.list({ ...query, offset, limit }, { signal }),
      totalOf: ({ total }) => total,
      bytesOf: ({ runs }) => runs.length,
      maxBytes: MOST,
      onpage: (page) => {
        live.keep(page.runs);
        this.total = page.total;
        this.all = page.all;
        this.problem = null;
        if (isOther) this.#forget();
        this.#version++;
      },
      onproblem: (error) => (this.problem = problemOf(error)),
    });
    if (this.#before !== old) this.#before?.dispose();
    this.#before = old;
    this.#cache = cache;
    this.#ask();
  }

  #forget(): void {
    this.#before?.dispose();
    this.#before = null;
  }

  /** The run in a row, as new as it is known; null while it is not loaded. */
  at(row: number): Run | null {
    void this.#version;
    for (const cache of [this.#cache, this.#before]) {
      const found = cache?.at(row);
      const run = found?.page.runs[found.row];
      if (run !== undefined) return live.runs.get(run.number) ?? run;
    }
    return null;
  }

  /** Loads what rows `first` to `end` need. */
  want(first: number, end: number): void {
    this.#direction = first < this.#visible.first ? -1 : 1;
    this.#visible = { first, end: Math.max(end, first + 1) };
    this.#ask();
  }

  #ask(): void {
    this.#cache?.want(this.#visible, this.#direction, AHEAD);
  }

  close(): void {
    this.#cache?.dispose();
    this.#forget();
  }
}
