/** Which of the run colours is whose. The ninth run starts again with a dash, the seventeenth with another. */

export interface RunColour {
  /** Name of a colour token: "--run-1". */
  readonly token: string;
  /** SVG dash array; '' is a solid line. */
  readonly dash: string;
}

const COLOURS = 8;
const DASHES = ['', '6 3', '2 2'];

export class ColourSlots {
  readonly #slots = new Map<number, number>();

  /** The run's colour; a run without one takes the first that is free. */
  colourOf(run: number): RunColour {
    let slot = this.#slots.get(run);
    if (slot === undefined) {
      const taken = new Set(this.#slots.values());
      slot = 0;
      while (taken.has(slot)) slot++;
      this.#slots.set(run, slot);
    }
    return {
      token: `--run-${(slot % COLOURS) + 1}`,
      dash: DASHES[Math.floor(slot / COLOURS) % DASHES.length] as string,
    };
  }

  release(run: number): void {
    this.#slots.delete(run);
  }
}
