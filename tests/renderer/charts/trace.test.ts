import { describe, expect, it } from 'vitest';
import { columnBounds, columnGrid } from '../../../src/renderer/charts/core/columns.ts';
import { makeScale, type Interval } from '../../../src/renderer/charts/core/scale.ts';
import { rawIndexOf } from '../../../src/renderer/charts/core/series-index.ts';
import { paintRibbon, transpose } from '../../../src/renderer/charts/core/area-layer.ts';
import { outlines, Ribbon } from '../../../src/renderer/charts/core/ribbon.ts';
import { simplify } from '../../../src/renderer/charts/core/simplify.ts';
import { fillSpans, makeSpans } from '../../../src/renderer/charts/core/spans.ts';
import { isBand, traceEnvelope, traceSpikes } from '../../../src/renderer/charts/core/trace-area.ts';
import { traceLine } from '../../../src/renderer/charts/core/trace-line.ts';
import { traceBeyond, traceFoot, traceMarks } from '../../../src/renderer/charts/core/trace-marks.ts';
import type { Tracing } from '../../../src/renderer/charts/core/tracing.ts';
import { Vertices } from '../../../src/renderer/charts/core/vertices.ts';
import { xAccess } from '../../../src/renderer/charts/core/x-axis.ts';
import type { ScaleKind } from '../../../src/renderer/charts/types.ts';
import { pointsOf, random, seriesOf } from './helpers.ts';

const { NaN: nan } = Number;

function tracing(
  value: readonly number[],
  options: {
    readonly x?: Interval;
    readonly y?: Interval;
    readonly kind?: ScaleKind;
    readonly xKind?: ScaleKind;
    readonly width?: number;
    readonly resumedAt?: readonly number[];
  } = {},
): Tracing {
  const points = pointsOf(value, { resumedAt: options.resumedAt ?? [] });
  const access = xAccess(seriesOf(points), 'step');
  if (access === null) throw new Error('Expected a place on the axis of steps.');
  const x = makeScale(options.xKind ?? 'linear', options.x ?? [1, value.length], [0, options.width ?? 100]);
  const y = makeScale(options.kind ?? 'linear', options.y ?? [0, 10], [100, 0]);
  const grid = columnGrid(x);
  const bounds = new Int32Array(grid.count + 1);
  columnBounds(grid, access, points.length, bounds);
  const { pieces, extremes } = rawIndexOf(points);
  const spans = makeSpans(grid.count);
  fillSpans(spans, grid, bounds, extremes, y);
  return { access, length: points.length, values: points.value, pieces, grid, bounds, spans, x, y };
}

/** Stretches of [x, y]. */
function stretches(vertices: Vertices): number[][][] {
  const all: number[][][] = [[]];
  for (let i = 0; i < vertices.length; i += 2) {
    const x = vertices.xy[i] as number;
    if (Number.isNaN(x)) all.push([]);
    else (all[all.length - 1] as number[][]).push([x, vertices.xy[i + 1] as number]);
  }
  return all.filter((stretch) => stretch.length > 0);
}

function line(traced: Tracing): number[][][] {
  const out = new Vertices();
  traceLine(traced, out);
  return stretches(out);
}

describe('columnBounds', () => {
  it('puts every point of the domain into exactly one column', () => {
    const next = random(5);
    for (const xKind of ['linear', 'log'] as const) {
      const traced = tracing(
        Array.from({ length: 5000 }, () => next()),
        { width: 137, xKind },
      );
      const { bounds, grid } = traced;
      expect(bounds[0]).toBe(0);
      expect(bounds[grid.count]).toBe(5000);
      for (let column = 0; column < grid.count; column++) {
        for (let i = bounds[column] as number; i < (bounds[column + 1] as number); i++) {
          const at = traced.x.px(i + 1);
          expect(at).toBeGreaterThanOrEqual(column - 1e-6);
          expect(at).toBeLessThanOrEqual(column + 1 + 1e-6);
        }
      }
    }
  });
});

