/** Data sets: what there is, getting it, checking it, and reading it into typed arrays. */
export {
  ensureDataSet,
  fetchDataSet,
  listDataSets,
  loadDataSet,
  removeDataSet,
  verifyDataSet,
  type FetchOptions,
} from './cache.ts';
export { knownDataSet, knownDataSets, registerDataSet } from './catalogue.ts';
export {
  hashOfFiles,
  numbersOf,
  textsOf,
  type FeatureData,
  type LoadedDataSet,
  type NumberFeature,
  type Split,
  type TextFeature,
} from './data-set.ts';
export type { DataSetDefinition } from './definition.ts';
export { missingFile, readStart, readWholeFile, sizeOfFile } from './files.ts';
export { dataFolder, homeFolder } from './home.ts';
export { idxDataSet, type IdxDataSetOptions } from './idx-data-set.ts';
export { importDataSet, type ImportOptions } from './import.ts';
export { previewTexts } from './import/text-preview.ts';
export { findDataSet, type Found } from './inspect.ts';
export { parseIdx, readIdxFile, type IdxArray, type IdxExpectation } from './readers/idx.ts';
export { decodePicture, MAX_PICTURE_BYTES } from './readers/picture.ts';
export { isRunning } from './partial.ts';
export { resize } from './resize.ts';
export { takeValidation, type TrainAndValidation, type ValidationSize } from './splits.ts';
export { Texts } from './texts.ts';
