/** What the contents page knows of each lab: how many runs, the best, and the newest with its curves. */
import { SvelteMap } from 'svelte/reactivity';
import type { LabId, LabInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';
import { bestOf } from '../runs/results.ts';
import { client } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';

export interface LabOverview {
  readonly runs: number;
  readonly best: Run | null;
  /** Epoch means of the newest run that has any. */
  readonly curve: {
    readonly run: number;
    readonly train: readonly number[];
    readonly validation: readonly number[];
  } | null;
}

/** Runs that are looked through for the best: those whose better accuracy is highest. */
const CANDIDATES = 20;

class Overview {
  readonly labs = new SvelteMap<LabId, LabOverview>();
  recent: readonly number[] = $state.raw([]);
  all = $state(0);
  #turn = 0;

  /** Asks anew; to be called when runs have changed. */
  async load(labs: readonly LabInfo[]): Promise<void> {
    const mine = ++this.#turn;
    const recent = await client().runs.list({ sort: 'created', descending: true, limit: 6 });
    const overviews = await Promise.all(labs.map(async (lab) => [lab.id, await overviewOf(lab)] as const));
    if (mine !== this.#turn) return;
    live.keep(recent.runs);
    this.recent = recent.runs.map((run) => run.number);
    this.all = recent.all;
    for (const [id, overview] of overviews) this.labs.set(id, overview);
  }
}

export const overview = new Overview();

async function overviewOf(lab: LabInfo): Promise<LabOverview> {
  const labs = [lab.id];
  const [best, newest] = await Promise.all([
    client().runs.list({ labs, sort: 'best', descending: true, limit: CANDIDATES }),
    client().runs.list({ labs, sort: 'created', descending: true, limit: CANDIDATES }),
  ]);
  // Whether a failed run is the newest of its lab can be told only when the newest are known.
  live.keep(newest.runs);
  const drawn = newest.runs.find((run) => run.metrics.train['loss'] !== undefined);
  return {
    runs: best.total,
    best: bestOf(best.runs, lab),
    curve: drawn ? await curveOf(drawn.number) : null,
  };
}

async function curveOf(run: number): Promise<LabOverview['curve']> {
  const curves = await client().runs.curves({ runs: [run], names: ['train/loss', 'validation/loss'] });
  const values = (name: string): readonly number[] => [
    ...(curves.find((curve) => curve.name === name)?.value ?? []),
  ];
  return { run, train: values('train/loss'), validation: values('validation/loss') };
}