describe('traceLine', () => {
  it('goes through every point where there is room', () => {
    expect(line(tracing([1, 5, 2], { x: [1, 3] }))).toEqual([
      [
        [0, 90],
        [50, 50],
        [100, 80],
      ],
    ]);
  });

  it('goes on to the first point beyond either edge', () => {
    expect(line(tracing([1, 2, 3, 4, 5], { x: [2.5, 3.5] }))[0]).toEqual([
      [-50, 80],
      [50, 70],
      [150, 60],
    ]);
  });

  it('keeps one point out of 100,000', () => {
    const value = Array.from({ length: 100_000 }, () => 5);
    value[34_567] = 9;
    value[71_234] = 1;
    const heights = line(tracing(value, { width: 400 }))
      .flat()
      .map(([, y]) => y);
    expect(Math.min(...(heights as number[]))).toBe(10);
    expect(Math.max(...(heights as number[]))).toBe(90);
  });

  it('has, in each column, the same lowest and highest pixel as a plain loop over all points', () => {
    const next = random(11);
    let walk = 5;
    const value = Array.from({ length: 30_000 }, () => {
      walk += (next() - 0.5) * 0.1;
      return next() < 0.001 ? nan : walk + next();
    });
    const traced = tracing(value, { width: 300, y: [-20, 20] });
    const drawn = line(traced).flat();
    for (let column = 0; column < 300; column++) {
      const mine = drawn
        .filter(([x]) => Math.floor((x as number) - 1e-4) === column)
        .map(([, y]) => y as number);
      const all = value
        .filter((_, i) => traced.x.px(i + 1) > column && traced.x.px(i + 1) <= column + 1)
        .filter(Number.isFinite)
        .map((each) => traced.y.px(each));
      // Values that differ by less than 0.4 pixels are one dot.
      expect(Math.min(...mine)).toBeCloseTo(Math.min(...all), 0);
      expect(Math.max(...mine)).toBeCloseTo(Math.max(...all), 0);
    }
  });

  it('takes one point of each column of a line that bends slowly, and begins and ends where the line does', () => {
    const value = Array.from({ length: 10_000 }, (_, i) => (i === 5000 ? nan : 5 + 4 * Math.sin(i / 1500)));
    const traced = tracing(value);
    const out = new Vertices();
    traceLine({ ...traced, spans: null }, out, 2);
    const parts = stretches(out);
    expect(parts).toHaveLength(2);
    expect(out.length / 2).toBeLessThan(60);
    expect(parts[0]?.[0]?.[0]).toBe(0);
    expect(parts[1]?.at(-1)?.[0]).toBe(100);
    for (const [x, y] of parts.flat()) {
      const index = Math.round((x as number) * 99.99);
      expect(y).toBeCloseTo(traced.y.px(value[index] as number), 1);
    }
  });

  it('breaks at NaN and at a resume, dense or sparse', () => {
    expect(line(tracing([1, 2, nan, 4, 5, 6], { resumedAt: [5] })).map((stretch) => stretch.length)).toEqual([
      2, 2, 1,
    ]);
    const dense = Array.from({ length: 10_000 }, (_, i) => (i >= 4000 && i < 6000 ? nan : 5));
    const parts = line(tracing(dense, { resumedAt: [8000] }));
    expect(parts).toHaveLength(3);
    expect(parts.map((part) => Math.round(part[0]?.[0] as number))).toEqual([1, 61, 81]);
  });

  it('draws nothing of what is all NaN, and nothing of nothing', () => {
    expect(line(tracing(Array.from({ length: 1000 }, () => nan)))).toEqual([]);
    expect(line(tracing([]))).toEqual([]);
  });
});

describe('traceEnvelope', () => {
  it('lies between the greatest and the least of each column, and is open at gaps', () => {
    const value = Array.from({ length: 1000 }, (_, i) => (i >= 500 && i < 520 ? nan : i % 2 === 0 ? 2 : 8));
    const out = new Ribbon();
    traceEnvelope(tracing(value), out);
    const areas = [...outlines(out)];
    expect(areas).toHaveLength(2);
    for (const area of areas) {
      const half = area.length / 2;
      expect(area.slice(0, half).every(([, y]) => y === 20)).toBe(true);
      expect(area.slice(half).every(([, y]) => y === 80)).toBe(true);
    }
  });

  it('takes columns together, so that few points still show a range', () => {
    const value = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 2 : 8));
    const out = new Ribbon();
    traceEnvelope(tracing(value), out, { stride: 6, pad: 1 });
    const [area] = [...outlines(out)];
    expect(area?.every(([, y]) => y === 19 || y === 81)).toBe(true);
    expect(area).toHaveLength(2 * Math.ceil(100 / 6));
  });
});

