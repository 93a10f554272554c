/** A run as one record that JSON can carry, and in the parts in which a history takes it in. */
import type { RunMetrics } from './run-events.ts';
import type { Run, TensorHistogram, TensorHistory } from './runs.ts';

export const EXPORT_FORMAT = 'gradient-lab-run';
/** Version 2 says what a run has started from. */
export const EXPORT_VERSION = 2;
/** More would be a JSON text of over 200 MB, which no import takes. */
export const MAX_EXPORT_POINTS = 4_000_000;

/** NaN and infinities, for which JSON has no numbers, are strings as JavaScript writes them. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** All that a history knows of a run, but for what is true on one machine only: processes, and where checkpoints lie. */
export interface RunExport {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: 1 | typeof EXPORT_VERSION;
  readonly run: ExportedRun;
  /** Steps at which the run went on after an interruption. */
  readonly resumedAt: readonly number[];
  /** The first step of each epoch. */
  readonly epochs: readonly EpochStart[];
  /** Parallel arrays; times are milliseconds since 1970. */
  readonly series: readonly {
    readonly name: string;
    readonly step: readonly number[];
    readonly value: readonly JsonNumber[];
    readonly time: readonly number[];
  }[];
  readonly histograms: readonly {
    readonly tensor: string;
    readonly of: TensorHistory['of'];
    readonly shape: readonly number[];
    readonly steps: readonly ExportedHistogram[];
  }[];
}

type ExportedValues = Readonly<Record<string, JsonNumber>>;

/** What is true on one machine only. */
export const LOCAL_FIELDS = ['checkpointStep', 'pid', 'deletedAt'] as const satisfies readonly (keyof Run)[];

export type ExportedRun = Omit<Run, (typeof LOCAL_FIELDS)[number] | 'metrics'> & {
  readonly metrics: Readonly<Record<keyof RunMetrics, ExportedValues>>;
};

export interface ExportedHistogram {
  readonly step: number;
  readonly min: JsonNumber;
  readonly max: JsonNumber;
  readonly mean: JsonNumber;
  readonly deviation: JsonNumber;
  readonly zeros: number;
  readonly notFinite: number;
  readonly counts: readonly number[];
}

export interface EpochStart {
  readonly epoch: number;
  readonly step: number;
}

/** A checked export in parts of a size that is soon stored: the head comes first. */
export type RunPart =
  | ({ readonly kind: 'head' } & Pick<RunExport, 'run' | 'resumedAt' | 'epochs'>)
  /** Points of one metric, by rising step: parallel arrays. */
  | {
      readonly kind: 'points';
      readonly name: string;
      readonly step: Float64Array;
      readonly value: Float64Array;
      readonly time: Float64Array;
    }
  | {
      readonly kind: 'histograms';
      readonly tensor: string;
      readonly of: TensorHistory['of'];
      readonly shape: readonly number[];
      readonly histograms: readonly TensorHistogram[];
    };

export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity';
}

/** A record of numbers, each as JSON can carry it. */
export function toJsonValues(values: Readonly<Record<string, number>>): Record<string, JsonNumber> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toJsonNumber(value)]));
}

export function fromJsonValues(values: Readonly<Record<string, JsonNumber>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}
