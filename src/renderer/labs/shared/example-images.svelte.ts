/** Images of a data set by their numbers, as they come: drawn as tiles, or shown large. */
import { untrack } from 'svelte';
import type { Problem } from '../../../shared/app.ts';
import type { SplitName } from '../../../shared/data.ts';
import { PickedExamples, type PickedImage } from '../../data/picked-examples.ts';
import { appProblem } from '../../data/problems.ts';
import { atlasOfImages, drawPicture, type Atlas } from '../../data/surface.ts';
import { themeRamps } from '../../data/theme-ramps.ts';
import { client, problemOf } from '../../state/client.svelte.ts';

export class ExampleImages {
  problem = $state.raw<Problem | null>(null);
  /** Grows with every image that comes. */
  #version = $state(0);
  readonly #picked: PickedExamples<PickedImage>;
  /** What was painted once, for the colours of the theme as it was. */
  readonly #painted = new WeakMap<Uint8Array, { readonly ramp: unknown; readonly atlas: Atlas }>();

  /** Make it while a component is made: `of` says which split of which data set, and may change. */
  constructor(of: () => { readonly dataSet: string; readonly split: SplitName }) {
    this.#picked = $derived.by(() => this.#make(of()));
    $effect(() => {
      const made = this.#picked;
      untrack(() => (this.problem = null));
      return () => made.dispose();
    });
  }

  /** Changes when tiles have to be drawn anew. */
  get version(): unknown {
    return [this.#version, this.#picked, themeRamps.sequential];
  }

  /** The image of an example, or null until it is there. */
  get(index: number): PickedImage | null {
    void this.#version;
    return this.#picked.get(index);
  }

  want(indices: readonly number[]): void {
    this.#picked.want(indices);
  }

  /** Draws an example's image into `size` x `size`, and says whether it is there. */
  draw(context: CanvasRenderingContext2D, index: number, x: number, y: number, size: number): boolean {
    const found = this.#picked.get(index);
    if (found === null) return false;
    const ramp = themeRamps.sequential;
    let kept = this.#painted.get(found.image);
    if (kept?.ramp !== ramp) {
      kept = { ramp, atlas: atlasOfImages(found.image, found.shape, ramp) };
      this.#painted.set(found.image, kept);
    }
    drawPicture(context, kept.atlas, 0, x, y, size);
    return true;
  }

  #make({ dataSet, split }: { readonly dataSet: string; readonly split: SplitName }) {
    return new PickedExamples<PickedImage>(
      async (index, signal) => {
        const query = { dataSet, split, label: null, offset: index, count: 1 };
        const page = await client().data.examples(query, { signal });
        return { image: page.images, shape: page.shape };
      },
      {
        example: () => this.#version++,
        problem: (error) => (this.problem = appProblem(problemOf(error))),
      },
    );
  }
}
