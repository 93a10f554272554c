/** From runs and metrics to what a chart draws. */
import type { MetricInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';
import type { Series, SeriesPoints } from '../charts/types.ts';
import type { RunColour } from '../state/colour-slots.ts';

export interface SeriesSource {
  readonly runs: readonly Run[];
  readonly colourOf: (run: number) => RunColour;
  readonly pointsOf: (run: number, metric: string) => SeriesPoints;
  /** When its training began, in milliseconds since 1970. */
  readonly startOf: (run: Run) => number;
  /** What a run changed, for the grey words behind its name. */
  readonly detailOf: (run: Run) => string;
}

/** A line for training and rings for validation of every run. */
export function trainAndValidation(metric: string, source: SeriesSource): readonly Series[] {
  return source.runs.flatMap((run) => [
    seriesOf(run, metric, 'line', source),
    seriesOf(run, `validation/${metric}`, 'rings', source),
  ]);
}

/** One line a run. */
export function lines(metric: string, source: SeriesSource): readonly Series[] {
  return source.runs.map((run) => seriesOf(run, metric, 'line', source));
}

/** The metric's series in the second row: means over validation where it can be better or worse, else each step. */
export function smallChartMetric(metric: Pick<MetricInfo, 'name' | 'better'>): string {
  return metric.better === 'neither' ? metric.name : `validation/${metric.name}`;
}

function seriesOf(run: Run, metric: string, mark: Series['mark'], source: SeriesSource): Series {
  const { token, dash } = source.colourOf(run.number);
  const points = source.pointsOf(run.number, metric);
  return {
    id: `${run.number} ${metric}`,
    group: String(run.number),
    label: run.name ?? `Run ${run.number}`,
    detail: source.detailOf(run),
    colour: token,
    dash,
    stepsPerEpoch: run.epochs > 0 ? run.steps / run.epochs : 0,
    startedAt: source.startOf(run),
    mark,
    live: run.state === 'running',
    points,
  };
}
