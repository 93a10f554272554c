/** What a line chart is given. The view's spec is data (saved, in the address); what a person does to it is state of the chart. */

/** Points of one series, in the order of x; several x axes share one set of values. Arrays are longer than `length` while they grow. */
export interface SeriesPoints {
  readonly length: number;
  readonly step: Float64Array;
  readonly value: Float64Array;
  /** Milliseconds since 1970. */
  readonly time: Float64Array;
  /** Steps at which the run went on after an interruption: the line breaks there. */
  readonly resumedAt: readonly number[];
  /** Changes whenever points were added or taken away, so that what was computed from them can be kept. */
  readonly version: number;
  /**
   * Changes when points were taken away or changed, or a break was added. While it stays the same, points were only added at
   * the end, and what was computed for the old ones is kept. Left out: every new version is computed anew.
   */
  readonly generation?: number;
}

export interface Series {
  /** Unique in the chart: run and metric. */
  readonly id: string;
  /** What is hidden, chosen and coloured as one: the run. Left out: the series stands for itself. */
  readonly group?: string;
  /** Printed at the line's end: "Run 41". */
  readonly label: string;
  /** Printed behind it in grey: what this run changed. */
  readonly detail: string;
  /** Name of a colour token: "--run-1". */
  readonly colour: string;
  /** SVG dash array: '' or '6 3'. */
  readonly dash: string;
  /** Steps in an epoch, for the epoch axis; 0 when unknown. */
  readonly stepsPerEpoch: number;
  /** When the run's training began, for the relative-time axis. */
  readonly startedAt: number;
  /** Train metrics are lines; validation metrics are rings of the same colour. */
  readonly mark: 'line' | 'rings';
  /** A run that is still training ends in a dot with a halo. */
  readonly live: boolean;
  readonly points: SeriesPoints;
}

export type XAxis = 'step' | 'epoch' | 'time' | 'relative';
export type ScaleKind = 'linear' | 'log';

/** Which end of a metric is better; 'neither' for a norm. */
export type Better = 'lower' | 'higher' | 'neither';

/** A note at a step: an insight, a checkpoint, a resume. */
export interface ChartNote {
  /** The step. */
  readonly x: number;
  readonly text: string;
  /** The series whose step it is, for the axes of epochs and times; left out: the first series. */
  readonly series?: string;
}

/** What of a chart is kept and can be sent in an address. */
export interface LineChartSpec {
  readonly x: XAxis;
  readonly xScale: ScaleKind;
  readonly yScale: ScaleKind;
  /** 0: none; below 1: weight of what came before, for a hundredth of the x extent of the data. */
  readonly smoothing: number;
}

export const DEFAULT_SPEC: LineChartSpec = { x: 'step', xScale: 'linear', yScale: 'linear', smoothing: 0.6 };
