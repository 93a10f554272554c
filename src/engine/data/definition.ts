import type { DataSetInfo, DataSetKind } from '../../shared/data.ts';
import type { Split } from './data-set.ts';
import type { Source } from './sources/source.ts';

/** Everything that the app knows about one data set: what it is, where it comes from, and how its files become arrays. */
export interface DataSetDefinition {
  readonly info: DataSetInfo;
  readonly kind: DataSetKind;
  /** In order of preference; a built-in one has one, a personal one none. */
  readonly sources: readonly Source[];
  /** Whether `importDataSet` can recognise the files by their names and contents. */
  readonly format: 'idx' | 'other';
  /** Reads the files in `folder` and checks their contents against `info`. Throws a LabError for whatever does not fit. */
  load(folder: string): Record<string, Split>;
}
