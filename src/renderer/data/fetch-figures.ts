/** How far a fetch is, as figures for a person. */
import type { FetchProgress } from '../../shared/data.ts';

export interface FetchFigures {
  /** 0 to 1; null when the source does not say how much will come. */
  readonly share: number | null;
  /** Null when nothing is known, or nothing comes. */
  readonly secondsLeft: number | null;
  /** All has come, and is being checked and unpacked. */
  readonly isReceived: boolean;
}

export function fetchFigures(progress: FetchProgress | undefined): FetchFigures {
  const total = progress?.totalBytes ?? null;
  if (progress === undefined || total === null || total <= 0) {
    return { share: null, secondsLeft: null, isReceived: false };
  }
  const left = Math.max(0, total - progress.receivedBytes);
  return {
    share: Math.min(1, progress.receivedBytes / total),
    secondsLeft: progress.bytesPerSecond > 0 ? left / progress.bytesPerSecond : null,
    isReceived: left === 0,
  };
}
