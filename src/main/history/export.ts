/** A run as one record that JSON can carry, and as a table. */
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  LOCAL_FIELDS,
  MAX_EXPORT_POINTS,
  toJsonNumber,
  toJsonValues,
  type EpochStart,
  type ExportedRun,
  type RunExport,
} from '../../shared/run-export.ts';
import type { Curve, Run, TensorHistory } from '../../shared/runs.ts';

export function exportRun(
  run: Run,
  curves: readonly Curve[],
  epochs: readonly EpochStart[],
  resumedAt: readonly number[],
  histograms: readonly TensorHistory[],
): RunExport {
  const { metrics, ...fields } = run;
  const others = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !LOCAL_FIELDS.some((local) => local === name)),
  ) as Omit<ExportedRun, 'metrics'>;
  return {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    run: {
      ...others,
      metrics: {
        train: toJsonValues(metrics.train),
        validation: toJsonValues(metrics.validation),
        test: toJsonValues(metrics.test),
      },
    },
    resumedAt,
    epochs,
    series: curves.map(({ name, step, value, time }) => ({
      name,
      step: [...step],
      value: Array.from(value, toJsonNumber),
      time: [...time],
    })),
    histograms: histograms.map(({ tensor, of, shape, histograms: steps }) => ({
      tensor,
      of,
      shape,
      steps: steps.map((histogram) => ({
        ...histogram,
        min: toJsonNumber(histogram.min),
        max: toJsonNumber(histogram.max),
        mean: toJsonNumber(histogram.mean),
        deviation: toJsonNumber(histogram.deviation),
        counts: [...histogram.counts],
      })),
    })),
  };
}

/** `run/too-large` where a run has more points than one text can hold. */
export function checkSize(run: Run, points: number): void {
  if (points <= MAX_EXPORT_POINTS) return;
  const most = MAX_EXPORT_POINTS.toLocaleString('en');
  throw new LabError(
    'run/too-large',
    `Run ${run.number} has ${points.toLocaleString('en')} points; an export takes ${most} at most.`,
    { hint: 'Copy `history.sqlite` instead: its table `metrics` has every point.' },
  );
}

/** Lines between pauses in which other work of the process goes on. */
const LINES_AT_ONCE = 20_000;

/** A line for each step that has a point: step, epoch, time (ISO 8601, UTC), and a column for each curve. */
export async function csvOf(curves: readonly Curve[], epochs: readonly EpochStart[]): Promise<string> {
  const lines = [['step', 'epoch', 'time', ...curves.map(({ name }) => quote(name))].join(',')];
  const at = curves.map(() => 0);
  let epoch = -1;
  for (;;) {
    const step = Math.min(...curves.map((curve, c) => curve.step[at[c] as number] ?? Infinity));
    if (step === Infinity) break;
    while ((epochs[epoch + 1]?.step ?? Infinity) <= step) epoch += 1;
    let time = NaN;
    const cells = curves.map((curve, c) => {
      const i = at[c] as number;
      if (curve.step[i] !== step) return '';
      at[c] = i + 1;
      if (Number.isNaN(time)) time = curve.time[i] as number;
      return String(curve.value[i]);
    });
    lines.push([step, epochs[epoch]?.epoch ?? '', new Date(time).toISOString(), ...cells].join(','));
    if (lines.length % LINES_AT_ONCE === 0) await setImmediate();
  }
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
