import { describe, expect, it } from 'vitest';
import type { LabId } from '../../../../src/shared/labs.ts';
import { accuracyOf, bestOf, isSameData } from '../../../../src/renderer/labs/shared/beside.ts';

function run(
  number: number,
  lab: LabId,
  accuracy: { test?: number; validation?: number },
  sha256 = 'mnist',
  checkpointStep: number | null = 10,
) {
  const values = (value: number | undefined) => (value === undefined ? {} : { accuracy: value });
  return {
    number,
    lab,
    dataSet: { id: 'd', sha256 },
    checkpointStep,
    metrics: { train: {}, validation: values(accuracy.validation), test: values(accuracy.test) },
  };
}

const cnn = run(9, 'mnist-cnn', { test: 0.99 });

describe('the run beside another', () => {
  it('is the best of the lab on the same data', () => {
    const runs = [
      cnn,
      run(1, 'mnist-mlp', { test: 0.97 }),
      run(2, 'mnist-mlp', { test: 0.98, validation: 0.5 }),
      run(3, 'mnist-mlp', { validation: 0.975 }),
      run(4, 'mnist-mlp', { test: 0.999 }, 'other data'),
      run(5, 'mnist-mlp', { test: 0.999 }, 'mnist', null),
      run(6, 'mnist-mlp', {}),
      run(7, 'mnist-mlp', { test: NaN }),
    ];
    expect(bestOf(runs, 'mnist-mlp', cnn)?.number).toBe(2);
    expect(bestOf([...runs].reverse(), 'mnist-mlp', cnn)?.number).toBe(2);
    expect(bestOf(runs, 'mnist-cnn', cnn)).toBeNull();
  });

  it('is the newest of equal ones', () => {
    const runs = [8, 3, 5].map((number) => run(number, 'mnist-mlp', { test: 0.9 }));
    expect(bestOf(runs, 'mnist-mlp', cnn)?.number).toBe(8);
  });

  it('is judged by the test images where they are known', () => {
    expect(accuracyOf(run(1, 'mnist-mlp', { test: 0.5, validation: 0.9 }))).toBe(0.5);
    expect(accuracyOf(run(1, 'mnist-mlp', { validation: 0.9 }))).toBe(0.9);
    expect(accuracyOf(run(1, 'mnist-mlp', {}))).toBeNull();
  });

  it('shares no data with one whose data is not known', () => {
    expect(isSameData(cnn, run(1, 'mnist-mlp', {}))).toBe(true);
    expect(isSameData(cnn, run(1, 'mnist-mlp', {}, 'other'))).toBe(false);
    expect(isSameData({ dataSet: null }, { dataSet: null })).toBe(false);
  });
});
