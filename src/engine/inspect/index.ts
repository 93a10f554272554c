/** A look at data sets and at trained models: what the app shows, as small records. Changes nothing, and knows no lab by name. */
export type {
  FindLab,
  Inspectable,
  Inspection,
  Layer,
  SequenceInspection,
  SequenceLayer,
  SequencePart,
} from './inspectable.ts';
export { makeInspectMethods, type InspectMethods } from './methods.ts';
export { dataInfoOf, imageShapeOf, inputShapeOf } from './run-data.ts';
export { textStatisticsOf } from './texts-statistics.ts';
export { TextViews } from './texts.ts';
