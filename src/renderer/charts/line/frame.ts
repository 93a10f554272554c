/**
 * One frame of a line chart: which series are in it, where the axes lie, and what is drawn. Computed anew for every zoom and
 * every batch of points, from indexes that are not.
 */
import { columnBounds, columnGrid } from '../core/columns.ts';
import type { Mark } from '../core/marks.ts';
import type { Interval, Scale } from '../core/scale.ts';
import { lowerBound, upperBound } from '../core/search.ts';
import { Ribbon } from '../core/ribbon.ts';
import { rawIndexOf, SmoothIndex, type RawIndex } from '../core/series-index.ts';
import { decayLength, steadyExtent } from '../core/smoothing.ts';
import { simplify } from '../core/simplify.ts';
import { fillSpans, makeSpans, type Spans } from '../core/spans.ts';
import { isBand, traceEnvelope, traceSpikes } from '../core/trace-area.ts';
import { traceLine, type LineTracing } from '../core/trace-line.ts';
import { traceBeyond, traceFoot, traceMarks } from '../core/trace-marks.ts';
import { visibleCount, type Tracing } from '../core/tracing.ts';
import { Vertices } from '../core/vertices.ts';
import { rawAt, xAccess, xAt, type XAccess } from '../core/x-axis.ts';
import type { LineChartSpec, Series } from '../types.ts';
import type { Window } from './domains.ts';

/** Where the data is drawn, in pixels of the chart's box. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A series with all that a frame needs of it. */
export interface Entry {
  readonly series: Series;
  readonly group: string;
  readonly access: XAccess;
  readonly length: number;
  readonly raw: RawIndex;
  /** Null: the values are drawn as they are. */
  readonly smooth: SmoothIndex | null;
}

/** Keeps buffers and smoothed values of a chart from frame to frame. */
export class FrameStore {
  readonly #smooth = new Map<string, SmoothIndex>();
  readonly #ribbons = new Map<string, Ribbon>();
  readonly #vertices = new Map<string, Vertices>();
  readonly #bounds = new Map<string, Int32Array>();
  readonly #spans = new Map<string, Spans>();

  /** The series that are shown, have points, and a place on the axis. All of them set the length of the smoothing. */
  entries(
    series: readonly Series[],
    spec: Pick<LineChartSpec, 'x' | 'smoothing'>,
    isShown: (group: string) => boolean,
  ): Entry[] {
    const tau = decayLength(spec.smoothing, steadyExtent(longestExtent(series)));
    return series.flatMap((each) => {
      const access = xAccess(each, spec.x);
      if (access === null || each.points.length === 0 || !isShown(each.group ?? each.id)) return [];
      const raw = rawIndexOf(each.points);
      return [
        {
          series: each,
          group: each.group ?? each.id,
          access,
          length: each.points.length,
          raw,
          smooth: each.mark === 'rings' || tau === 0 ? null : this.#smoothed(each, tau, raw),
        },
      ];
    });
  }

  #smoothed(series: Series, tau: number, raw: RawIndex): SmoothIndex {
    let index = this.#smooth.get(series.id);
    if (index?.tau !== tau) {
      index = new SmoothIndex(tau);
      this.#smooth.set(series.id, index);
    }
    index.update(series.points, raw);
    return index;
  }

  ribbon(id: string): Ribbon {
    let ribbon = this.#ribbons.get(id);
    if (ribbon === undefined) {
      ribbon = new Ribbon();
      this.#ribbons.set(id, ribbon);
    }
    return ribbon;
  }

  vertices(key: string): Vertices {
    let vertices = this.#vertices.get(key);
    if (vertices === undefined) {
      vertices = new Vertices();
      this.#vertices.set(key, vertices);
    }
    return vertices;
  }

  bounds(id: string, columns: number): Int32Array {
    let bounds = this.#bounds.get(id);
    if (bounds === undefined || bounds.length < columns + 1) {
      bounds = new Int32Array(columns + 1);
      this.#bounds.set(id, bounds);
    }
    return bounds;
  }

  spans(id: string, columns: number): Spans {
    let spans = this.#spans.get(id);
    if (spans === undefined || spans.top.length < columns) {
      spans = makeSpans(columns);
      this.#spans.set(id, spans);
    }
    return spans;
  }
}

