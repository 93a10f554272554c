/** A run keeps its colour everywhere: given when it is first drawn, kept until it is hidden. */
import { SvelteSet } from 'svelte/reactivity';
import { ColourSlots, type RunColour } from './colour-slots.ts';

const slots = new ColourSlots();

/** The runs that are drawn; only these have a colour. */
export const shown = new SvelteSet<number>();

/** The colour of a run that is drawn; the first call gives it one. */
export function colourOf(run: number): RunColour {
  return slots.colourOf(run);
}

export function show(run: number): void {
  slots.colourOf(run);
  shown.add(run);
}

/** Hides a run; its colour is free for the next. */
export function release(run: number): void {
  slots.release(run);
  shown.delete(run);
}
