/**
 * Probes: a histogram of each parameter and of its gradient at some 40 evenly spaced steps of a run.
 *
 * They are taken between native calls and only read, so that training gives the same numbers with and without them. The steps
 * depend on the length of the run alone: a run that was interrupted has the same ones as one that was not.
 */
import type { TensorHistogram } from '../../shared/runs.ts';
import {
  compile,
  tf,
  type Compiled,
  type Plan,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '../runtime/index.ts';
import type { Experiment, Weights } from './experiment.ts';
import type { Parameters } from './gradients.ts';
import { gatherBatch, type WeightsTree } from './steps.ts';

/** Stretches that a run is cut into: there is a probe at both ends of each. */
const STRETCHES = 40;
/** A probe costs about two steps; no more than one in 100 steps has one. A short run has fewer than 40. */
const MIN_STEPS_APART = 100;
const BINS = 40;
/** Values of one tensor that are counted. A larger tensor gives an evenly spaced sample: its picture is the same, at a tenth of the cost. */
const MAX_VALUES = 32_768;

/** The histogram of one tensor at one step. */
export interface ProbeEvent {
  readonly kind: 'histogram';
  /** The parameter's name. */
  readonly tensor: string;
  readonly of: 'weights' | 'gradients';
  readonly shape: readonly number[];
  readonly histogram: TensorHistogram;
}

/** The steps (taken so far, 0 at first) at which a run of `totalSteps` is probed: first and last are among them. */
export function probeSteps(totalSteps: number): number[] {
  const stretches = Math.max(1, Math.min(STRETCHES, Math.floor(totalSteps / MIN_STEPS_APART)));
  return Array.from({ length: stretches + 1 }, (_, i) => Math.round((i * totalSteps) / stretches));
}

export class Probes {
  private readonly steps: readonly number[];
  private readonly compiled: Compiled<[WeightsTree, Tensor1D, Scalar], Looks>;

  constructor(experiment: Experiment, totalSteps: number, plan: Plan | 'auto') {
    this.steps = probeSteps(totalSteps);
    // Without XLA, as evaluation: it runs seldom, and TensorFlow's graph needs no second of compiling.
    this.compiled = compile<[WeightsTree, Tensor1D, Scalar], Looks>(
      (weights, indices, step) => lookAtAll(experiment, weights, indices, step),
      { plan: plan === 'eager' ? 'eager' : 'graph', name: 'probe' },
    );
  }

  isDue(step: number): boolean {
    return this.steps.includes(step);
  }

  /** Steps from `step` to the next probe after it; Infinity after the last one. */
  stepsToNext(step: number): number {
    return (this.steps.find((next) => next > step) ?? Infinity) - step;
  }

  /** Histograms of the parameters as they are after `step` steps, and of their gradients on the batch of `rows` (row numbers). */
  async take({ parameters, buffers }: Weights, step: number, rows: Int32Array): Promise<ProbeEvent[]> {
    const inputs = [tf.tensor1d(rows, 'int32'), tf.scalar(step, 'int32')] as const;
    const looks = await this.compiled({ parameters, buffers }, ...inputs);
    const events = Object.entries(looks).flatMap(([of, tensors]) =>
      Object.entries(tensors).map(([tensor, look]): ProbeEvent => ({
        kind: 'histogram',
        tensor,
        of: of as ProbeEvent['of'],
        shape: (parameters[tensor] as Tensor).shape,
        histogram: histogramOf(look, step),
      })),
    );
    tf.dispose([inputs, looks] as never);
    return events;
  }

  dispose(): void {
    this.compiled.dispose();
  }
}

/** What a histogram is made of: some or all values, [n], and the least and greatest of all, []. */
type Look = { values: Tensor; min: Tensor; max: Tensor };
type Looks = Record<ProbeEvent['of'], Record<string, Look>>;

function lookAtAll(experiment: Experiment, weights: Weights, indices: Tensor1D, step: Scalar): Looks {
  const batch = gatherBatch(experiment.splits.train.features, indices);
  const lookAt = (tensors: Parameters) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, look(tensor)]));
  return {
    weights: lookAt(weights.parameters),
    gradients: lookAt(experiment.gradients(weights, batch, step)),
  };
}

function look(tensor: Tensor): Look {
  return { values: sample(tf.reshape(tensor, [-1])), min: tf.min(tensor), max: tf.max(tensor) };
}

/** Every k-th value of `values` [n]; k shares no divisor with n, so that no row or column of the tensor is passed over. */
function sample(values: Tensor): Tensor {
  const n = values.size;
  if (n <= MAX_VALUES) return values;
  let k = Math.ceil(n / MAX_VALUES);
  while (greatestCommonDivisor(n, k) > 1) k++;
  const count = Math.floor(n / k);
  const groups = tf.reshape(tf.slice(values, [0], [count * k]), [count, k]);
  return tf.reshape(tf.slice(groups, [0, 0], [count, 1]), [count]);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function histogramOf({ values, min, max }: Look, step: number): TensorHistogram {
  const [least, greatest] = [min.dataSync()[0] as number, max.dataSync()[0] as number];
  return countValues(values.dataSync() as Float32Array, least, greatest, step);
}

/**
 * Counts `values` in equal bins from `min` to `max`; values that are not finite are in no bin. Where a bound is not finite,
 * those of the finite values take its place. Where all are equal, the first bin has them.
 */
export function countValues(values: Float32Array, min: number, max: number, step: number): TensorHistogram {
  if (!Number.isFinite(max - min)) [min, max] = finiteBounds(values);
  const counts = new Int32Array(BINS);
  const perBin = max > min ? BINS / (max - min) : 0;
  let [sum, squares, zeros, notFinite] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    if (value === 0) zeros++;
    sum += value;
    squares += value * value;
    // Limited, because the greatest belongs to the last bin, and a NaN beside it may have spoilt TensorFlow's bounds.
    const bin = Math.max(0, Math.min(BINS - 1, Math.floor((value - min) * perBin)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const finite = Math.max(1, values.length - notFinite);
  const mean = sum / finite;
  const deviation = Math.sqrt(Math.max(0, squares / finite - mean * mean));
  return { step, min, max, counts, mean, deviation, zeros, notFinite };
}

/** 0 and 0 where no value is finite. */
function finiteBounds(values: Float32Array): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return [0, 0];
  return [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
}
