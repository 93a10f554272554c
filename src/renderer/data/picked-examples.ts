/**
 * Examples by their numbers, far apart from each other: each is asked for alone, those in sight first, and kept.
 *
 * A page of a thousand would be one request, but 784 kB for a single image.
 */
export interface PickedImage {
  /** One image: [height, width, channels]. */
  readonly image: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

const MAX_IN_FLIGHT = 6;
/** 4,000 images of MNIST are 3 MB, as many reviews 5 MB. */
const MAX_KEPT = 4000;

export class PickedExamples<Example> {
  readonly #load: (index: number, signal: AbortSignal) => Promise<Example>;
  readonly #on: { readonly example: () => void; readonly problem: (error: unknown) => void };
  readonly #kept = new Map<number, Example>();
  readonly #inFlight = new Set<number>();
  readonly #end = new AbortController();
  #wanted: readonly number[] = [];

  constructor(
    load: (index: number, signal: AbortSignal) => Promise<Example>,
    on: { readonly example: () => void; readonly problem: (error: unknown) => void },
  ) {
    this.#load = load;
    this.#on = on;
  }

  get(index: number): Example | null {
    return this.#kept.get(index) ?? null;
  }

  /** What is in sight now, in the order in which it should come; what was wanted before and is not under way is forgotten. */
  want(indices: readonly number[]): void {
    this.#wanted = indices;
    this.#pump();
  }

  /** Ends it: answers that are still under way are dropped. */
  dispose(): void {
    this.#end.abort();
    this.#wanted = [];
    this.#kept.clear();
  }

  #pump(): void {
    for (const index of this.#wanted) {
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
      if (!this.#kept.has(index) && !this.#inFlight.has(index)) void this.#fill(index);
    }
  }

  async #fill(index: number): Promise<void> {
    const { signal } = this.#end;
    this.#inFlight.add(index);
    try {
      const example = await this.#load(index, signal);
      if (signal.aborted) return;
      this.#keep(index, example);
      this.#on.example();
    } catch (error) {
      if (signal.aborted) return;
      this.#wanted = [];
      this.#on.problem(error);
    } finally {
      this.#inFlight.delete(index);
    }
    this.#pump();
  }

  #keep(index: number, example: Example): void {
    this.#kept.set(index, example);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}
