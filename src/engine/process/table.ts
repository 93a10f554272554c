/** Everything that an engine answers beside training. */
import { makeInspectMethods } from '../inspect/index.ts';
import { labById } from '../labs/index.ts';
import { importModel, listModels, removeModel } from '../models/index.ts';
import { endsFor, exportModel, planStart } from '../runs/index.ts';
import { DATA_METHODS } from './data-methods.ts';
import type { MethodTable } from './methods.ts';

export const METHODS: MethodTable = {
  ...DATA_METHODS,
  ...makeInspectMethods({ labById }).methods,
  'models.list': () => listModels(),
  'models.import': ({ path, as }, { signal }) => importModel(path, { as, signal }),
  'models.remove': async ({ id }) => {
    await removeModel(id);
    return null;
  },
  'runs.planStart': ({ lab, config, origin }) =>
    planStart(labById(lab), config, endsFor(config), origin).report,
  'runs.exportModel': async ({ run, model, format }) => (await exportModel(run, model, format)).bytes,
};
