/** What a person did to the axes of a line chart: zoomed, panned, or nothing, and then it follows the data. */
import { shifted, within, zoomed, type Interval, type Scale } from '../core/scale.ts';
import type { ScaleKind, XAxis } from '../types.ts';

/** The axes as they are shown now. */
export interface Axes2d {
  readonly x: Scale;
  readonly y: Scale;
  readonly axis: XAxis;
  /** All of the data along x; null without any. */
  readonly full: Interval | null;
}

export class Viewport {
  /** Null: all of the data. */
  x: Interval | null = $state.raw(null);
  y: Interval | null = $state.raw(null);
  /** The y axis as it was when panning began: it stays, so that only what is panned moves. */
  held: Interval | null = $state.raw(null);
  readonly #axes: () => Axes2d;
  #panFrom: Axes2d | null = null;

  constructor(axes: () => Axes2d) {
    this.#axes = axes;
  }

  get isZoomed(): boolean {
    return this.x !== null || this.y !== null;
  }

  reset(): void {
    this.x = null;
    this.y = null;
    this.held = null;
  }

  resetX(): void {
    this.x = null;
    this.held = null;
  }

  resetY(): void {
    this.y = null;
    this.held = null;
  }

  /** Around a pixel, which stays where it is; below 1 goes nearer. */
  zoomX(factor: number, around: number): void {
    const { x } = this.#axes();
    this.held = null;
    this.#setX(zoomed(x, factor, clamp(around, x.range)));
  }

  zoomY(factor: number, around: number): void {
    const { y } = this.#axes();
    this.y = zoomed(y, factor, clamp(around, y.range));
  }

  /** The part between two pixels of x and, where they are given, of y. */
  select([from, to]: Interval, rows: Interval | null): void {
    const { x, y } = this.#axes();
    if (to - from < 4) return;
    if (rows !== null) this.y = [y.value(rows[1]), y.value(rows[0])];
    this.held = null;
    this.#setX([x.value(from), x.value(to)]);
  }

  startPan(): void {
    this.#panFrom = this.#axes();
  }

  /** Pixels since the start of panning; null: this axis is not panned. */
  pan(dx: number | null, dy: number | null): void {
    const from = this.#panFrom;
    if (from === null) return;
    if (dx !== null) {
      if (this.y === null) this.held = from.y.domain;
      if (this.x !== null) this.#setX(shifted(from.x, -dx));
    }
    if (dy !== null) this.y = shifted(from.y, -dy);
  }

  endPan(): void {
    this.#panFrom = null;
  }

  /** Moves so far that a value of x is well in view. */
  reveal(value: number): void {
    const { x, y } = this.#axes();
    const [left, right] = x.range;
    const at = x.px(value);
    if (at >= left - 0.5 && at <= right + 0.5) return;
    if (this.y === null) this.held = y.domain;
    const margin = (right - left) / 4;
    this.#setX(shifted(x, at < left ? at - left - margin : at - right + margin));
  }

  #setX(domain: Interval): void {
    const { x, axis, full } = this.#axes();
    if (full === null) return;
    const inside = within(x.kind, domain, full);
    if (inside[1] - inside[0] < leastExtent(axis, x.kind, full)) return;
    this.x = inside[0] <= full[0] && inside[1] >= full[1] ? null : inside;
  }
}

/** Nearer than this, there is nothing between two points. */
function leastExtent(axis: XAxis, kind: ScaleKind, [low, high]: Interval): number {
  if (kind === 'linear' && axis === 'step') return 4;
  if (kind === 'linear' && axis === 'time') return 10;
  return (high - low) * 1e-7;
}

function clamp(px: number, [from, to]: Interval): number {
  return Math.min(Math.max(px, Math.min(from, to)), Math.max(from, to));
}
