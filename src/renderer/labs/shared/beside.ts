/** Which runs can stand beside another, and which one does to begin with. */
import type { LabId } from '../../../shared/labs.ts';
import type { Run } from '../../../shared/runs.ts';

/** "none" in an address: nothing beside it, although the lab has something to begin with. */
export const NOTHING_BESIDE = 'none';

type Trained = Pick<Run, 'number' | 'lab' | 'dataSet' | 'metrics' | 'checkpointStep'>;

/** Runs that were trained on the very same data can be compared example by example. */
export function isSameData(first: Pick<Run, 'dataSet'>, second: Pick<Run, 'dataSet'>): boolean {
  return first.dataSet !== null && first.dataSet.sha256 === second.dataSet?.sha256;
}

/** A run's accuracy as far as it is known: on the test images, or else on those held out. */
export function accuracyOf({ metrics }: Pick<Run, 'metrics'>): number | null {
  return metrics.test['accuracy'] ?? metrics.validation['accuracy'] ?? null;
}

/** The run of `lab` with the highest accuracy on the data of `run`; null where there is none. Of equal ones the newest. */
export function bestOf<R extends Trained>(runs: readonly R[], lab: LabId, run: Trained): R | null {
  let best: R | null = null;
  for (const each of runs) {
    if (each.lab !== lab || each.number === run.number || each.checkpointStep === null) continue;
    const accuracy = accuracyOf(each);
    if (accuracy === null || Number.isNaN(accuracy) || !isSameData(run, each)) continue;
    const least = best === null ? -Infinity : (accuracyOf(best) ?? -Infinity);
    if (accuracy > least || (accuracy === least && each.number > (best?.number ?? 0))) best = each;
  }
  return best;
}
