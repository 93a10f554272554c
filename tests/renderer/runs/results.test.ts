import { describe, expect, it } from 'vitest';
import { bestOf, headline, headlineLabel, headlineMetric } from '../../../src/renderer/runs/results.ts';
import type { MetricInfo } from '../../../src/shared/labs.ts';
import { makeRun } from './helpers.ts';

const loss: MetricInfo = { name: 'loss', label: 'Loss', meaning: '', unit: 'none', better: 'lower' };
const accuracy: MetricInfo = {
  name: 'accuracy',
  label: 'Accuracy',
  meaning: '',
  unit: 'share',
  better: 'higher',
};
const lab = { metrics: [loss, accuracy] };
const run = (test: Record<string, number>, validation: Record<string, number> = {}) =>
  makeRun({ metrics: { train: {}, validation, test } });

describe('what a run is judged by', () => {
  it('is the first metric that is better when higher, else the loss', () => {
    expect(headlineMetric(lab)).toBe(accuracy);
    expect(headlineMetric({ metrics: [loss] })).toBe(loss);
    expect(headlineMetric(undefined)).toBeNull();
  });

  it('comes from the test split, and before the end from validation', () => {
    const done = headline(run({ accuracy: 0.98 }, { accuracy: 0.99 }), lab);
    expect(done).toMatchObject({ split: 'test', value: 0.98 });
    expect(done && headlineLabel(done)).toBe('test accuracy');
    expect(headline(run({}, { accuracy: 0.97 }), lab)).toMatchObject({ split: 'validation', value: 0.97 });
    expect(headline(run({}), lab)).toBeNull();
  });
});

describe('the best run', () => {
  it('is told by test values alone, so that all are measured alike', () => {
    const best = run({ accuracy: 0.98 });
    expect(bestOf([run({ accuracy: 0.97 }), best, run({}, { accuracy: 0.999 })], lab)).toBe(best);
  });

  it('never is one that ended in NaN', () => {
    expect(bestOf([run({ accuracy: Number.NaN })], lab)).toBeNull();
  });

  it('has the lowest loss where a lab has no accuracy', () => {
    const best = run({ loss: 0.1 });
    expect(bestOf([run({ loss: 0.2 }), best], { metrics: [loss] })).toBe(best);
  });
});
