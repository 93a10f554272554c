/** What a person points at in a line chart, by pointer or by keys: the crosshair, what it reads, and the line that stands out. */
import type { Attachment } from 'svelte/attachments';
import { touch, type Box } from '../core/box.ts';
import { textWidth } from '../core/text-width.ts';
import type { Announcer } from './announcer.svelte.ts';
import { makeCallout } from './callout.ts';
import type { PointingCommand } from './chart-keys.ts';
import type { Entry } from './frame.ts';
import { gestures, type Rectangle } from './gestures.ts';
import type { LineGiven, LineLayout } from './layout.svelte.ts';
import { lastValue } from './ranking.ts';
import { nearestEntry, nextX, placeReadings, readingsAt, snap, type PlacedReading } from './readout.ts';
import { valueText, xText } from './words.ts';

/** A value of x, and the pointer's height where there is one. */
interface Cross {
  readonly x: number;
  readonly py: number | null;
}

export class LinePointing {
  /** The part that is being dragged out. */
  outline: Rectangle | null = $state.raw(null);
  #cross: Cross | null = $state.raw(null);
  readonly #given: LineGiven;
  readonly #layout: LineLayout;
  readonly #announcer: Announcer;
  /** This chart's name among those that share a crosshair. */
  readonly #id: string;

  constructor(given: LineGiven, layout: LineLayout, announcer: Announcer, id: string) {
    this.#given = given;
    this.#layout = layout;
    this.#announcer = announcer;
    this.#id = id;
  }

  // ---- what the crosshair reads

