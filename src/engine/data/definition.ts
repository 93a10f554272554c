import type { DataSetInfo, DataSetKind } from '../../shared/data.ts';
import type { Split } from './data-set.ts';
import type { Source } from './sources/source.ts';

/** Another form in which a data set is published, and how the data set's own files are made of it. */
export interface Layout {
  /** Names of the files that have to be there. */
  readonly files: readonly string[];
  /** Caps an archive's file of that name while it is unpacked. */
  readonly maxFileBytes: number;
  /** Reads them in the folder `from`, strictly, and writes the data set's own files into `to`. */
  convert(from: string, to: string, signal?: AbortSignal): Promise<void>;
}

/** Everything that the app knows about one data set: what it is, where it comes from, and how its files become arrays. */
export interface DataSetDefinition {
  readonly info: DataSetInfo;
  readonly kind: DataSetKind;
  /** In order of preference; a built-in one has one, a personal one none. */
  readonly sources: readonly Source[];
  /** Whether `importDataSet` can recognise the files by their names and contents. */
  readonly format: 'idx' | 'texts';
  /** What its sources may give, and an import may find, in place of its own files. */
  readonly layouts?: readonly Layout[];
  /** Reads the files in `folder` and checks their contents against `info`. Throws a LabError for whatever does not fit. */
  load(folder: string): Record<string, Split>;
}
