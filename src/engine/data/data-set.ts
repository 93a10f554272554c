import { createHash } from 'node:crypto';
import type { DataFileInfo, DataSetInfo, FeatureType } from '../../shared/data.ts';

/** The values of one feature for every example of a split. */
export interface FeatureData {
  readonly dtype: FeatureType;
  /** `[n, ...]`: the examples' axis first, then the shape of one example. */
  readonly shape: readonly number[];
  /** Row-major; as long as the product of `shape`. Shared, not copied: nobody writes to it. */
  readonly data: Uint8Array | Int32Array | Float32Array;
}

export interface Split {
  readonly examples: number;
  readonly features: Readonly<Record<string, FeatureData>>;
}

/** A data set in memory. */
export interface LoadedDataSet {
  readonly info: DataSetInfo;
  readonly splits: Readonly<Record<string, Split>>;
  /** One hash over the data's files, for the record of a run (see `hashOfFiles`). */
  readonly sha256: string;
}

/**
 * One hash for a set of files: SHA-256 of the lines `<sha256 of the file>  <name>\n`, sorted by name, so that
 * `sha256sum * | sha256sum` in the data set's folder gives the same.
 */
export function hashOfFiles(files: readonly Pick<DataFileInfo, 'name' | 'sha256'>[]): string {
  const hash = createHash('sha256');
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, sha256 } of sorted) hash.update(`${sha256 ?? ''}  ${name}\n`);
  return hash.digest('hex');
}
