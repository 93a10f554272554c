/**
 * What a run says while it runs: the command line's `--json` lines, and later the app's streams. Stable; programs rely on it.
 */
import type { Config } from './fields.ts';
import type { StartReport } from './start.ts';

export type Values = Readonly<Record<string, number>>;

/** Metrics by split at the end of a run. */
export interface RunMetrics {
  readonly train: Values;
  readonly validation: Values;
  readonly test: Values;
}

export interface RunStarted {
  readonly kind: 'started';
  readonly run: string;
  readonly lab: string;
  readonly config: Config;
  readonly seed: number;
  readonly device: string;
  readonly plan: string;
  /** What was taken of another run or model; left out where all weights began anew, or a checkpoint has them. */
  readonly start?: StartReport;
}

/** Metrics of one step (`loss`), or of an epoch (`train/loss`, `validation/loss`). Steps and epochs count from 1. */
export interface RunMetricsEvent {
  readonly kind: 'metrics';
  readonly step: number;
  readonly epoch: number;
  readonly values: Values;
}

export interface RunCheckpoint {
  readonly kind: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

export interface RunWarning {
  readonly kind: 'warning';
  readonly message: string;
}

/** How a run ended. A failed one says why. */
export interface RunEnded {
  readonly kind: 'completed' | 'stopped' | 'failed';
  readonly run: string;
  readonly steps: number;
  /** Of this execution, from its start to its end. */
  readonly seconds: number;
  /** The median over native calls, by steps, after the warm-up; null for a run that was too short. */
  readonly examplesPerSecond: number | null;
  readonly plan: string;
  readonly device: string;
  readonly peakRssBytes: number;
  readonly metrics: RunMetrics;
  /** SHA-256 over names, shapes and bytes of all parameters in name order; null where there are none. */
  readonly weightsSha256: string | null;
  /** Why a failed run failed, or a completed one ended early. */
  readonly reason?: string;
}

export interface RunError {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export type RunEvent = RunStarted | RunMetricsEvent | RunCheckpoint | RunWarning | RunEnded | RunError;

/** How far a run is; not part of what is kept. */
export interface RunProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly examplesPerSecond: number | null;
  readonly secondsLeft: number | null;
}