function longestExtent(series: readonly Series[]): number {
  let longest = 0;
  for (const { points } of series) {
    if (points.length < 2) continue;
    longest = Math.max(longest, (points.step[points.length - 1] as number) - (points.step[0] as number));
  }
  return longest;
}

/** The points of each series that lie between two values of x. */
export function windowsOf(entries: readonly Entry[], [low, high]: Interval): Window[] {
  return entries.map(({ series, access, length, raw }) => ({
    values: series.points.value,
    raw,
    from: lowerBound(access.sorted, rawAt(access, low), 0, length),
    to: upperBound(access.sorted, rawAt(access, high), 0, length),
  }));
}

export interface Frame {
  readonly plot: Plot;
  readonly x: Scale;
  readonly y: Scale;
  readonly entries: readonly Entry[];
}

/** Hairlines across the plot, below all data. */
export function gridMark(vertices: Vertices, plot: Plot, rows: readonly number[]): Mark {
  vertices.clear();
  for (const row of rows) {
    const crisp = Math.round(row) + 0.5;
    vertices.add(plot.left, crisp);
    vertices.add(plot.right, crisp);
    vertices.lift();
  }
  return { kind: 'line', vertices, colour: '--line', alpha: 1, width: 1, dash: [] };
}

/** How series stand out. */
export interface Emphasis {
  /** Groups that are hovered or pinned; empty: none stands out. */
  readonly strong: ReadonlySet<string>;
  readonly envelopeAlpha: number;
  readonly rawAlpha: number;
}

/** Lines from which on only those that stand out keep their colour and have a name. */
export const MANY = 8;
/** Points a pixel below which they are drawn as a line of their own; above, their extremes are an area. */
const SPARSE = 0.25;
/** Columns of a stretch at least: half the corners, which is what an area costs, and a spike is twice as wide. */
const STRIDE = 2;
/** Points that a stretch of the area holds at least, so that it shows a range. */
const IN_A_STRETCH = 3;
/** Pixels by which a line may differ from what it stands for. */
const INVISIBLE = 0.15;
/** At most so many crosses for one series. */
const MOST_CROSSES = 40;
/** And so many dots for values without a neighbour. */
const MOST_LONE = 200;

