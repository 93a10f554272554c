/** Measures a trained model on one of its splits. */
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { Values } from '../../shared/run-events.ts';
import { loadDataSet } from '../data/index.ts';
import { labById } from '../labs/index.ts';
import { startRuntime, tf, type RuntimeOptions } from '../runtime/index.ts';
import { Evaluation, initialState, restore, resumedFrom, type SplitName } from '../training/index.ts';
import { checkSame, placeData } from './data.ts';
import { wholeRef } from './network.ts';
import { checkpointsOf } from './store.ts';
import { readable } from './texts.ts';

/**
 * Means of the lab's metrics over a split, for the newest whole checkpoint of the run `id`; `step` says which that is.
 * Throws a LabError: `run/no-checkpoint`, `run/empty-split`, `run/other-data`, or what the data or the checkpoint has wrong.
 */
export async function evaluateModel(
  id: string,
  model: ModelRef,
  split: SplitName,
  options: RuntimeOptions,
): Promise<{ step: number; values: Values }> {
  const lab = labById(model.lab);
  startRuntime(options);
  const checkpoint = checkpointsOf(model.folder).latest();
  if (checkpoint === undefined || model.dataSet === null) {
    throw new LabError('run/no-checkpoint', `The run ${id} has no whole checkpoint to evaluate.`, {
      hint: `Go on with it: \`gradient-lab train --resume ${id}\`.`,
    });
  }
  const found = loadDataSet(model.dataSet.id);
  checkSame(id, model.dataSet, found);
  const { loaded } = await readable(lab, found, {
    config: model.config,
    folder: model.folder,
    keepsVocabulary: false,
    signal: new AbortController().signal,
  });
  const data = placeData(lab, model.config, model.seed, loaded);
  try {
    const { config } = wholeRef(model);
    const experiment = resumedFrom(lab.makeExperiment(config, data, model.seed), checkpoint);
    const rows = data.splits[split];
    if (rows.rows.length === 0) {
      throw new LabError('run/empty-split', `The run ${id} has no ${split} examples.`, {
        hint: 'Choose another split.',
      });
    }
    const fresh = initialState(experiment);
    const state = restore(checkpoint, fresh);
    const evaluation = new Evaluation(experiment, rows, 'graph');
    const values = await evaluation.run(state);
    evaluation.dispose();
    tf.dispose([fresh, state] as never);
    return { step: checkpoint.progress.step, values };
  } finally {
    data.dispose();
  }
}
