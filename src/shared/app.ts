/** Settings, engines and live events: what a window knows beside runs and data. */
import type { FetchProgress } from './data.ts';
import type { PointBatch, Run, RunProgressUpdate } from './runs.ts';

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'compact' | 'comfortable';
  /** Keys of one letter outside of text fields. */
  readonly singleKeys: boolean;
  /** Runs that may train at the same time, 1 to 4. */
  readonly runsAtOnce: number;
  /** Threads inside an op for new runs; 0: one a core. */
  readonly threads: number;
  /** 'auto', 'cpu', 'gpu'. */
  readonly device: 'auto' | 'cpu' | 'gpu';
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  density: 'compact',
  singleKeys: true,
  runsAtOnce: 1,
  threads: 0,
  device: 'auto',
};

/** The device that computes, once an engine has said so. */
export interface DeviceInfo {
  readonly device: 'cpu' | 'gpu';
  readonly why: string;
  readonly cores: number;
  readonly tensorflow: string;
  readonly variant: string;
}

export interface EngineInfo {
  readonly pid: number;
  readonly role: 'run' | 'warm' | 'interactive';
  /** The run it computes, or null. */
  readonly run: number | null;
  readonly rssBytes: number;
  readonly startedAt: number;
}

export interface AppStatus {
  readonly version: string;
  /** The folder of data, runs and history. */
  readonly home: string;
  readonly device: DeviceInfo | null;
  readonly engines: readonly EngineInfo[];
  /** What keeps the engine from starting, or null. */
  readonly engineProblem: Problem | null;
  readonly historyProblem: Problem | null;
  readonly freeBytes: number;
  readonly checkpointBytes: number;
}

/** An error in a form that crosses processes: what happened, and what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** For "Copy details": the last lines of an engine's error stream, a stack. */
  readonly details: string | null;
}

/** What every window is told as it happens. */
export type AppEvent =
  /** A run is new, or something of it changed. */
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'purged'; readonly runs: readonly number[] }
  | { readonly kind: 'points'; readonly batch: PointBatch }
  | { readonly kind: 'progress'; readonly progress: RunProgressUpdate }
  /** Points after `step` are void: the run went on from a checkpoint. */
  | { readonly kind: 'rewound'; readonly run: number; readonly step: number }
  | { readonly kind: 'warning'; readonly run: number | null; readonly message: string }
  | { readonly kind: 'checkpoint'; readonly run: number; readonly step: number }
  | { readonly kind: 'data'; readonly id: string }
  | { readonly kind: 'fetching'; readonly progress: FetchProgress }
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'status'; readonly status: AppStatus };