/** What is drawn, from the back to the front. */
export function marksOf(frame: Frame, store: FrameStore, emphasis: Emphasis): Mark[] {
  const back: Mark[] = [];
  const lines: Mark[] = [];
  const front: Mark[] = [];
  const grid = columnGrid(frame.x);
  const many = frame.entries.length > MANY;
  const ordered = [...frame.entries].sort(
    (a, b) => Number(emphasis.strong.has(a.group)) - Number(emphasis.strong.has(b.group)),
  );
  for (const entry of ordered) {
    const { series } = entry;
    const strong = emphasis.strong.has(entry.group);
    const faded = emphasis.strong.size > 0 && !strong;
    const colour = faded && many ? '--ctl' : series.colour;
    const alpha = faded ? 0.35 : 1;
    const dash = series.dash === '' ? [] : series.dash.split(' ').map(Number);
    const bounds = store.bounds(series.id, grid.count);
    columnBounds(grid, entry.access, entry.length, bounds);
    const spans = store.spans(series.id, grid.count);
    fillSpans(spans, grid, bounds, entry.raw.extremes, frame.y);
    const tracing: Tracing = {
      access: entry.access,
      length: entry.length,
      values: series.points.value,
      pieces: entry.raw.pieces,
      grid,
      bounds,
      spans,
      x: frame.x,
      y: frame.y,
    };
    const own = (part: string): Vertices => store.vertices(`${series.id} ${part}`);

    if (series.mark === 'rings') {
      const rings = own('rings');
      traceMarks(tracing, 7, rings);
      front.push({
        kind: 'rings',
        vertices: rings,
        colour,
        alpha,
        radius: strong ? 4 : 3,
        fill: '--surface',
      });
    } else {
      if (entry.smooth !== null) {
        const perColumn = visibleCount(tracing) / grid.count;
        if (perColumn < SPARSE) {
          const raw = own('raw');
          traceLine(tracing, raw);
          back.push({
            kind: 'line',
            vertices: raw,
            colour,
            alpha: alpha * emphasis.rawAlpha,
            width: 1,
            dash: [],
          });
        } else {
          const band = store.ribbon(series.id);
          traceEnvelope(tracing, band, { stride: Math.max(STRIDE, Math.ceil(IN_A_STRETCH / perColumn)) });
          back.push({ kind: 'area', ribbon: band, colour, alpha: alpha * emphasis.envelopeAlpha });
        }
        if (perColumn >= 1) {
          const spikes = own('spikes');
          traceSpikes(tracing, spikes);
          back.push({ kind: 'line', vertices: spikes, colour, alpha: alpha * 0.7, width: 1, dash: [] });
        }
      }
      const width = strong ? 2.5 : 1.75;
      const line = own('line');
      if (entry.smooth === null && isBand(tracing)) {
        const band = store.ribbon(series.id);
        traceEnvelope(tracing, band, { pad: width / 2 });
        lines.push({ kind: 'area', ribbon: band, colour, alpha });
      } else {
        if (entry.smooth === null) traceLine(tracing, line);
        else traceLine(smoothTracing(tracing, entry.smooth), line, bendsSlowly(tracing, entry) ? 2 : 1);
        simplify(line, INVISIBLE);
        lines.push({ kind: 'line', vertices: line, colour, alpha, width, dash });
      }
    }
    addSpecials(front, frame, entry, tracing, own, { colour, alpha });
  }
  return [...back, ...lines, ...front];
}

/** The smoothed values bend over several columns, so that their extremes within one are its first and last. */
function smoothTracing(tracing: Tracing, { values }: SmoothIndex): LineTracing {
  return { ...tracing, values, spans: null };
}

/** Pixels over which a smoothed line bends, from which on a corner in every other column draws the same. */
const SLOW_PX = 8;

/** Whether the smoothing reaches over so many columns everywhere; on a log axis it does not. */
function bendsSlowly({ grid, bounds, x }: Tracing, { series, smooth }: Entry): boolean {
  const { step } = series.points;
  const first = step[bounds[0] as number];
  const last = step[(bounds[grid.count] as number) - 1];
  if (smooth === null || x.kind === 'log' || first === undefined || last === undefined) return false;
  return smooth.tau * grid.count * grid.width >= SLOW_PX * (last - first);
}

/** Live ends, values without a neighbour, crosses, breaks, values at the foot and beyond the edges. */
function addSpecials(
  front: Mark[],
  frame: Frame,
  entry: Entry,
  tracing: Tracing,
  own: (part: string) => Vertices,
  style: { readonly colour: string; readonly alpha: number },
): void {
  const { pieces } = entry.raw;
  const { plot } = frame;
  const inside = (x: number): boolean => x >= plot.left - 0.5 && x <= plot.right + 0.5;

  if (entry.series.live && entry.series.mark === 'line') {
    const end = own('end');
    end.clear();
    const last = entry.length - 1;
    const at = frame.x.px(xAt(entry.access, last));
    const value = drawnValue(entry, last);
    if (inside(at) && Number.isFinite(value)) end.add(at, frame.y.px(value));
    front.push({ kind: 'dots', vertices: end, ...style, radius: 4, halo: 8 });
  }
  if (entry.series.mark === 'line') {
    const lone = own('lone');
    lone.clear();
    for (const place of lonesOf(entry, frame).slice(0, MOST_LONE)) lone.add(place.x, place.y);
    if (lone.length > 0) front.push({ kind: 'dots', vertices: lone, ...style, radius: 2.5, halo: 0 });
  }
  if (pieces.gaps.length > 0) {
    const crosses = own('crosses');
    crosses.clear();
    for (const place of crossesOf(entry, frame).slice(0, MOST_CROSSES)) crosses.add(place.x, place.y);
    front.push({ kind: 'crosses', vertices: crosses, ...style, radius: 4 });
  }
  if (entry.series.mark === 'line' && entry.series.points.resumedAt.length > 0) {
    const breaks = own('breaks');
    breaks.clear();
    for (const place of breaksOf(entry, frame)) breaks.add(place.x, place.y);
    front.push({ kind: 'breaks', vertices: breaks, ...style, radius: 4 });
  }
  const { grid, bounds } = tracing;
  const { extremes } = entry.raw;
  extremes.range(bounds[0] as number, bounds[grid.count] as number);
  const { min, max } = extremes;
  if (frame.y.kind === 'log' && min <= 0) {
    const foot = own('foot');
    traceFoot(tracing, 8, foot);
    front.push({ kind: 'rings', vertices: foot, ...style, radius: 3, fill: '--surface' });
  }
  if (max > frame.y.domain[1]) {
    const above = own('above');
    traceBeyond(tracing, 'high', above);
    front.push({ kind: 'triangles', vertices: above, ...style, radius: 4, up: true });
  }
  if (min < frame.y.domain[0]) {
    const below = own('below');
    traceBeyond(tracing, 'low', below);
    front.push({ kind: 'triangles', vertices: below, ...style, radius: 4, up: false });
  }
}

