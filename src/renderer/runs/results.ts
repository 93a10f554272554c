/** What counts of a run: the metric that a lab is judged by, and what the run reached in it. */
import type { LabInfo, MetricInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';

type Lab = Pick<LabInfo, 'metrics'>;

/** The metric that a person compares runs by: the first that is better when higher, else the loss. */
export function headlineMetric(lab: Lab | null | undefined): MetricInfo | null {
  return lab?.metrics.find((metric) => metric.better === 'higher') ?? lab?.metrics[0] ?? null;
}

export interface Headline {
  readonly metric: MetricInfo;
  readonly split: 'test' | 'validation' | 'train';
  readonly value: number;
}

/** The run's value of it on the best split there is: test, else validation, else training. Null before the first epoch ends. */
export function headline(run: Pick<Run, 'metrics'>, lab: Lab | null | undefined): Headline | null {
  const metric = headlineMetric(lab);
  if (metric === null) return null;
  for (const split of ['test', 'validation', 'train'] as const) {
    const value = run.metrics[split][metric.name];
    if (value !== undefined) return { metric, split, value };
  }
  return null;
}

/** "test accuracy". */
export function headlineLabel({ metric, split }: Headline): string {
  return `${split} ${metric.label.charAt(0).toLowerCase()}${metric.label.slice(1)}`;
}

/** Of some runs, the one that is best in what the lab is judged by; only test values count, so that all are measured alike. */
export function bestOf<R extends Pick<Run, 'metrics'>>(
  runs: readonly R[],
  lab: Lab | null | undefined,
): R | null {
  const metric = headlineMetric(lab);
  if (metric === null) return null;
  const sign = metric.better === 'lower' ? -1 : 1;
  let best: R | null = null;
  let bestValue = -Infinity;
  for (const run of runs) {
    const value = run.metrics.test[metric.name];
    if (value === undefined || !(sign * value > bestValue)) continue;
    best = run;
    bestValue = sign * value;
  }
  return best;
}
