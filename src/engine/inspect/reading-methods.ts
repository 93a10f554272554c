/** The engine's answers about models that read texts: one function a method of the protocol. */
import type { SplitName } from '../../shared/data.ts';
import type { EngineMethods, ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { SplitPredictions } from '../../shared/inspect.ts';
import { numbersOf, textsOf, type LoadedDataSet } from '../data/index.ts';
import type { DataSets } from './data-sets.ts';
import type { FindLab } from './inspectable.ts';
import type { Models } from './models.ts';
import { isWhole } from './images.ts';
import { checkSame } from './predictions.ts';
import { dataInfoOf } from './run-data.ts';
import { Encoders, openTextModel, type TextModel } from './text-model.ts';
import { reachOf } from './text-gradients.ts';
import { textActivationOf } from './text-layers.ts';
import { passagesOf } from './text-passages.ts';
import { textPredictionsOf } from './text-predictions.ts';
import { occlusionOf, readingOf } from './text-reading.ts';
import { saliencyOf, unitsOf } from './text-units.ts';

type Name =
  | 'inspect.readText'
  | 'inspect.textUnits'
  | 'inspect.textActivation'
  | 'inspect.textSaliency'
  | 'inspect.textWithoutEach'
  | 'inspect.passages'
  | 'inspect.gradientReach'
  | 'inspect.textExample';

export type ReadingMethods = {
  readonly [M in Name]: (
    params: EngineMethods[M]['params'],
    context: { readonly signal: AbortSignal; readonly update: (value: unknown) => void },
  ) => Promise<EngineMethods[M]['result']> | EngineMethods[M]['result'];
};

export function makeReadingMethods(parts: {
  readonly labById: FindLab;
  readonly dataSets: DataSets;
  readonly models: Models;
}): {
  readonly methods: ReadingMethods;
  /** What 'inspect.predictions' answers for a lab that reads. */
  predictions(ref: ModelRef, split: SplitName, signal: AbortSignal): Promise<SplitPredictions>;
  dispose(): void;
} {
  const { labById, dataSets, models } = parts;
  const encoders = new Encoders();

  async function ask<A>(ref: ModelRef, question: (asked: TextModel) => A | Promise<A>): Promise<A> {
    const lab = labById(ref.lab);
    const asked = openTextModel(lab, models.load(ref), () => encoders.load(ref), ref.config);
    try {
      return await question(asked);
    } finally {
      asked.dispose();
    }
  }
  const classesOf = (ref: ModelRef, { model }: TextModel): readonly string[] =>
    dataInfoOf(ref, model.run).classes;

  return {
    methods: {
      'inspect.readText': ({ model, text }, { signal }) =>
        ask(model, (asked) => readingOf(asked, text, classesOf(model, asked), signal)),
      'inspect.textUnits': ({ model, text, layer, part }) =>
        ask(model, (asked) => unitsOf(asked, text, { layer, part })),
      'inspect.textActivation': ({ model, text, layer }) =>
        ask(model, (asked) => textActivationOf(asked, text, layer)),
      'inspect.textSaliency': ({ model, text, label }) =>
        ask(model, (asked) => saliencyOf(asked, text, label, classesOf(model, asked).length)),
      'inspect.textWithoutEach': ({ model, text }, { signal }) =>
        ask(model, (asked) => occlusionOf(asked, text, signal)),
      'inspect.passages': ({ model, layer, part, unit }, { signal, update }) =>
        ask(model, (asked) => {
          const data = dataOf(dataSets, model);
          checkSame(model, data, asked.model.run);
          return passagesOf(asked, data, { layer, part, unit }, signal, update);
        }),
      'inspect.gradientReach': ({ model }, { signal }) =>
        ask(model, (asked) => {
          const data = dataOf(dataSets, model);
          checkSame(model, data, asked.model.run);
          return reachOf(asked, data, signal);
        }),
      'inspect.textExample': ({ model, split, index }) => {
        const data = dataOf(dataSets, model);
        const found = data.splits[split];
        if (found === undefined || !isWhole(index, 0, found.examples - 1)) {
          throw new LabError(
            'data/index',
            `Expected a text of "${data.info.id}", got number ${index} of its ${split} split.`,
            { hint: 'Texts are counted from 0 in each split.' },
          );
        }
        return { text: textsOf(found).at(index), label: numbersOf(found, 'label')[index] as number };
      },
    },
    predictions: (ref, split, signal) =>
      ask(ref, (asked) => textPredictionsOf(asked, ref, dataOf(dataSets, ref), split, signal)),
    dispose: () => encoders.dispose(),
  };
}

function dataOf(dataSets: DataSets, { dataSet, config }: ModelRef): LoadedDataSet {
  return dataSets.load(dataSet?.id ?? String(config['data']));
}