describe('paintRibbon', () => {
  const paper = 0xffffffff;
  const paint = (ribbon: Ribbon, alpha: number): number[][] => {
    const pixels = new Uint32Array(6 * 5).fill(paper);
    paintRibbon(pixels, 6, 5, { left: 10, top: 100, grain: 1 }, { ribbon, colour: '#000000', alpha });
    const rows = new Uint32Array(6 * 5);
    transpose(pixels, rows, 6, 5);
    // How dark each pixel is, 0 to 255, row by row.
    return Array.from({ length: 5 }, (_, row) =>
      Array.from({ length: 6 }, (_, column) => 255 - ((rows[row * 6 + column] as number) & 255)),
    );
  };

  it('covers whole pixels wholly, and those at the ends by their share', () => {
    const ribbon = new Ribbon();
    ribbon.add(11, 101, 103.5);
    ribbon.add(14, 101, 103.5);
    expect(paint(ribbon, 1)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 255, 255, 255, 0, 0],
      [0, 255, 255, 255, 0, 0],
      [0, 128, 128, 128, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
  });

  it('goes straight from one corner to the next, and leaves gaps empty', () => {
    const ribbon = new Ribbon();
    ribbon.add(10, 100, 102);
    ribbon.add(12, 102, 104);
    ribbon.lift();
    ribbon.add(14, 100, 105);
    ribbon.add(16, 100, 105);
    const rows = paint(ribbon, 1);
    const dark = (column: number): number =>
      rows.reduce((sum, row) => sum + (row[column] as number), 0) / 255;
    expect([0, 1, 2, 3, 4, 5].map((column) => Math.round(dark(column) * 10) / 10)).toEqual([
      2, 2, 0, 0, 5, 5,
    ]);
    expect(rows.map((row) => Math.round(((row[0] as number) / 255) * 10) / 10)).toEqual([0.5, 1, 0.5, 0, 0]);
  });

  it('lets what is below shine through, and stays within the picture', () => {
    const ribbon = new Ribbon();
    ribbon.add(-500, -900, 900);
    ribbon.add(500, -900, 900);
    for (const row of paint(ribbon, 0.25))
      for (const each of row) expect(Math.abs(each - 64)).toBeLessThanOrEqual(1);
  });
});

describe('transpose', () => {
  it('turns columns into rows, in pictures wider than a block and no multiple of it', () => {
    const [width, height] = [37, 5];
    const columns = Uint32Array.from({ length: width * height }, (_, i) => i);
    const rows = new Uint32Array(width * height);
    transpose(columns, rows, width, height);
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) expect(rows[y * width + x]).toBe(x * height + y);
    }
    transpose(columns, rows, width, height, 2);
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) expect(rows[y * width + x]).toBe((x >> 1) * height + y);
    }
  });
});

