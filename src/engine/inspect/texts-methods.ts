/** The engine's answers about data sets of texts. */
import type { EngineMethods } from '../../shared/engine-protocol.ts';
import type { DataSets } from './data-sets.ts';
import { paddingOf } from './texts-padding.ts';
import { textStatisticsOf } from './texts-statistics.ts';
import { TextViews } from './texts.ts';

type Name = 'data.texts' | 'data.text' | 'data.textPadding' | 'data.textStatistics';

export type TextsMethods = {
  readonly [M in Name]: (
    params: EngineMethods[M]['params'],
    context: { readonly signal: AbortSignal },
  ) => Promise<EngineMethods[M]['result']>;
};

/** The methods over `dataSets`, which stays the caller's; `dispose` empties what they keep. */
export function makeTextsMethods(dataSets: DataSets): { readonly methods: TextsMethods; dispose(): void } {
  const views = new TextViews();
  return {
    methods: {
      'data.texts': (query, { signal }) => views.page(dataSets.load(query.dataSet), query, signal),
      'data.text': ({ dataSet, split, index, encoding }, { signal }) =>
        views.detail(dataSets.load(dataSet), { split, index }, encoding, signal),
      'data.textPadding': ({ dataSet, ...query }, { signal }) =>
        paddingOf(views, dataSets.load(dataSet), query, signal),
      'data.textStatistics': ({ dataSet, encoding }, { signal }) =>
        textStatisticsOf(views, dataSets.load(dataSet), encoding, signal),
    },
    dispose: () => views.dispose(),
  };
}
