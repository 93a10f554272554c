/** What a run was trained on, as its record says; the data set's files need not be here. */
import type { DataSetInfo } from '../../shared/data.ts';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { findDataSet } from '../data/index.ts';
import type { Inspectable } from './inspectable.ts';

type Trained = Pick<ModelRef, 'dataSet' | 'config'>;

/** Throws `run/data-gone` where the data set is not known any more; `run` is for the message. */
export function dataInfoOf({ dataSet, config }: Trained, run: string): DataSetInfo {
  const id = dataSet?.id ?? String(config['data']);
  try {
    return findDataSet(id).definition.info;
  } catch (error) {
    throw new LabError('run/data-gone', `The data set "${id}" of run ${run} is not here any more.`, {
      hint: `Import it again under the name "${id}".`,
      cause: error,
    });
  }
}

/** The shape of one image: [height, width], or with channels. Throws `run/data-gone`, `data/no-images`. */
export function imageShapeOf(ref: Trained, run: string): readonly number[] {
  const { id, features } = dataInfoOf(ref, run);
  const image = features.find(({ name }) => name === 'image');
  if (image !== undefined) return image.shape;
  throw new LabError('data/no-images', `Expected images in the data set "${id}" of run ${run}.`, {
    hint: 'Choose a run of a lab that classifies images.',
  });
}

/** The shape of one input of the lab's model: an image's, or [tokens] of a lab that reads. Throws what `imageShapeOf` throws. */
export function inputShapeOf({ inspect }: Inspectable, ref: Trained, run: string): readonly number[] {
  return inspect.sequence === undefined ? imageShapeOf(ref, run) : [Number(ref.config['length'])];
}