/** What the line shows at a point: the smoothed value where there is one. */
export function drawnValue(entry: Entry, index: number): number {
  return (entry.smooth?.values[index] ?? entry.series.points.value[index]) as number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Values in the plot that no line leads to or from: the only one of a series, or one between two gaps. */
export function lonesOf(entry: Entry, { plot, x, y }: Frame): Place[] {
  const { starts, ends } = entry.raw.pieces;
  return starts.flatMap((start, piece) => {
    if ((ends[piece] as number) - start > 1) return [];
    const place = { x: x.px(xAt(entry.access, start)), y: y.px(drawnValue(entry, start)) };
    const isInside =
      place.x >= plot.left - 0.5 &&
      place.x <= plot.right + 0.5 &&
      place.y >= plot.top - 0.5 &&
      place.y <= plot.bottom + 0.5;
    return isInside ? [place] : [];
  });
}

/** Where the values were last finite before each gap that is in the plot, and the gap's place in the list. */
export function crossesOf(entry: Entry, frame: Frame): (Place & { readonly gap: number })[] {
  const places: (Place & { gap: number })[] = [];
  const { plot, x, y } = frame;
  entry.raw.pieces.gaps.forEach((gap, index) => {
    const last = gap.from - 1;
    // Gaps of two kinds that touch have one cross.
    if (last >= 0 && !Number.isFinite(entry.series.points.value[last])) return;
    const at = x.px(xAt(entry.access, Math.max(0, last)));
    if (at < plot.left - 0.5 || at > plot.right + 0.5) return;
    const height = last < 0 ? plot.top : y.px(drawnValue(entry, last));
    places.push({ x: at, y: Math.min(Math.max(height, plot.top), plot.bottom), gap: index });
  });
  return places;
}

/** Where the run went on after an interruption: in the middle between the ends of the line. */
export function breaksOf(entry: Entry, frame: Frame): (Place & { readonly step: number })[] {
  const { starts, ends } = entry.raw.pieces;
  const { step } = entry.series.points;
  const places: (Place & { step: number })[] = [];
  for (const resumed of entry.series.points.resumedAt) {
    // The piece that begins with the first step after the resume, if it follows on the one before it.
    const piece = starts.findIndex((start) => (step[start] as number) > resumed);
    if (piece < 1) continue;
    const before = (ends[piece - 1] as number) - 1;
    const after = starts[piece] as number;
    const x = (frame.x.px(xAt(entry.access, before)) + frame.x.px(xAt(entry.access, after))) / 2;
    if (x < frame.plot.left || x > frame.plot.right) continue;
    const y = (frame.y.px(drawnValue(entry, before)) + frame.y.px(drawnValue(entry, after))) / 2;
    places.push({ x, y: Math.min(Math.max(y, frame.plot.top), frame.plot.bottom), step: resumed });
  }
  return places;
}
