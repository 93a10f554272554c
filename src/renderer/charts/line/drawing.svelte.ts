/** What a line chart draws: marks on its canvas, names at the ends of lines, notes; and the same for a file. */
import { devicePixelRatio } from 'svelte/reactivity/window';
import { AreaLayer } from '../core/area-layer.ts';
import type { FigureSource } from '../core/export-figure.ts';
import { isArea, isStretched, type AreaMark, type Mark } from '../core/marks.ts';
import { paintMarks } from '../core/paint-canvas.ts';
import { token, tokenNumber } from '../core/tokens.svelte.ts';
import { marksToSvg } from '../core/write-svg.ts';
import type { ChartNote } from '../types.ts';
import { annotate, layoutNotes } from './annotations.ts';
import { labelBox, layoutLabels, type EndLabel } from './end-labels.ts';
import { crossesOf, gridMark, marksOf, type Entry } from './frame.ts';
import type { LineLayout } from './layout.svelte.ts';

export class LineDrawing {
  readonly #layout: LineLayout;
  readonly #notes: () => readonly ChartNote[];
  readonly #layer = new AreaLayer();

  constructor(layout: LineLayout, notes: () => readonly ChartNote[]) {
    this.#layout = layout;
    this.#notes = notes;
  }

  readonly marks: readonly Mark[] = $derived.by(() => {
    const { store, plot, y, yTicks, frame, strong } = this.#layout;
    return [
      gridMark(
        store.vertices('grid'),
        plot,
        yTicks.map(({ value }) => y.px(value)),
      ),
      ...marksOf(frame, store, {
        strong,
        envelopeAlpha: tokenNumber('--env-alpha'),
        rawAlpha: tokenNumber('--raw-alpha'),
      }),
    ];
  });
  readonly labels: readonly EndLabel[] = $derived.by(() => {
    const { frame, named, isMany, strong, column } = this.#layout;
    const labelled = isMany ? named.filter(({ group }) => strong.has(group)) : named;
    return layoutLabels(
      frame,
      labelled.filter((entry) => !this.#saysWhereItEnds(entry)),
      (entry) => this.#layout.labelText(entry),
      column,
    );
  });
  readonly notes = $derived.by(() => layoutNotes(this.#layout.frame, this.#notes()));
  readonly annotations = $derived.by(() => annotate(this.#layout.frame, this.labels.map(labelBox)));

  /** Where lines are drawn: a little more than the plot, so that one along its edge is whole. */
  readonly #clip = $derived.by(() => {
    const { left, right, top, bottom } = this.#layout.plot;
    return { left, top: top - 6, width: right - left, height: bottom - top + 8 };
  });

  /** Draws on a canvas of so many pixels of the page. What it reads is followed where an effect calls it. */
  draw(canvas: HTMLCanvasElement, width: number, height: number): void {
    const context = canvas.getContext('2d');
    if (!context || width === 0) return;
    const ratio = devicePixelRatio.current ?? 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#paint(context, (areas) =>
      this.#layer.paint(
        context,
        this.#clip,
        token('--surface'),
        areas.map(({ ribbon, colour, alpha }) => ({ ribbon, colour: token(colour), alpha })),
      ),
    );
  }

  /** For a file; `svg` is what lies over the canvas. */
  figure(title: string, meaning: string, svg: SVGSVGElement): FigureSource {
    const clip = this.#clip;
    return {
      title,
      meaning,
      svg,
      under: () =>
        `<clipPath id="plot"><rect x="${clip.left}" y="${clip.top}" width="${clip.width}" height="${clip.height}"/></clipPath>` +
        `<g clip-path="url(#plot)">${marksToSvg(this.marks.filter(isStretched), token)}</g>` +
        marksToSvg(
          this.marks.filter((mark) => !isStretched(mark)),
          token,
        ),
      paintUnder: (context) => this.#paint(context, (areas) => paintMarks(context, areas, token)),
    };
  }

  /** Lines and areas end at the edges of the plot; marks at an edge are whole. */
  #paint(context: CanvasRenderingContext2D, paintAreas: (areas: readonly AreaMark[]) => void): void {
    const [marks, clip] = [this.marks, this.#clip];
    context.save();
    context.beginPath();
    context.rect(clip.left, clip.top, clip.width, clip.height);
    context.clip();
    paintAreas(marks.filter(isArea));
    paintMarks(
      context,
      marks.filter((mark) => isStretched(mark) && !isArea(mark)),
      token,
    );
    context.restore();
    paintMarks(
      context,
      marks.filter((mark) => !isStretched(mark)),
      token,
    );
  }

  /** Its end is in view, and is a cross that has its name. */
  #saysWhereItEnds(entry: Entry): boolean {
    const { gaps } = entry.raw.pieces;
    const last = gaps.length - 1;
    return (
      gaps[last] !== undefined &&
      gaps[last].to >= entry.length &&
      crossesOf(entry, this.#layout.frame)[0]?.gap === last
    );
  }
}
