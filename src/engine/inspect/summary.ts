/** What a run's model is made of. */
import { basename } from 'node:path';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import type { ModelSummary } from '../../shared/model.ts';
import type { Inspectable } from './inspectable.ts';
import { dataInfoOf, inputShapeOf } from './run-data.ts';

/**
 * Layers, shapes and sizes of the model that the run's settings give; null for a lab whose model has no layers. No checkpoint is
 * read. Throws `run/data-gone`, `data/no-images`.
 */
export function summaryOf(lab: Inspectable, ref: ModelRef): ModelSummary | null {
  const { inspect } = lab;
  if (inspect.describe === undefined) return null;
  const run = basename(ref.folder);
  return inspect.describe(ref.config, inputShapeOf(lab, ref, run), dataInfoOf(ref, run).classes.length);
}
