/** Histograms with bins of their own each, brought to common bins, so that they can stand side by side. */
import type { TensorHistogram } from '../../../shared/runs.ts';
import type { Interval } from '../core/scale.ts';

/** Deviations from the mean that are shown; further out there is next to nothing. */
const REACH = 6;

/** The values from the least to the greatest of all histograms, without far outliers. */
export function commonRange(histograms: readonly TensorHistogram[]): Interval {
  let low = Infinity;
  let high = -Infinity;
  for (const { min, max, mean, deviation } of histograms) {
    if (!(max >= min)) continue;
    const reach = Number.isFinite(deviation) ? REACH * deviation : Infinity;
    low = Math.min(low, Math.max(min, mean - reach));
    high = Math.max(high, Math.min(max, mean + reach));
  }
  if (low > high) return [-1, 1];
  if (low === high) return [low - (Math.abs(low) * 0.1 || 0.5), high + (Math.abs(high) * 0.1 || 0.5)];
  return [low, high];
}

/**
 * Shares of all counted values in `bins` equal bins over `range`: a bin of the histogram gives each common bin what overlaps.
 * They sum to 1, less what lies outside of the range.
 */
export function rebin(histogram: TensorHistogram, [low, high]: Interval, bins: number): Float64Array {
  const shares = new Float64Array(bins);
  const { min, max, counts } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return shares;
  const scale = bins / (high - low);
  const width = (max - min) / counts.length;
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const share = count / total;
    const from = (min + bin * width - low) * scale;
    const to = width > 0 ? from + width * scale : from;
    if (to - from < 1e-9) {
      // All values are equal, or too close to be told apart.
      const at = Math.min(bins - 1, Math.floor(from));
      if (at >= 0) shares[at] = (shares[at] as number) + share;
      return;
    }
    for (let i = Math.max(0, Math.floor(from)); i < Math.min(bins, Math.ceil(to)); i++) {
      const overlap = Math.min(to, i + 1) - Math.max(from, i);
      shares[i] = (shares[i] as number) + (share * overlap) / (to - from);
    }
  });
  return shares;
}

/** A peak so many times as high as the usual one is cut: at the start all biases are 0, and one bin would hide all else. */
const CUT = 3;

/** The share that is drawn at full height: the highest peak, unless it stands far above those of the other steps. */
export function usualPeak(shares: readonly Float64Array[]): number {
  const peaks = shares.map((row) => Math.max(...row)).sort((a, b) => a - b);
  const usual = peaks[Math.floor(peaks.length / 2)] ?? 0;
  return Math.max(1e-12, Math.min(peaks[peaks.length - 1] ?? 0, usual * CUT));
}
