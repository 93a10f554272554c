/** Data sets by call: listing, fetching, verifying, importing, removing. */
import {
  fetchDataSet,
  importDataSet,
  listDataSets,
  previewTexts,
  removeDataSet,
  verifyDataSet,
} from '../data/index.ts';
import type { MethodTable } from './methods.ts';

export const DATA_METHODS: Pick<
  MethodTable,
  'data.list' | 'data.fetch' | 'data.verify' | 'data.import' | 'data.preview' | 'data.remove'
> = {
  'data.list': () => listDataSets(),
  'data.fetch': ({ id }, { signal, update }) => fetchDataSet(id, { signal, onProgress: update }),
  'data.verify': ({ id }, { signal }) => verifyDataSet(id, { signal }),
  'data.import': ({ path, ...options }, { signal }) => importDataSet(path, { ...options, signal }),
  'data.preview': ({ path, texts }, { signal }) => previewTexts(path, texts, signal),
  'data.remove': async ({ id }) => {
    await removeDataSet(id);
    return null;
  },
};
