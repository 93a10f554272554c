/** How fast a run trains, over its last progress reports: the line beside the rate in the top bar. */
import { SvelteMap } from 'svelte/reactivity';
import type { RunProgressUpdate } from '../../shared/runs.ts';

/** Reports that are kept; one comes every quarter of a second or so. */
const KEPT = 48;

/** Examples a second of each run that trains, oldest first. */
export const rates = new SvelteMap<number, readonly number[]>();

export function keepRate({ run, examplesPerSecond }: RunProgressUpdate): void {
  if (examplesPerSecond === null) return;
  rates.set(run, [...(rates.get(run) ?? []).slice(1 - KEPT), examplesPerSecond]);
}
