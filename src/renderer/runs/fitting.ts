/** Runs that fit a view, all of them or their numbers, in pages as large as the service gives. */
import type { Run, RunQuery } from '../../shared/runs.ts';
import { client } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';
import { runQuery, type RunView } from './run-view.ts';

const PAGE = 1000;
/** More marks than this say nothing in a plot. */
const MOST_PLOTTED = 1000;

/** The first thousand runs that fit. */
export async function loadFitting(view: RunView): Promise<readonly Run[]> {
  const { runs } = await client().runs.list({ ...mutable(runQuery(view)), limit: MOST_PLOTTED });
  live.keep(runs);
  return runs;
}

/** The numbers of all runs that fit, at most as many as can be deleted at once. */
export async function numbersFitting(view: RunView): Promise<readonly number[]> {
  const query = mutable(runQuery(view));
  const numbers: number[] = [];
  for (let offset = 0; offset < 10_000; offset += PAGE) {
    const { runs, total } = await client().runs.list({ ...query, offset, limit: PAGE });
    numbers.push(...runs.map(({ number }) => number));
    if (offset + PAGE >= total) break;
  }
  return numbers;
}

/** The contract's input has plain arrays. */
export function mutable({ labs, states, ...query }: RunQuery) {
  return {
    ...query,
    ...(labs === undefined ? {} : { labs: [...labs] }),
    ...(states === undefined ? {} : { states: [...states] }),
  };
}
