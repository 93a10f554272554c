/** What a form offers to start from. */
import { MODEL_FILE_LABELS, type ImportedModel } from '../../shared/models.ts';
import type { LabInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';
import { FRESH, startSourceOf, startValue } from '../../shared/start.ts';
import { formatMetric, runTitle } from '../format.ts';
import { headline } from '../runs/results.ts';

export interface StartChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * Fresh weights, the lab's runs that have a checkpoint in the order in which they come, and the imported models. What is chosen
 * is among them even if it is none of these: a run from further back, or one that is gone.
 */
export function startChoices(
  lab: Pick<LabInfo, 'metrics'>,
  runs: readonly Run[],
  models: readonly ImportedModel[],
  chosen: string,
): readonly StartChoice[] {
  const offered = [
    { value: FRESH, label: 'Fresh weights' },
    ...runs
      .filter((run) => run.checkpointStep !== null && run.deletedAt === null)
      .map((run) => ({ value: startValue({ kind: 'run', id: run.id }), label: runLabel(run, lab) })),
    ...models.map((model) => ({
      value: startValue({ kind: 'model', id: model.id }),
      label: `${model.id} (${MODEL_FILE_LABELS[model.kind]})`,
    })),
  ];
  if (offered.some(({ value }) => value === chosen)) return offered;
  const source = startSourceOf(chosen);
  return source === null || source.kind === 'fresh'
    ? offered
    : [...offered, { value: chosen, label: `The ${source.kind} ${source.id}` }];
}

function runLabel(run: Run, lab: Pick<LabInfo, 'metrics'>): string {
  const best = headline(run, lab);
  const name = run.name === null ? runTitle(run) : `${run.name} (run ${run.number})`;
  return best === null ? name : `${name} · ${formatMetric(best.metric, best.value)} ${best.split}`;
}
