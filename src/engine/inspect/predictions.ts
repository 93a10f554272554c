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
import { Tally } from './tally.ts';

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
  const indexedIn = indexedInOf(data, split);
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
    if (rows.rows.length === 0) throw emptySplit(model, split);
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

export function validationShareOf({ config }: Pick<ModelRef, 'config'>): number {
  const share = config['validationShare'];
  return typeof share === 'number' ? share : 0;
}

/** The data set's split that a run's split counts in: validation rows may be part of the training split. */
export function indexedInOf({ splits }: LoadedDataSet, split: SplitName): SplitName {
  return split === 'validation' && splits['validation'] === undefined ? 'train' : split;
}

export function emptySplit({ run }: Pick<Model, 'run'>, split: SplitName): LabError {
  return new LabError('run/empty-split', `The run ${run} has no ${split} examples.`, {
    hint: 'Choose another split, or train with a validation share above 0.',
  });
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
