import type { FetchProgress } from '../../../shared/data.ts';

/** Reports are at least so far apart, so that a fast download does not flood whoever shows them. */
const INTERVAL_MS = 100;
/** The rate is the mean over about so long. */
const WINDOW_MS = 1000;

export interface ProgressMeter {
  /** Call as often as bytes come: `receivedBytes` counts the whole source, and may fall when a file starts again. */
  update(file: string, receivedBytes: number): void;
  /** Sends the last state, whenever the one before was sent. */
  finish(): void;
}

/** Turns byte counts into progress reports with a rate. `now` is in milliseconds and never falls. */
export function makeProgressMeter(
  fixed: Pick<FetchProgress, 'id' | 'source' | 'totalBytes'>,
  onProgress: (progress: FetchProgress) => void,
  now: () => number = () => performance.now(),
): ProgressMeter {
  let window = [{ at: now(), bytes: 0 }];
  let latest: FetchProgress | undefined;
  let sentAt = -Infinity;

  return {
    update(file, receivedBytes) {
      const at = now();
      // Bytes that were there already (a resumed file), or a fresh start, are no measure of the network.
      const before = window.at(-1);
      if (latest === undefined || (before !== undefined && receivedBytes < before.bytes)) {
        window = [{ at, bytes: receivedBytes }];
      } else if (before !== undefined && at - before.at >= 10) {
        window.push({ at, bytes: receivedBytes });
        // One sample older than the window stays, so that it is always spanned.
        while (window.length > 2 && at - (window[1]?.at ?? at) >= WINDOW_MS) window.shift();
      }
      const first = window[0];
      const span = first === undefined ? 0 : at - first.at;
      const bytesPerSecond =
        first === undefined || span <= 0 ? 0 : ((receivedBytes - first.bytes) / span) * 1000;
      latest = { ...fixed, file, receivedBytes, bytesPerSecond };
      if (at - sentAt >= INTERVAL_MS) {
        sentAt = at;
        onProgress(latest);
      }
    },
    finish() {
      if (latest !== undefined) onProgress(latest);
    },
  };
}
