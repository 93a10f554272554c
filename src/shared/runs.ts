/** Runs as the history keeps them and as every window shows them. */
import type { Config } from './fields.ts';
import type { LabId } from './labs.ts';
import type { RunMetrics, Values } from './run-events.ts';
import type { StartReport } from './start.ts';

export const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'stopped',
  'interrupted',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** States in which an engine works on the run, or is about to. */
export const ACTIVE_STATES: readonly RunState[] = ['queued', 'running', 'paused'];
/** States from which a run can go on. */
export const RESUMABLE_STATES: readonly RunState[] = ['interrupted', 'stopped', 'failed'];

/** What a run is started with; the lab's schema has filled in `config`. */
export interface RunSpec {
  readonly lab: LabId;
  readonly config: Config;
  readonly seed: number;
  /** 'auto', 'cpu' or 'gpu'. */
  readonly device: string;
  /** 'auto', 'eager', 'graph' or 'xla'. */
  readonly plan: string;
  /** Threads inside an op; 0: one a core. */
  readonly threads: number;
}

/** One run: what it is, how it stands, and how it went. */
export interface Run extends RunSpec {
  /** What a person calls it: "Run 41". Never used twice. */
  readonly number: number;
  /** Its folder's name and its id on the command line: sorts by time and says the lab. */
  readonly id: string;
  readonly state: RunState;
  /** Why it failed, was interrupted, or ended early; null otherwise. */
  readonly reason: string | null;
  /** A name of the person's own, or null. */
  readonly name: string | null;
  readonly note: string;
  readonly tags: readonly string[];
  readonly pinned: boolean;
  /** Null until the data set is known to be there. */
  readonly dataSet: { readonly id: string; readonly sha256: string } | null;
  /** What was taken of another run or model; null where all weights began anew, or before the run has begun. */
  readonly start: StartReport | null;
  readonly versions: { readonly gradientLab: string; readonly tensorflow: string };
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** Seconds of training, all executions together. */
  readonly seconds: number;
  readonly step: number;
  /** Steps in all; 0 until it is known. */
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly examplesPerSecond: number | null;
  readonly peakRssBytes: number | null;
  /** The latest epoch's means; `test` once it is complete. */
  readonly metrics: RunMetrics;
  readonly weightsSha256: string | null;
  /** Step of the newest checkpoint, or null. */
  readonly checkpointStep: number | null;
  /** The process that computes it; null when none does. */
  readonly pid: number | null;
  /** When it was deleted; it can be restored until it is purged. Null: not deleted. */
  readonly deletedAt: number | null;
}

/** All points of one metric of one run, in the order of their steps. Parallel arrays. */
export interface Curve {
  readonly run: number;
  readonly name: string;
  readonly step: Float64Array;
  readonly value: Float64Array;
  /** Milliseconds since 1970. */
  readonly time: Float64Array;
  /** Steps at which the run went on after an interruption, in order: the line breaks there. */
  readonly resumedAt: readonly number[];
}

/** Consecutive points of all metrics of one run as they arrive: column `values[name][i]` belongs to step `step + i`. */
export interface PointBatch {
  readonly run: number;
  readonly step: number;
  readonly epoch: number;
  /** When the batch arrived: milliseconds since 1970. */
  readonly time: number;
  readonly values: Readonly<Record<string, Float64Array>>;
}

export interface RunQuery {
  /** Words that must occur in number, name, note, tags, lab, or changed settings. */
  readonly text?: string | undefined;
  readonly labs?: readonly LabId[] | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly pinnedOnly?: boolean | undefined;
  readonly sort?: RunSort | undefined;
  readonly descending?: boolean | undefined;
  readonly offset?: number | undefined;
  /** At most 1,000; 100 when left out. */
  readonly limit?: number | undefined;
}

export const RUN_SORTS = ['number', 'lab', 'state', 'loss', 'best', 'seconds', 'rate', 'created'] as const;
export type RunSort = (typeof RUN_SORTS)[number];

export interface RunPage {
  /** Runs that fit the query, all pages together. */
  readonly total: number;
  /** Runs in the history, whatever the query. */
  readonly all: number;
  readonly runs: readonly Run[];
}

/** What a person may change of a run. */
export interface RunChanges {
  readonly name?: string | null | undefined;
  readonly note?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly pinned?: boolean | undefined;
}

/** A run's counted share of its way, as it trains. */
export interface RunProgressUpdate {
  readonly run: number;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly examplesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/**
 * Counts of values between two bounds, for one tensor at one step. Of a large tensor an evenly spaced sample is counted and
 * averaged; `min` and `max` are of all values.
 */
export interface TensorHistogram {
  readonly step: number;
  readonly min: number;
  readonly max: number;
  /** Equal bins from min to max. */
  readonly counts: Int32Array;
  readonly mean: number;
  readonly deviation: number;
  readonly zeros: number;
  readonly notFinite: number;
}

export interface TensorHistory {
  /** The parameter's name: "weights1". */
  readonly tensor: string;
  readonly of: 'weights' | 'gradients';
  readonly shape: readonly number[];
  readonly histograms: readonly TensorHistogram[];
}

export type { Values };
