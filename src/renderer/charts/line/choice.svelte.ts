/** What a person has picked among the lines: hidden, alone, pinned, hovered. Charts of the same runs can share one. */
import { SvelteSet } from 'svelte/reactivity';
import type { XAxis } from '../types.ts';

/** A place on the x axis that charts side by side point at together. */
export interface SharedCrosshair {
  readonly axis: XAxis;
  readonly x: number;
  /** The chart that a person points at. */
  readonly by: string;
}

export class LineChoice {
  readonly hidden = new SvelteSet<string>();
  readonly pinned = new SvelteSet<string>();
  /** The only group that is drawn, or null. */
  solo: string | null = $state(null);
  hovered: string | null = $state(null);
  crosshair: SharedCrosshair | null = $state.raw(null);

  isShown(group: string): boolean {
    return this.solo === null ? !this.hidden.has(group) : this.solo === group;
  }

  setShown(group: string, shown: boolean): void {
    this.solo = null;
    if (shown) this.hidden.delete(group);
    else this.hidden.add(group);
  }

  /** Shows these alone and hides the other ones. */
  showOnly(groups: readonly string[], all: readonly string[]): void {
    this.solo = null;
    this.hidden.clear();
    for (const group of all) if (!groups.includes(group)) this.hidden.add(group);
  }

  showAll(): void {
    this.solo = null;
    this.hidden.clear();
  }

  togglePinned(group: string): void {
    if (!this.pinned.delete(group)) this.pinned.add(group);
  }

  toggleSolo(group: string): void {
    this.solo = this.solo === group ? null : group;
  }

  /** Whether it stands out. */
  isStrong(group: string): boolean {
    return this.hovered === group || this.pinned.has(group);
  }
}
