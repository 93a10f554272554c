import { describe, expect, it } from 'vitest';
import {
  normDomain,
  normsAt,
  stepsOf,
  weightGradients,
} from '../../../../src/renderer/labs/shared/gradient-depth.ts';
import type { TensorHistogram, TensorHistory } from '../../../../src/shared/runs.ts';

const histogram = (step: number, values: readonly number[], notFinite = 0): TensorHistogram => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    step,
    min: Math.min(...values),
    max: Math.max(...values),
    counts: Int32Array.of(values.length),
    mean,
    deviation: Math.sqrt(variance),
    zeros: 0,
    notFinite,
  };
};
const history = (
  tensor: string,
  shape: readonly number[],
  histograms: readonly TensorHistogram[],
  of: TensorHistory['of'] = 'gradients',
): TensorHistory => ({ tensor, of, shape, histograms });

const first = history('a/kernel', [2, 2], [histogram(1, [3, -4, 0, 0]), histogram(5, [1, 1, 1, 1])]);
const last = history('b/kernel', [2, 1], [histogram(1, [0.6, 0.8]), histogram(5, [0, 0.02])]);

describe('gradients by depth', () => {
  it('are those of matrices and kernels, not of biases and not of weights', () => {
    const all = [
      first,
      history('a/bias', [2], [histogram(1, [1, 2])]),
      last,
      history('b/kernel', [2, 1], [], 'weights'),
    ];
    expect(weightGradients(all)).toEqual([first, last]);
  });

  it('have the length of their values as a vector', () => {
    const at = normsAt([first, last], 1);
    expect(at?.tensors).toEqual(['a/kernel', 'b/kernel']);
    expect(at?.norms[0]).toBeCloseTo(5, 10); // 3, -4
    expect(at?.norms[1]).toBeCloseTo(1, 10); // 0.6, 0.8
  });

  it('are those of the last step that was counted up to the one that is asked for', () => {
    expect(stepsOf([first, last])).toEqual([1, 5]);
    expect(normsAt([first, last], 4)?.step).toBe(1);
    expect(normsAt([first, last], 9)?.step).toBe(5);
    expect([...(normsAt([first, last], 9)?.norms ?? [])].map((norm) => norm.toFixed(4))).toEqual([
      '2.0000',
      '0.0200',
    ]);
    expect(normsAt([first, last], 0)).toBeNull();
    expect(normsAt([], 5)).toBeNull();
  });

  it('leave a gap where a value is not finite', () => {
    const broken = history('a/kernel', [2, 2], [histogram(1, [1, 1, 1, 1], 1)]);
    expect(normsAt([broken, last], 1)?.norms[0]).toBeNaN();
  });

  it('lie between whole powers of ten', () => {
    const norms = (values: number[]) => [{ step: 1, tensors: [], norms: Float64Array.from(values) }];
    expect(normDomain(norms([0.02, 5]))).toEqual([0.01, 10]);
    expect(normDomain(norms([1, NaN]))).toEqual([1, 10]);
    expect(normDomain(norms([0, 0]))).toEqual([0.1, 1]);
  });
});
