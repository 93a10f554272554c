/** What a model makes of a whole split: each example's class, loss and certainty, and what is taken for what. */
import type { SplitName } from '../../shared/data.ts';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { SplitPredictions } from '../../shared/inspect.ts';
import type { LoadedDataSet } from '../data/index.ts';
import { compile, tf, type Tensor, type Tensor1D } from '../runtime/index.ts';
import {
  gatherBatch,
  mapParameters,
  putOnDevice,
  type Parameters,
  type SplitRows,
} from '../training/index.ts';
import { throwIfCancelled } from './cancel.ts';
import { imagesOf } from './images.ts';
import type { Inspectable } from './inspectable.ts';
import type { Model } from './models.ts';
import { mismatch } from './predict.ts';
import { argMax, crossEntropy, softmax } from './softmax.ts';

/** Examples of one call, as in evaluation. */
const ROWS = 1000;

/**
 * Predictions for every example of a split of the run, in the order of their numbers. The training split leaves out what was held
 * out for validation; held-out examples have their numbers in the data set's training split (`indexedIn`).
 * Throws `run/other-data`, `run/empty-split`, `inspect/mismatch`, `call/cancelled`, and what the data set has wrong.
 */
export async function predictionsOf(
  lab: Inspectable,
  model: Model,
  ref: ModelRef,
  data: LoadedDataSet,
  split: SplitName,
  signal: AbortSignal,
): Promise<SplitPredictions> {
  checkSame(ref, data, model.run);
  const known = model.predictions.get(split);
  if (known !== undefined) return known;
  const indexedIn = split === 'validation' && data.splits['validation'] === undefined ? 'train' : split;
  const { labels } = imagesOf(data, indexedIn);
  const onDevice = putOnDevice(data, {
    validationShare: validationShareOf(ref),
    seed: ref.seed,
    integers: lab.labelFeatures,
  });
  const weights = {
    parameters: mapParameters(model.parameters, (tensor) => tf.clone(tensor)),
    buffers: mapParameters(model.buffers, (tensor) => tf.clone(tensor)),
  };
  try {
    const rows = onDevice.splits[split];
    if (rows.rows.length === 0) {
      throw new LabError('run/empty-split', `The run ${model.run} has no ${split} examples.`, {
        hint: 'Choose another split, or train with a validation share above 0.',
      });
    }
    const rowLabels = Int32Array.from(rows.rows, (row) => labels[row] as number);
    const tally = new Tally(rowLabels, data.info.classes);
    const questions = { lab, model, weights, config: ref.config };
    await forEachLogits(questions, rows, signal, (logits, i) => tally.add(logits, i));
    const predictions = {
      step: model.step,
      split,
      indexedIn,
      indices: rows.rows,
      ...tally.result(),
    } as const;
    model.predictions.set(split, predictions);
    return predictions;
  } finally {
    tf.dispose(weights);
    onDevice.dispose();
  }
}

type WeightsTree = { parameters: Parameters; buffers: Parameters };

interface Questions {
  readonly lab: Inspectable;
  readonly model: Model;
  /** Copies of the model's own. */
  readonly weights: WeightsTree;
  readonly config: ModelRef['config'];
}

/** Calls `use` with the logits of each row, in order. The numbers are those of evaluation, which takes as many rows at once. */
async function forEachLogits(
  { lab, model, weights, config }: Questions,
  { features, rows }: SplitRows,
  signal: AbortSignal,
  use: (logits: Float32Array, i: number) => void,
): Promise<void> {
  const compiled = compile<[WeightsTree, Tensor1D], Tensor>(
    (current, indices) => {
      const x = lab.inspect.prepare(gatherBatch(features, indices));
      const layers = lab.inspect.layers(current, x, config);
      return layers.at(-1)?.tensor as Tensor; // [ROWS, classes]
    },
    { plan: 'graph', name: 'predictions' },
  );
  try {
    for (let from = 0; from < rows.length; from += ROWS) {
      throwIfCancelled(signal);
      // One shape for all calls: the last one is filled up with its first row, whose results are then left out.
      const count = Math.min(ROWS, rows.length - from);
      const padded = new Int32Array(ROWS).fill(rows[from] as number);
      padded.set(rows.subarray(from, from + count));
      const indices = tf.tensor1d(padded, 'int32');
      const logits = await compiled(weights, indices)
        .catch((error: unknown) => {
          throw mismatch(model, error);
        })
        .finally(() => indices.dispose());
      const values = logits.dataSync() as Float32Array;
      logits.dispose();
      const classes = values.length / ROWS;
      for (let i = 0; i < count; i++) use(values.subarray(i * classes, (i + 1) * classes), from + i);
    }
  } finally {
    compiled.dispose();
  }
}

/** Gathers what is kept of each example, in the order of rows. */
class Tally {
  private readonly labels: Int32Array;
  private readonly predicted: Int32Array;
  private readonly loss: Float32Array;
  private readonly probability: Float32Array;
  private readonly classes: string[];

  constructor(labels: Int32Array, classes: readonly string[]) {
    this.labels = labels;
    this.predicted = new Int32Array(labels.length);
    this.loss = new Float32Array(labels.length);
    this.probability = new Float32Array(labels.length);
    this.classes = [...classes];
  }

  add(logits: Float32Array, i: number): void {
    // A model may know more classes than the data set has names: those are called by their numbers.
    for (let n = this.classes.length; n < logits.length; n++) this.classes.push(String(n));
    const predicted = argMax(logits);
    this.predicted[i] = predicted;
    this.loss[i] = crossEntropy(logits, this.labels[i] as number);
    this.probability[i] = softmax(logits)[predicted] as number;
  }

  result(): Pick<
    SplitPredictions,
    'classes' | 'confusion' | 'labels' | 'predicted' | 'loss' | 'probability'
  > {
    const { classes, labels, predicted, loss, probability } = this;
    const confusion = new Int32Array(classes.length * classes.length);
    labels.forEach((label, i) => {
      const cell = label * classes.length + (predicted[i] as number);
      confusion[cell] = (confusion[cell] as number) + 1;
    });
    return { classes, confusion, labels, predicted, loss, probability };
  }
}

function validationShareOf({ config }: ModelRef): number {
  const share = config['validationShare'];
  return typeof share === 'number' ? share : 0;
}

/** Rows of a data set that has changed since would be others than those that the run held out. */
export function checkSame({ dataSet }: Pick<ModelRef, 'dataSet'>, data: LoadedDataSet, run: string): void {
  if (dataSet === null || dataSet.sha256 === data.sha256) return;
  throw new LabError(
    'run/other-data',
    `The data set "${dataSet.id}" is not the one that run ${run} was trained on.`,
    { hint: 'Its files have changed since. Train a new run on it.' },
  );
}
