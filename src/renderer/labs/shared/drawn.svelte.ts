/** What a run's model makes of the present drawing, for views beside the drawing pad; asked again when either changes. */
import type { Prediction } from '../../../shared/inspect.ts';
import type { Run } from '../../../shared/runs.ts';
import { Answer } from '../../data/answer.svelte.ts';
import { client } from '../../state/client.svelte.ts';
import { fitsShape, isEmpty, placementOf, rasterise } from './drawing.ts';
import { pad } from './pad-state.svelte.ts';
import { imageShapeOf, imageSizeOf } from './run-data.ts';

/** Make it while a component is made. Its value is null while the sheet is empty, or holds what is no image for this model. */
export function followDrawing(runOf: () => Run): Answer<Prediction> {
  return new Answer<Prediction>(() => {
    const run = runOf();
    if (isEmpty(pad.drawing) || !fitsShape(pad.drawing, imageShapeOf(run))) return null;
    void run.checkpointStep;
    const size = imageSizeOf(run);
    const image = rasterise(pad.drawing, size, pad.isPlaced ? placementOf(pad.drawing, size) : undefined);
    return client().inspect.predict({ run: run.number, image });
  });
}
