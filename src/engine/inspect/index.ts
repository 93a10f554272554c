/** A look at data sets and at trained models: what the app shows, as small records. Changes nothing. */
export type { FindLab, Inspectable, Inspection, Layer } from './inspectable.ts';
