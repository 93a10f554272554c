/** Shapes of histograms side by side: ridges, and cells of a map. */
import type { Interval, Scale } from '../core/scale.ts';

/** A closed ridge on `base`; a share of `most`, or more, is `rise` pixels high. */
export function ridgePath(
  shares: Float64Array | undefined,
  value: Scale,
  [low, high]: Interval,
  base: number,
  { rise, most }: { readonly rise: number; readonly most: number },
): string {
  if (shares === undefined) return '';
  const bins = shares.length;
  const points: string[] = [];
  shares.forEach((share, bin) => {
    const at = value.px(low + ((bin + 0.5) / bins) * (high - low));
    points.push(`${round(at)} ${round(base - Math.min(1, share / most) * rise)}`);
  });
  return `M${round(value.px(low))} ${round(base)}L${points.join('L')}L${round(value.px(high))} ${round(base)}Z`;
}

export interface MapCell {
  readonly key: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly share: number;
}

/** A cell for each step and each bin that is not empty; a step reaches half of the way to its neighbours. */
export function mapCells(
  steps: Float64Array,
  shares: readonly Float64Array[],
  along: Scale,
  value: Scale,
  [low, high]: Interval,
): MapCell[] {
  const edges = edgesOf(steps).map((step) =>
    Math.min(Math.max(along.px(step), along.range[0]), along.range[1]),
  );
  return shares.flatMap((row, index) => {
    const [from, to] = [edges[index] as number, edges[index + 1] as number];
    return [...row].flatMap((share, bin) => {
      if (share === 0) return [];
      const top = value.px(low + ((bin + 1) / row.length) * (high - low));
      const foot = value.px(low + (bin / row.length) * (high - low));
      // Half a pixel more, so that no seam shows between neighbours.
      return [
        {
          key: index * row.length + bin,
          x: from,
          y: top,
          width: Math.max(1, to - from + 0.5),
          height: foot - top + 0.5,
          share,
        },
      ];
    });
  });
}

function edgesOf(steps: Float64Array): number[] {
  const edges = Array.from({ length: steps.length + 1 }, (_, i) => {
    const [before, after] = [steps[i - 1], steps[i]];
    return before === undefined ? (after ?? 0) : after === undefined ? before : (before + after) / 2;
  });
  const [only] = steps;
  return steps.length === 1 && only !== undefined ? [only - 0.5, only + 0.5] : edges;
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
