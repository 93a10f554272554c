/** A line in a few pixels, without axes: only its shape is told. */

/** SVG path and last point of values drawn left to right; values that are not finite leave a gap. Null without a finite value. */
export function sparkPath(
  values: readonly number[],
  width: number,
  height: number,
  options: {
    readonly pad?: number;
    readonly log?: boolean;
    readonly domain?: readonly [number, number];
  } = {},
): { readonly d: string; readonly end: readonly [x: number, y: number] } | null {
  const pad = options.pad ?? 2;
  const scale = options.log === true ? (value: number) => Math.log10(value) : (value: number) => value;
  const heights = values.map(scale);
  const finite = heights.filter(Number.isFinite);
  if (finite.length === 0) return null;
  const [low, high] = options.domain?.map(scale) ?? [Math.min(...finite), Math.max(...finite)];
  const span = (high as number) - (low as number);
  const x = (index: number): number => pad + (index / Math.max(values.length - 1, 1)) * (width - 2 * pad);
  // A flat line lies in the middle.
  const y = (value: number): number =>
    span === 0 ? height / 2 : height - pad - ((value - (low as number)) / span) * (height - 2 * pad);

  let d = '';
  let end: [number, number] = [0, 0];
  let gap = true;
  heights.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      gap = true;
      return;
    }
    end = [round(x(index)), round(y(value))];
    d += `${gap ? 'M' : 'L'}${end[0]} ${end[1]}`;
    gap = false;
  });
  return { d, end };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
