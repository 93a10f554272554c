/** What differs between runs, and what they reached. */
import type { LabInfo, MetricInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';
import type { Variable } from '../charts/plot/variable.ts';
import { formatBytes, formatClock, formatCount, formatMetric, formatSetting, MISSING } from '../format.ts';
import { headlineMetric } from './results.ts';

export type LabsById = ReadonlyMap<string, Pick<LabInfo, 'fields' | 'metrics'>>;

export function labsById(labs: readonly LabInfo[] | null): LabsById {
  return new Map((labs ?? []).map((lab) => [lab.id, lab]));
}

export interface Difference {
  readonly name: string;
  readonly label: string;
  /** One a run; `isChanged`: not the lab's default. */
  readonly values: readonly { readonly text: string; readonly isChanged: boolean }[];
}

/** Hyperparameters whose values are not all the same, in the order of the labs' fields; and how many there are in all. */
export function differences(
  runs: readonly Run[],
  labs: LabsById,
): { readonly rows: readonly Difference[]; readonly of: number } {
  const names = settingNames(runs, labs);
  const rows = names.flatMap((name) => {
    const values = runs.map((run) => run.config[name]);
    if (new Set(values).size < 2) return [];
    return [
      {
        name,
        label: settingLabel(name, runs, labs),
        values: runs.map((run, index) => {
          const value = values[index];
          const usual = labs.get(run.lab)?.fields[name]?.default;
          return {
            text: value === undefined ? MISSING : formatSetting(value),
            isChanged: value !== undefined && usual !== undefined && value !== usual,
          };
        }),
      },
    ];
  });
  return { rows, of: names.length };
}

/** All settings that any of the runs has; those of the lab's fields in their order. */
function settingNames(runs: readonly Run[], labs: LabsById): string[] {
  const names = new Set<string>();
  for (const run of runs) for (const name of Object.keys(labs.get(run.lab)?.fields ?? {})) names.add(name);
  for (const run of runs) for (const name of Object.keys(run.config)) names.add(name);
  return [...names];
}

function settingLabel(name: string, runs: readonly Run[], labs: LabsById): string {
  for (const { lab } of runs) {
    const label = labs.get(lab)?.fields[name]?.label;
    if (label !== undefined) return label;
  }
  return name;
}

export interface Result {
  readonly name: string;
  readonly label: string;
  readonly values: readonly { readonly text: string; readonly isBest: boolean }[];
}

interface Measure {
  readonly name: string;
  readonly label: string;
  readonly better: 'lower' | 'higher' | 'neither';
  readonly valueOf: (run: Run) => number | null;
  readonly format: (value: number) => string;
}

/** What the runs reached; a row that no run has is left out. The best of several is marked where one end is better. */
export function results(runs: readonly Run[], labs: LabsById): readonly Result[] {
  return measures(runs, labs).flatMap(({ name, label, better, valueOf, format }) => {
    const values = runs.map(valueOf);
    const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
    if (values.every((value) => value === null)) return [];
    const best = better === 'lower' ? Math.min(...known) : Math.max(...known);
    const isContest = better !== 'neither' && known.length > 1 && new Set(known).size > 1;
    return [
      {
        name,
        label,
        values: values.map((value) => ({
          text: value === null ? MISSING : format(value),
          isBest: isContest && value === best,
        })),
      },
    ];
  });
}

const SPLIT_LABELS = { test: 'Test', validation: 'Validation' } as const;

/** Test values where every run has them, validation values where none has, and both where only some were tested. */
function comparedSplits(runs: readonly Run[]): readonly ('test' | 'validation')[] {
  const tested = runs.filter((run) => Object.keys(run.metrics.test).length > 0).length;
  if (tested === 0) return ['validation'];
  return tested === runs.length ? ['test'] : ['test', 'validation'];
}

function measures(runs: readonly Run[], labs: LabsById): readonly Measure[] {
  const metrics = metricsOf(runs, labs);
  const judged = runs.map(({ lab }) => headlineMetric(labs.get(lab)))[0] ?? null;
  const splits = comparedSplits(runs);
  return [
    ...splits.flatMap((split) =>
      metrics
        .filter(({ better }) => better !== 'neither')
        .map((metric): Measure => ({
          name: `${split}/${metric.name}`,
          label: `${SPLIT_LABELS[split]} ${lowerFirst(metric.label)}`,
          better: metric.better,
          valueOf: (run) => run.metrics[split][metric.name] ?? null,
          format: (value) => formatMetric(metric, value),
        })),
    ),
    ...splits.flatMap((split) =>
      judged === null || judged.unit !== 'share'
        ? []
        : [
            {
              name: `gap/${split}`,
              label: `Train minus ${split}`,
              // Small is no merit by itself: a run that has learned nothing has the smallest.
              better: 'neither' as const,
              valueOf: (run: Run) =>
                difference(run.metrics.train[judged.name], run.metrics[split][judged.name]),
              format: (value: number) => `${(value * 100).toFixed(1).replace('-', '−')} pt`,
            },
          ],
    ),
    {
      name: 'rate',
      label: 'Examples/s',
      better: 'higher',
      valueOf: (run) => run.examplesPerSecond,
      format: (value) => formatCount(Math.round(value)),
    },
    {
      name: 'seconds',
      label: 'Training time',
      better: 'neither',
      valueOf: (run) => (run.seconds > 0 ? run.seconds : null),
      format: formatClock,
    },
    {
      name: 'memory',
      label: 'Memory, peak',
      better: 'lower',
      valueOf: (run) => run.peakRssBytes,
      format: formatBytes,
    },
  ];
}

function difference(a: number | undefined, b: number | undefined): number | null {
  return a === undefined || b === undefined ? null : a - b;
}

/** The metrics that any of the runs' labs has, each once. */
export function metricsOf(runs: readonly Pick<Run, 'lab'>[], labs: LabsById): readonly MetricInfo[] {
  const byName = new Map<string, MetricInfo>();
  for (const { lab } of runs) {
    for (const metric of labs.get(lab)?.metrics ?? []) {
      if (!byName.has(metric.name)) byName.set(metric.name, metric);
    }
  }
  return [...byName.values()];
}

/** A curve that can be drawn of the runs. */
export interface CurveChoice {
  /** In the address: "loss", "validation/accuracy". */
  readonly name: string;
  readonly label: string;
  readonly metric: MetricInfo;
  /** Values of each step come with rings for the validation. */
  readonly isEachStep: boolean;
}

/** First what the labs are judged by on data that was held back, then all else. */
export function curveChoices(runs: readonly Pick<Run, 'lab'>[], labs: LabsById): readonly CurveChoice[] {
  const metrics = metricsOf(runs, labs);
  const judged = headlineMetric({ metrics: [...metrics] });
  const ordered = [...metrics].sort(
    (a, b) => Number(b.name === judged?.name) - Number(a.name === judged?.name),
  );
  return [
    ...ordered
      .filter(({ better }) => better !== 'neither')
      .map((metric) =>
        choice(`validation/${metric.name}`, `Validation ${lowerFirst(metric.label)}`, metric, false),
      ),
    ...metrics.map((metric) => choice(metric.name, metric.label, metric, true)),
    ...metrics
      .filter(({ better }) => better !== 'neither')
      .map((metric) =>
        choice(`train/${metric.name}`, `Training ${lowerFirst(metric.label)}, epochs`, metric, false),
      ),
  ];
}

function choice(name: string, label: string, metric: MetricInfo, isEachStep: boolean): CurveChoice {
  return { name, label, metric, isEachStep };
}

/** Factors from which on a setting's values are laid out by their logarithm. */
const WIDE = 15;

/** Settings with more than one value, as axes. */
export function settingVariables(runs: readonly Run[], labs: LabsById): readonly Variable[] {
  return settingNames(runs, labs).flatMap((name) => {
    const values = runs.map((run) => run.config[name] ?? null);
    if (new Set(values).size < 2) return [];
    return [
      {
        name,
        label: settingLabel(name, runs, labs),
        values,
        unit: 'number' as const,
        log: isWide(values),
        better: 'neither' as const,
      },
    ];
  });
}

/** What the runs reached, as axes; those that no run has are left out. */
export function resultVariables(runs: readonly Run[], labs: LabsById): readonly Variable[] {
  const metrics = metricsOf(runs, labs);
  const judged = headlineMetric({ metrics: [...metrics] });
  const ordered = [...metrics].sort(
    (a, b) => Number(b.name === judged?.name) - Number(a.name === judged?.name),
  );
  const all = (['test', 'validation', 'train'] as const).flatMap((split) =>
    ordered.map((metric): Variable => {
      const values = runs.map((run) => run.metrics[split][metric.name] ?? null);
      return {
        name: `${split}/${metric.name}`,
        label: `${split.charAt(0).toUpperCase()}${split.slice(1)} ${lowerFirst(metric.label)}`,
        values,
        unit: metric.unit === 'share' ? 'share' : 'number',
        log: metric.unit !== 'share' && isWide(values),
        better: metric.better,
      };
    }),
  );
  const rate: Variable = {
    name: 'rate',
    label: 'Examples/s',
    values: runs.map((run) => run.examplesPerSecond),
    unit: 'number',
    log: false,
    better: 'higher',
  };
  return [...all, rate].filter(({ values }) => values.some((value) => value !== null));
}

function isWide(values: readonly (number | string | null)[]): boolean {
  const numbers = values.filter((value): value is number => typeof value === 'number' && value > 0);
  return numbers.length > 1 && Math.max(...numbers) / Math.min(...numbers) >= WIDE;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
