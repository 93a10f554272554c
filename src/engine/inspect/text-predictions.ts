/** What a model that reads makes of a whole split: each text's class, loss and certainty. */
import type { ModelRef } from '../../shared/engine-protocol.ts';
import type { SplitName } from '../../shared/data.ts';
import type { SplitPredictions } from '../../shared/inspect.ts';
import { numbersOf, textsOf, type LoadedDataSet, type Split } from '../data/index.ts';
import { putOnDevice } from '../training/index.ts';
import { checkSame, emptySplit, indexedInOf, validationShareOf } from './predictions.ts';
import { Tally } from './tally.ts';
import { logitsOf, rowsOfTexts, type TextModel } from './text-model.ts';
import { splitOf } from './texts.ts';

/**
 * Predictions for every text of a split of the run, as `predictionsOf` gives them for images. Texts of like length share a call.
 * Throws `run/other-data`, `run/empty-split`, `inspect/mismatch`, `call/cancelled`, and what the data set has wrong.
 */
export async function textPredictionsOf(
  asked: TextModel,
  ref: ModelRef,
  data: LoadedDataSet,
  split: SplitName,
  signal: AbortSignal,
): Promise<SplitPredictions> {
  const { model } = asked;
  checkSame(ref, data, model.run);
  const known = model.predictions.get(split);
  if (known !== undefined) return known;
  const indexedIn = indexedInOf(data, split);
  const labels = numbersOf(splitOf(data, indexedIn), 'label');
  const indices = runRows(ref, data, split);
  if (indices.length === 0) throw emptySplit(model, split);
  const all = await rowsOfTexts(asked, textsOf(splitOf(data, indexedIn)), signal);
  const lengthOf = (row: number): number => all[indices[row] as number]?.length ?? 0;
  const order = Array.from(indices, (_, row) => row).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const logits = await logitsOf(
    asked,
    order.map((row) => all[indices[row] as number] as Int32Array),
    signal,
  );
  const classes = logits.length / order.length;
  const tally = new Tally(
    Int32Array.from(indices, (index) => labels[index] as number),
    data.info.classes,
  );
  order.forEach((row, place) => tally.add(logits.subarray(place * classes, (place + 1) * classes), row));
  const predictions = { step: model.step, split, indexedIn, indices, ...tally.result() } as const;
  model.predictions.set(split, predictions);
  return predictions;
}

/** The numbers of a run's examples in the data set: where its validation rows are drawn from the training split, without these. */
function runRows(ref: ModelRef, data: LoadedDataSet, split: SplitName): Int32Array {
  // The draw depends on how many there are, not on what they hold: labels are enough.
  const bare = Object.entries(data.splits).map(([name, { examples, features }]): [string, Split] => [
    name,
    { examples, features: features['label'] === undefined ? {} : { label: features['label'] } },
  ]);
  const placed = putOnDevice(
    { ...data, splits: Object.fromEntries(bare) },
    { validationShare: validationShareOf(ref), seed: ref.seed, integers: ['label'] },
  );
  const { rows } = placed.splits[split];
  placed.dispose();
  return rows;
}
