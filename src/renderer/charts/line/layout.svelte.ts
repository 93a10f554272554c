/** A line chart from its data to its scales and to where everything lies; computed anew for what changed alone. */
import { untrack } from 'svelte';
import { makeScale, type Interval, type Scale } from '../core/scale.ts';
import { textWidth } from '../core/text-width.ts';
import { makeTicks, type Tick } from '../core/ticks.ts';
import { X_NAMES } from '../core/x-axis.ts';
import type { LineChartSpec, Series, XAxis } from '../types.ts';
import type { LineChoice } from './choice.svelte.ts';
import { xDomain, yDomain } from './domains.ts';
import { labelColumn, LEADER, type LabelText } from './end-labels.ts';
import { FrameStore, MANY, windowsOf, type Entry, type Frame, type Plot } from './frame.ts';
import { entriesWithNames, groupsIn, possibleAxes, shownGroups, strongOf } from './picks.ts';
import { lastValue } from './ranking.ts';
import { RedrawClock } from './redraw-clock.svelte.ts';
import { Viewport, type Axes2d } from './viewport.svelte.ts';
import { valueText, xUnit } from './words.ts';

/** What a line chart is given, read whenever it is needed. */
export interface LineGiven {
  readonly series: readonly Series[];
  readonly spec: LineChartSpec;
  readonly unit: 'share' | 'none';
  readonly choice: LineChoice;
  /** The y axis while nobody has zoomed; null: as the data has it. */
  readonly yDomain: Interval | null;
  /** Pixels of the stage. */
  readonly width: number;
  readonly height: number;
}

const TOP = 10;
/** A narrower chart says less. */
const COMPACT_BELOW = 560;

export class LineLayout {
  readonly store = new FrameStore();
  readonly view: Viewport = new Viewport((): Axes2d => ({
    x: this.x,
    y: this.y,
    axis: this.axis,
    full: this.fullX,
  }));
  readonly #given: LineGiven;
  readonly #clock: RedrawClock;

  /** Make it while a component is made. */
  constructor(given: LineGiven) {
    this.#given = given;
    this.#clock = new RedrawClock(() => {
      for (const { points } of given.series) void points.version;
    });
  }

  // ---- from what is given to entries

  /** Axes on which at least one line has a place. */
  readonly possible: ReadonlySet<XAxis> = $derived.by(() => possibleAxes(this.#given.series));
  /** An axis on which no line has a place shows nothing: then it is the steps. */
  readonly axis: XAxis = $derived.by(() =>
    this.possible.has(this.#given.spec.x) ? this.#given.spec.x : 'step',
  );
  readonly entries: readonly Entry[] = $derived.by(() => {
    void this.#clock.drawn;
    const { series, choice, spec } = this.#given;
    const wanted = { x: this.axis, smoothing: spec.smoothing };
    const shown = shownGroups(series, choice);
    return untrack(() => this.store.entries(series, wanted, (group) => shown.has(group)));
  });
  /** Those of this chart that stand out; what is picked in another chart alone changes nothing here. */
  readonly strong: ReadonlySet<string> = $derived.by(() => strongOf(this.entries, this.#given.choice));
  readonly isMany: boolean = $derived.by(() => this.entries.length > MANY);
  readonly groups: readonly string[] = $derived.by(() => groupsIn(this.entries));

  // ---- scales

  readonly xKind: LineChartSpec['xScale'] = $derived.by(() =>
    this.axis === 'time' ? 'linear' : this.#given.spec.xScale,
  );
  /** All of the data along x; null without any. */
  readonly fullX: Interval | null = $derived.by(() => xDomain(this.entries, this.axis, this.xKind));
  readonly hasData: boolean = $derived.by(() => this.fullX !== null);
  readonly xShown: Interval = $derived.by(() => this.view.x ?? this.fullX ?? ([0, 1] as const));
  readonly #auto = $derived.by(() =>
    yDomain(windowsOf(this.entries, this.xShown), this.#given.spec.yScale, {
      share: this.#given.unit === 'share',
    }),
  );
  readonly yShown: Interval = $derived.by(
    () => this.view.y ?? this.view.held ?? this.#given.yDomain ?? this.#auto.domain,
  );

  // ---- where things lie

  readonly isCompact: boolean = $derived.by(() => this.#given.width < COMPACT_BELOW);
  readonly bottom: number = $derived.by(() => Math.max(TOP + 40, this.#given.height - 22));
  readonly yTicks: readonly Tick[] = $derived.by(() => {
    if (!this.hasData) return [];
    const count = Math.min(6, Math.max(2, (this.bottom - TOP) / 44));
    const unit = this.#given.unit === 'share' ? 'share' : 'number';
    return makeTicks(this.#given.spec.yScale, this.yShown, count, unit);
  });
  readonly left: number = $derived.by(() =>
    Math.max(28, 12 + Math.ceil(Math.max(0, ...this.yTicks.map(({ label }) => textWidth(label))))),
  );
  /** Those whose names stand at the ends. */
  readonly named: readonly Entry[] = $derived.by(() => entriesWithNames(this.entries));
  /** The width that the names have beside the plot. */
  readonly column: number = $derived.by(() =>
    labelColumn(
      this.named.map((entry) => this.labelText(entry)),
      Math.min(180, this.#given.width * (this.isCompact ? 0.3 : 0.25)),
    ),
  );
  readonly right: number = $derived.by(() =>
    Math.max(
      this.left + 40,
      Math.floor(this.#given.width) - (this.named.length === 0 ? 12 : this.column + LEADER + 4),
    ),
  );
  readonly plot: Plot = $derived.by(() => ({
    left: this.left,
    right: this.right,
    top: TOP,
    bottom: this.bottom,
  }));
  readonly x: Scale = $derived.by(() => makeScale(this.xKind, this.xShown, [this.left, this.right]));
  readonly y: Scale = $derived.by(() => makeScale(this.#given.spec.yScale, this.yShown, [this.bottom, TOP]));
  readonly frame: Frame = $derived.by(() => ({
    plot: this.plot,
    x: this.x,
    y: this.y,
    entries: this.entries,
  }));
  readonly xTicks: readonly Tick[] = $derived.by(() =>
    this.hasData
      ? makeTicks(this.xKind, this.xShown, Math.max(2, (this.right - this.left) / 95), xUnit(this.axis))
      : [],
  );
  /** How much of x a pixel is. */
  readonly perPixel: number = $derived.by(
    () => (this.xShown[1] - this.xShown[0]) / Math.max(1, this.right - this.left),
  );
  readonly axisName: string = $derived.by(
    () => `${X_NAMES[this.axis].short}${this.xKind === 'log' ? ', log' : ''}`,
  );

  labelText({ series: each }: Entry): LabelText {
    const detail = this.isCompact ? valueText(this.#given.unit, lastValue(each)) : each.detail;
    return { name: each.label, detail };
  }
}
