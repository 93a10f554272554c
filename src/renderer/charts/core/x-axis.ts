/** The x axes of a run's points: an array that is there anyway, shifted and scaled, so that changing the axis copies nothing. */
import type { Series, XAxis } from '../types.ts';

/** x of point i is (sorted[i] - offset) * factor. */
export interface XAccess {
  readonly sorted: Float64Array;
  readonly offset: number;
  readonly factor: number;
}

export const X_AXES: readonly XAxis[] = ['step', 'epoch', 'time', 'relative'];

/** What the axis is called at its end, and in a menu. */
export const X_NAMES: Readonly<Record<XAxis, { readonly short: string; readonly long: string }>> = {
  step: { short: 'step', long: 'Step' },
  epoch: { short: 'epoch', long: 'Epoch' },
  time: { short: 'time', long: 'Time of day' },
  relative: { short: 'since start', long: 'Time since the start' },
};

/** How to read a series along an axis; null when it has no place there. Seconds on 'relative', milliseconds on 'time'. */
export function xAccess(series: Series, axis: XAxis): XAccess | null {
  const { step, time } = series.points;
  switch (axis) {
    case 'step':
      return { sorted: step, offset: 0, factor: 1 };
    case 'epoch':
      return series.stepsPerEpoch > 0 ? { sorted: step, offset: 0, factor: 1 / series.stepsPerEpoch } : null;
    case 'time':
      return { sorted: time, offset: 0, factor: 1 };
    case 'relative':
      return series.startedAt > 0 ? { sorted: time, offset: series.startedAt, factor: 1e-3 } : null;
  }
}

export function xAt(access: XAccess, index: number): number {
  return ((access.sorted[index] as number) - access.offset) * access.factor;
}

/** The value in the array that lies at x. */
export function rawAt(access: XAccess, x: number): number {
  return x / access.factor + access.offset;
}