  /** This chart's own, or that of another one beside it. */
  readonly #pointed: Cross | null = $derived.by(() => {
    const shared = this.#given.choice.crosshair;
    if (this.#cross !== null) return this.#cross;
    const isOthers = shared !== null && shared.by !== this.#id && shared.axis === this.#layout.axis;
    return isOthers ? { x: shared.x, py: null } : null;
  });
  readonly #px: number | null = $derived.by(() => {
    const { hasData, x } = this.#layout;
    return this.#pointed === null || !hasData ? null : x.px(this.#pointed.x);
  });
  readonly #readings: readonly PlacedReading[] | null = $derived.by(() => {
    const { frame, plot, isMany, strong } = this.#layout;
    const px = this.#px;
    if (px === null || px < plot.left - 0.5 || px > plot.right + 0.5) return null;
    const all = readingsAt(frame, px);
    const told = isMany && strong.size > 0 ? all.filter(({ entry }) => strong.has(entry.group)) : all;
    return placeReadings(frame, told, 14, { strong, py: this.#pointed?.py ?? null });
  });
  /** Below the crosshair. */
  readonly tag: string = $derived.by(() =>
    this.#pointed === null ? '' : xText(this.#layout.axis, this.#pointed.x, this.#layout.perPixel),
  );
  readonly callout = $derived.by(() =>
    this.#readings === null || this.#px === null
      ? null
      : makeCallout(
          this.#layout.plot,
          this.#px,
          this.#readings.map((reading) => ({ reading, ...this.#textOf(reading) })),
        ),
  );
  /** Pixels of the x axis that the tag covers. */
  readonly covered: readonly [number, number] | null = $derived.by(() => {
    if (this.#readings === null || this.#px === null) return null;
    const half = textWidth(this.tag) / 2 + 8;
    return [this.#px - half, this.#px + half];
  });

  /** Words within the plot make room for the crosshair's. */
  isFree(box: Box): boolean {
    return this.callout?.boxes.every((other) => !touch(box, other)) ?? true;
  }

  #textOf({ entry, value, raw }: PlacedReading): { readonly text: string; readonly more: string } {
    const { strong, isMany } = this.#layout;
    const isSmoothed = entry.smooth !== null && strong.has(entry.group);
    const more = [
      isSmoothed ? `raw ${this.#format(raw)}` : '',
      isMany || entry.series.mark === 'rings' ? entry.series.label : '',
    ];
    return { text: this.#format(value), more: more.filter((part) => part !== '').join(' ') };
  }

  #format(value: number): string {
    return valueText(this.#given.unit, value);
  }

  // ---- by pointer

  readonly gestures: Attachment<HTMLElement> = gestures({
    plot: () => this.#layout.plot,
    hover: (px, py) => {
      const { frame, x } = this.#layout;
      const at = snap(frame, px);
      this.#point({ x: x.value(at), py });
      this.#given.choice.hovered = nearestEntry(frame, at, py)?.group ?? null;
    },
    leave: () => {
      this.clear();
      this.#given.choice.hovered = null;
    },
    press: () => {
      const { choice } = this.#given;
      if (choice.hovered !== null) choice.togglePinned(choice.hovered);
    },
    outline: (rectangle) => (this.outline = rectangle),
    select: ({ x0, x1, y: rows }) => this.#layout.view.select([x0, x1], rows),
    panStart: () => this.#layout.view.startPan(),
    pan: (dx, dy, area) => {
      const { view } = this.#layout;
      view.pan(area === 'y' ? null : dx, area === 'y' || (area === 'plot' && view.y !== null) ? dy : null);
    },
    panEnd: () => this.#layout.view.endPan(),
    zoom: (factor, px, py, area) => {
      const { view } = this.#layout;
      if (area === 'y') view.zoomY(factor, py);
      else view.zoomX(factor, px);
    },
    reset: () => this.#layout.view.reset(),
  });

  /** Takes this chart's own crosshair away. */
  clear(): void {
    this.#cross = null;
    const { choice } = this.#given;
    if (choice.crosshair?.by === this.#id) choice.crosshair = null;
  }

  #point(to: Cross): void {
    this.#cross = to;
    this.#given.choice.crosshair = { axis: this.#layout.axis, x: to.x, by: this.#id };
  }

  // ---- by keys

  /** Does what a key means; false where there is nothing that it could do. */
  obey(command: PointingCommand): boolean {
    const { fullX, xShown, frame, view, plot } = this.#layout;
    const { choice } = this.#given;
    switch (command.kind) {
      case 'step':
        if (fullX === null) return true;
        if (this.#cross === null) this.#goTo(xShown[command.by > 0 ? 0 : 1]);
        else this.#goTo(nextX(frame, this.#cross.x, command.by) ?? this.#cross.x);
        return true;
      case 'end':
        if (fullX !== null) this.#goTo(fullX[command.end]);
        return true;
      case 'line':
        this.#cycle(command.by);
        return true;
      case 'zoom':
        view.zoomX(command.factor, this.#px ?? (plot.left + plot.right) / 2);
        return true;
      case 'clear': {
        const isPointing = this.#cross !== null || choice.hovered !== null;
        if (!isPointing && !view.isZoomed) return false;
        if (!isPointing) view.reset();
        this.clear();
        choice.hovered = null;
        return true;
      }
    }
  }

  /** Puts the crosshair on a point; the view follows when it is beyond an edge. */
  #goTo(to: number): void {
    this.#point({ x: to, py: null });
    this.#layout.view.reveal(to);
    this.#announcer.say(this.#spoken(to));
  }

  /** The next line stands out. */
  #cycle(by: number): void {
    const { groups, entries } = this.#layout;
    const { choice } = this.#given;
    if (groups.length === 0) return;
    const at = choice.hovered === null ? (by > 0 ? -1 : 0) : groups.indexOf(choice.hovered);
    const next = groups[(at + by + groups.length) % groups.length] ?? null;
    choice.hovered = next;
    const series = entries.find(({ group }) => group === next)?.series;
    if (series === undefined) return;
    const name = spokenName(series);
    this.#announcer.say(`${name}, ${series.detail}, last ${this.#format(lastValue(series))}`);
  }

  #spoken(at: number): string {
    const { frame, x, axis, perPixel } = this.#layout;
    const told = readingsAt(frame, x.px(at));
    const values = told.map(({ entry, value }) => `${spokenName(entry.series)} ${this.#format(value)}`);
    return `${xText(axis, at, perPixel)}: ${values.length === 0 ? 'no values' : values.join(', ')}`;
  }
}

function spokenName({ mark, label }: Entry['series']): string {
  return mark === 'rings' ? `${label} validation` : label;
}
