/** Everything that an engine answers beside training. */
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { makeInspectMethods } from '../inspect/index.ts';
import { labById } from '../labs/index.ts';
import { importModel, listModels, removeModel } from '../models/index.ts';
import { endsFor, exportModel, planStart, planVectors, RunReader, wholeRef } from '../runs/index.ts';
import { importVectors, listVectors, removeVectors } from '../vectors/index.ts';
import { DATA_METHODS } from './data-methods.ts';
import type { MethodTable } from './methods.ts';

/** The methods, with the model that they are asked about as its lab needs it. */
function onWholeModels<M extends object>(methods: M): M {
  const entries = Object.entries(methods as Record<string, (params: object, context: never) => unknown>);
  return Object.fromEntries(
    entries.map(([name, method]) => [
      name,
      (params: object, context: never) =>
        method(
          'model' in params ? { ...params, model: wholeRef(params.model as ModelRef) } : params,
          context,
        ),
    ]),
  ) as M;
}

const runReader = new RunReader();

export const METHODS: MethodTable = {
  ...DATA_METHODS,
  ...onWholeModels(makeInspectMethods({ labById }).methods),
  'models.list': () => listModels(),
  'models.import': ({ path, as }, { signal }) => importModel(path, { as, signal }),
  'models.remove': async ({ id }) => {
    await removeModel(id);
    return null;
  },
  'vectors.list': () => listVectors(),
  'vectors.import': ({ path, name }, { signal }) => importVectors(path, { name, signal }),
  'vectors.remove': async ({ id }) => {
    await removeVectors(id);
    return null;
  },
  'runs.planVectors': ({ lab, config }, { signal }) => planVectors(labById(lab), config, signal),
  'runs.planStart': ({ lab, config, origin }) =>
    planStart(labById(lab), config, endsFor(config), origin).report,
  'runs.readExport': ({ path, part }) => runReader.part(path, part),
  'runs.exportModel': async ({ run, model, format }) => (await exportModel(run, model, format)).bytes,
};
