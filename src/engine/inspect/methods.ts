/** The engine's answers about data sets and trained models: one function a method of the protocol. */
import type { EngineMethods } from '../../shared/engine-protocol.ts';
import { augmentedOf } from './augmented.ts';
import { DataSets } from './data-sets.ts';
import { detailOf, pageOf } from './examples.ts';
import type { FindLab } from './inspectable.ts';
import { Models, valuesOf } from './models.ts';
import { fitPicture } from './picture.ts';
import { predictOne } from './predict.ts';
import { predictionsOf } from './predictions.ts';
import { makeReadingMethods, type ReadingMethods } from './reading-methods.ts';
import { statisticsOf } from './statistics.ts';
import { summaryOf } from './summary.ts';
import { makeTextsMethods, type TextsMethods } from './texts-methods.ts';

type Name =
  | 'data.statistics'
  | 'data.examples'
  | 'data.example'
  | 'data.augmented'
  | 'inspect.predict'
  | 'inspect.picture'
  | 'inspect.model'
  | 'inspect.weights'
  | 'inspect.predictions';

export type InspectMethods = ReadingMethods &
  TextsMethods & {
    readonly [M in Name]: (
      params: EngineMethods[M]['params'],
      context: { readonly signal: AbortSignal },
    ) => Promise<EngineMethods[M]['result']> | EngineMethods[M]['result'];
  };

/**
 * The methods over one cache of data sets and one of models, so that a question asked again is answered at once. Labs are
 * found by `labById`; `dispose` empties the caches and frees every tensor.
 */
export function makeInspectMethods({ labById }: { readonly labById: FindLab }): {
  readonly methods: InspectMethods;
  dispose(): void;
} {
  const dataSets = new DataSets();
  const texts = makeTextsMethods(dataSets);
  const models = new Models();
  const readers = makeReadingMethods({ labById, dataSets, models });
  return {
    methods: {
      ...readers.methods,
      ...texts.methods,
      'data.statistics': ({ id }, { signal }) => statisticsOf(dataSets.load(id), signal),
      'data.examples': (query) => pageOf(dataSets.load(query.dataSet), query),
      'data.example': ({ dataSet, split, index, lab }) =>
        detailOf(dataSets.load(dataSet), split, index, labById(lab)),
      'data.augmented': (query) => augmentedOf(dataSets.load(query.dataSet), query, labById(query.lab)),
      'inspect.picture': ({ model, bytes, name }) => fitPicture(model, bytes, name),
      'inspect.predict': ({ model, image }) =>
        predictOne(labById(model.lab), models.load(model), model, image),
      'inspect.model': ({ model }) => summaryOf(labById(model.lab), model),
      'inspect.weights': ({ model }) => {
        const { parameters, buffers } = models.load(model);
        return valuesOf({ ...parameters, ...buffers });
      },
      'inspect.predictions': ({ model, split }, { signal }) => {
        if (labById(model.lab).inspect.sequence !== undefined) {
          return readers.predictions(model, split, signal);
        }
        const loaded = models.load(model);
        const data = dataSets.load(model.dataSet?.id ?? String(model.config['data']));
        return predictionsOf(labById(model.lab), loaded, model, data, split, signal);
      },
    },
    dispose: () => {
      readers.dispose();
      dataSets.dispose();
      texts.dispose();
      models.dispose();
    },
  };
}
