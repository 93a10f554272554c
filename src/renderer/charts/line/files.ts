/** The data of a line chart as CSV and as a table: every point, whatever the screen shows. */
import { csvParts, type CsvCell } from '../core/csv.ts';
import { lowerBound } from '../core/search.ts';
import type { TableSource } from '../core/table.ts';
import type { Series } from '../types.ts';

/** One row a point: series, step, epoch where it is known, seconds since the start, time, value. */
export function lineCsv(series: readonly Series[]): string[] {
  return csvParts(['series', 'kind', 'step', 'epoch', 'seconds', 'time', 'value'], rows(series));
}

function* rows(series: readonly Series[]): Generator<readonly CsvCell[]> {
  for (const { label, mark, stepsPerEpoch, startedAt, points } of series) {
    const kind = mark === 'rings' ? 'validation' : 'line';
    for (let i = 0; i < points.length; i++) {
      const step = points.step[i] as number;
      const time = points.time[i] as number;
      yield [
        label,
        kind,
        step,
        stepsPerEpoch > 0 ? step / stepsPerEpoch : '',
        startedAt > 0 ? (time - startedAt) / 1000 : '',
        time > 0 ? new Date(time).toISOString() : '',
        points.value[i] as number,
      ];
    }
  }
}

/** A row for each step that any series has, a column for each series. */
export function lineTable(series: readonly Series[], format: (value: number) => string): TableSource {
  const steps = unionOfSteps(series);
  const columns = [
    { name: 'Step', numeric: true },
    ...series.map(({ label, mark, detail }, index) => {
      const twin = series.some(
        (each, other) => other !== index && each.label === label && each.mark === mark,
      );
      const name = `${label}${mark === 'rings' ? ', validation' : ''}`;
      return { name: twin ? `${name}, ${detail}` : name, numeric: true };
    }),
  ];
  return {
    columns,
    rows: steps.length,
    cell(row, column) {
      const step = steps[row] as number;
      if (column === 0) return step.toLocaleString('en');
      const points = series[column - 1]?.points;
      if (points === undefined) return '';
      const index = lowerBound(points.step, step, 0, points.length);
      return index < points.length && points.step[index] === step
        ? format(points.value[index] as number)
        : '';
    },
  };
}

/** All steps, each once, in order. */
export function unionOfSteps(series: readonly Pick<Series, 'points'>[]): Float64Array {
  const total = series.reduce((sum, { points }) => sum + points.length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const { points } of series) {
    all.set(points.step.subarray(0, points.length), at);
    at += points.length;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < total; i++) {
    if (i === 0 || all[i] !== all[kept - 1]) all[kept++] = all[i] as number;
  }
  return all.subarray(0, kept);
}
