import { expect, it } from 'vitest';
import type { SeriesPoints } from '../../../src/renderer/charts/types.ts';
import { lines, smallChartMetric, trainAndValidation } from '../../../src/renderer/train/series.ts';
import { makeRun } from '../runs/helpers.ts';

const points: SeriesPoints = {
  length: 0,
  step: new Float64Array(),
  value: new Float64Array(),
  time: new Float64Array(),
  resumedAt: [],
  version: 0,
};
const asked: string[] = [];
const source = {
  runs: [
    makeRun({ number: 41, state: 'running', steps: 100, epochs: 4 }),
    makeRun({ number: 40, name: 'Base' }),
  ],
  colourOf: (run: number) => ({ token: `--run-${run}`, dash: '' }),
  pointsOf: (run: number, metric: string) => {
    asked.push(`${run} ${metric}`);
    return points;
  },
  startOf: ({ number }: { number: number }) => 1000 * number,
  detailOf: () => 'defaults',
};

it('training is a line and validation rings, in the colour of their run', () => {
  const series = trainAndValidation('loss', source);
  expect(series.map(({ group, mark, colour }) => [group, mark, colour])).toEqual([
    ['41', 'line', '--run-41'],
    ['41', 'rings', '--run-41'],
    ['40', 'line', '--run-40'],
    ['40', 'rings', '--run-40'],
  ]);
  expect(asked).toEqual(['41 loss', '41 validation/loss', '40 loss', '40 validation/loss']);
});

it('a run is called by its own name, and one that trains is live', () => {
  const [first, second] = lines('loss', source);
  expect(first).toMatchObject({ label: 'Run 41', live: true, stepsPerEpoch: 25, startedAt: 41_000 });
  expect(second).toMatchObject({ label: 'Base', live: false, stepsPerEpoch: 0 });
});

it('small charts show validation where a metric can be better, else each step', () => {
  expect(smallChartMetric({ name: 'accuracy', better: 'higher' })).toBe('validation/accuracy');
  expect(smallChartMetric({ name: 'gradientNorm', better: 'neither' })).toBe('gradientNorm');
});
