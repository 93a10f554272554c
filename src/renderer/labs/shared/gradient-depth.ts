/** How long the gradients of a model's matrices and kernels are, from its first layer to its last. Pure arithmetic. */
import type { TensorHistogram, TensorHistory } from '../../../shared/runs.ts';

export interface DepthNorms {
  /** The step at which they were taken. */
  readonly step: number;
  /** The tensors, the first layer's first. */
  readonly tensors: readonly string[];
  /** The length of each one's gradient; NaN where not all of it is finite. */
  readonly norms: Float64Array;
}

/** Gradients of matrices and kernels alone: biases and scales lie on other scales. In the order in which they come. */
export function weightGradients(histories: readonly TensorHistory[]): TensorHistory[] {
  return histories.filter(({ of, shape }) => of === 'gradients' && shape.length >= 2);
}

/** The steps at which they were taken, ascending. */
export function stepsOf(histories: readonly TensorHistory[]): number[] {
  const steps = new Set(histories.flatMap(({ histograms }) => histograms.map(({ step }) => step)));
  return [...steps].sort((a, b) => a - b);
}

/**
 * The norms at the last step up to `step`; null where there is none yet. A length comes from mean and deviation, which of tensors
 * above 32,768 values are those of a sample.
 */
export function normsAt(histories: readonly TensorHistory[], step: number): DepthNorms | null {
  const at = stepsOf(histories).findLast((each) => each <= step);
  if (at === undefined) return null;
  const found = histories.flatMap(({ tensor, shape, histograms }) => {
    const histogram = histograms.find((each) => each.step === at);
    return histogram === undefined ? [] : [{ tensor, norm: normOf(histogram, shape) }];
  });
  return {
    step: at,
    tensors: found.map(({ tensor }) => tensor),
    norms: Float64Array.from(found, ({ norm }) => norm),
  };
}

/** The length of a tensor whose values have this mean and deviation: the mean of squares times their number, and its root. */
function normOf({ mean, deviation, notFinite }: TensorHistogram, shape: readonly number[]): number {
  if (notFinite > 0) return NaN;
  const size = shape.reduce((a, b) => a * b, 1);
  return Math.sqrt(size * (mean * mean + deviation * deviation));
}

/** Bounds of an axis of equal factors for these: whole powers of ten around what is above 0. */
export function normDomain(all: readonly DepthNorms[]): readonly [number, number] {
  const values = all.flatMap(({ norms }) => [...norms]).filter((norm) => norm > 0 && Number.isFinite(norm));
  if (values.length === 0) return [0.1, 1];
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [10 ** low, 10 ** Math.max(high, low + 1)];
}
