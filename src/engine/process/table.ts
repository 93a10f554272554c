/** Everything that an engine answers beside training. */
import { makeInspectMethods } from '../inspect/index.ts';
import { labById } from '../labs/index.ts';
import { exportModel } from '../runs/index.ts';
import { DATA_METHODS } from './data-methods.ts';
import type { MethodTable } from './methods.ts';

export const METHODS: MethodTable = {
  ...DATA_METHODS,
  ...makeInspectMethods({ labById }).methods,
  'runs.exportModel': async ({ run, model, format }) => (await exportModel(run, model, format)).bytes,
};
