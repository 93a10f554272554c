import { createHash } from 'node:crypto';
import type { DataFileInfo, DataSetInfo, NumberType } from '../../shared/data.ts';
import { LabError } from '../../shared/errors.ts';
import type { Texts } from './texts.ts';

/** The values of one feature for every example of a split. */
export type FeatureData = NumberFeature | TextFeature;

export interface NumberFeature {
  readonly dtype: NumberType;
  /** `[n, ...]`: the examples' axis first, then the shape of one example. */
  readonly shape: readonly number[];
  /** Row-major; as long as the product of `shape`. Shared, not copied: nobody writes to it. */
  readonly data: Uint8Array | Int32Array | Float32Array;
}

/** A text for every example. */
export interface TextFeature {
  readonly dtype: 'text';
  /** `[n]` */
  readonly shape: readonly [number];
  readonly data: Texts;
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

/** A split's values of the feature `name`. Throws `data/no-feature` where there is none, or where it holds texts. */
export function numbersOf({ features }: Split, name: string): NumberFeature['data'] {
  const feature = features[name];
  if (feature === undefined || feature.dtype === 'text') throw noFeature('numbers', name, features);
  return feature.data;
}

/** A split's texts of the feature `name`. Throws `data/no-feature` where there is none, or where it holds numbers. */
export function textsOf({ features }: Split, name = 'text'): Texts {
  const feature = features[name];
  if (feature?.dtype !== 'text') throw noFeature('texts', name, features);
  return feature.data;
}

function noFeature(what: string, name: string, features: Split['features']): LabError {
  const there = Object.entries(features).map(([found, { dtype }]) => `${found} (${dtype})`);
  return new LabError(
    'data/no-feature',
    `Expected ${what} in a feature "${name}", got the features ${there.join(', ')}.`,
    { hint: `Choose a data set of ${what === 'texts' ? 'texts' : 'images'}.` },
  );
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