describe('simplify', () => {
  it('leaves out corners that nobody could see, and stays within the tolerance of each', () => {
    const next = random(8);
    const out = new Vertices();
    const given: [number, number][] = [];
    let y = 50;
    for (let x = 0; x < 600; x++) {
      if (x === 200 || x === 201) out.lift();
      y += Math.sin(x / 40) * 0.4 + (next() - 0.5) * 0.1;
      // A step straight up, as between two values in one column.
      if (x === 400) given.push([x, y], [x, (y += 30)]);
      else given.push([x, y]);
    }
    for (const [x, at] of given) {
      if (x === 200) out.lift();
      out.add(x, at);
    }
    const before = out.length;
    simplify(out, 0.15);
    expect(out.length).toBeLessThan(before / 3);
    const kept = stretches(out);
    expect(kept).toHaveLength(2);
    for (const [x, at] of given) {
      const stretch = kept[x < 200 ? 0 : 1] as number[][];
      const away = Math.min(
        ...stretch.slice(1).map(([bx, by], i) => {
          const [ax, ay] = stretch[i] as [number, number];
          if (x < ax - 1e-6 || x > (bx as number) + 1e-6) return Infinity;
          if (bx === ax) return Math.max(0, Math.min(ay, by as number) - at, at - Math.max(ay, by as number));
          return Math.abs(ay + ((x - ax) / ((bx as number) - ax)) * ((by as number) - ay) - at);
        }),
      );
      expect(away).toBeLessThanOrEqual(0.15 + 1e-4);
    }
  });

  it('keeps what is too short to be simplified', () => {
    const out = new Vertices();
    out.add(1, 1);
    out.lift();
    out.add(2, 2);
    out.add(3, 9);
    simplify(out, 0.15);
    expect(stretches(out)).toEqual([
      [[1, 1]],
      [
        [2, 2],
        [3, 9],
      ],
    ]);
  });
});

describe('traceSpikes', () => {
  it('finds the one column that stands out, and none in even noise', () => {
    const next = random(2);
    const noise = Array.from({ length: 10_000 }, () => 5 + next());
    const out = new Vertices();
    traceSpikes(tracing(noise), out);
    expect(out.length).toBe(0);
    noise[5050] = 9.5;
    traceSpikes(tracing(noise), out);
    expect(stretches(out)).toHaveLength(1);
    expect(stretches(out)[0]?.[0]).toEqual([50.5, 5]);
  });
});

describe('isBand', () => {
  it('tells a line that fills its columns from one that does not', () => {
    const next = random(4);
    expect(isBand(tracing(Array.from({ length: 10_000 }, () => next() * 10)))).toBe(true);
    expect(isBand(tracing(Array.from({ length: 10_000 }, (_, i) => i / 1000)))).toBe(false);
    expect(isBand(tracing(Array.from({ length: 150 }, () => next() * 10)))).toBe(false);
  });
});

describe('traceMarks', () => {
  it('has one for each value, and the extremes where they would lie on each other', () => {
    const out = new Vertices();
    traceMarks(tracing([1, nan, 3]), 7, out);
    expect(stretches(out).flat()).toHaveLength(2);
    traceMarks(tracing(Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 2 : 8))), 10, out);
    const rows = stretches(out)
      .flat()
      .map(([, y]) => y);
    expect(rows).toHaveLength(20);
    expect(new Set(rows)).toEqual(new Set([20, 80]));
  });
});

describe('a log scale', () => {
  it('has zero and below at the foot, marked', () => {
    const traced = tracing([1, 0, -3, 1], { kind: 'log', y: [0.1, 10], width: 40, x: [0, 4] });
    expect(line(traced)[0]?.map(([, y]) => Math.round(y as number))).toEqual([50, 100, 100, 50]);
    const out = new Vertices();
    traceFoot(traced, 5, out);
    expect(stretches(out).flat()).toEqual([
      [20.5, 100],
      [30.5, 100],
    ]);
  });

  it('has no marks at the foot where all is above 0', () => {
    const out = new Vertices();
    traceFoot(tracing([1, 2], { kind: 'log', y: [0.1, 10] }), 5, out);
    expect(out.length).toBe(0);
  });
});

describe('traceBeyond', () => {
  it('marks each stretch that leaves the plot, once', () => {
    const value = Array.from({ length: 100 }, (_, i) => (i >= 20 && i < 30 ? 50 : i === 70 ? 20 : 5));
    const out = new Vertices();
    traceBeyond(tracing(value, { x: [0, 100] }), 'high', out);
    expect(stretches(out).flat()).toEqual([
      [26, 0],
      [71.5, 0],
    ]);
    traceBeyond(tracing(value, { x: [0, 100] }), 'low', out);
    expect(out.length).toBe(0);
    // A line that ends beyond the edge is marked where it is, not where nothing is.
    const ended = value.map((each, i) => (i < 26 ? each : nan));
    traceBeyond(tracing(ended, { x: [0, 100] }), 'high', out);
    expect(stretches(out).flat()).toEqual([[24, 0]]);
  });
});
