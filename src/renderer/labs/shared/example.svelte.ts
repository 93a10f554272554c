/** The image that a drawing begins with: an example, as the address names it ("test-123"), or a person's own picture. */
import { untrack } from 'svelte';
import type { Problem } from '../../../shared/app.ts';
import type { SplitName } from '../../../shared/data.ts';
import type { Run } from '../../../shared/runs.ts';
import { appProblem } from '../../data/problems.ts';
import { client, problemOf } from '../../state/client.svelte.ts';
import { route, setQuery } from '../../state/route.svelte.ts';
import { EMPTY_DRAWING, fitsShape, undo } from './drawing.ts';
import { formatExample, parseExample, type ExampleName } from './example-name.ts';
import { pad } from './pad-state.svelte.ts';
import { className, dataSetIdOf, dataSetOf, imageShapeOf } from './run-data.ts';

/** What the service takes of a file's name: the end tells more than the beginning. */
const MOST_NAME = 200;

class ExampleState {
  problem = $state.raw<Problem | null>(null);
  /** A picture is on its way. */
  isReading = $state(false);

  /** Loads what the address names onto the sheet, for the life of the component that calls it. */
  follow(runOf: () => Run): void {
    const wanted = $derived(route.query['image'] ?? null);
    $effect(() => {
      // The sheet outlives the page: what was drawn for other images is no image for this model.
      const run = runOf();
      if (dataSetOf(run) === null || fitsShape(pad.drawing, imageShapeOf(run))) return;
      untrack(() => {
        pad.drawing = EMPTY_DRAWING;
        pad.example = null;
        pad.exampleClass = null;
        pad.picture = null;
      });
    });
    $effect(() => {
      const info = dataSetOf(runOf());
      const name = parseExample(wanted);
      if (wanted === null || name === null || info === null) return;
      if (untrack(() => pad.example) === wanted) return;
      void this.#load(wanted, name, untrack(runOf), info.classes);
    });
  }

  /** Takes any one of a split's examples. */
  takeFrom(split: { readonly name: SplitName; readonly examples: number } | null): void {
    if (split === null) return;
    const index = Math.floor(Math.random() * split.examples);
    setQuery({ image: formatExample({ split: split.name, index }) });
  }

  /** Takes a PNG or JPEG file, at the size of the images of `run`. */
  async takePicture(file: File, run: Run): Promise<void> {
    this.problem = null;
    this.isReading = true;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const name = file.name.slice(-MOST_NAME);
      const { image } = await client().inspect.picture({ run: run.number, bytes, name });
      forget();
      pad.drawing = { base: new Uint8Array(image), strokes: [] };
      pad.picture = file.name;
    } catch (error) {
      this.problem = appProblem(problemOf(error));
    } finally {
      this.isReading = false;
    }
  }

  clear(): void {
    pad.drawing = EMPTY_DRAWING;
    forget();
  }

  takeBack(): void {
    pad.drawing = undo(pad.drawing);
    if (pad.drawing.base === null) forget();
  }

  async #load(
    wanted: string,
    { split, index }: ExampleName,
    run: Run,
    classes: readonly string[],
  ): Promise<void> {
    this.problem = null;
    try {
      const query = { dataSet: dataSetIdOf(run), split, label: null, offset: index, count: 1 };
      const page = await client().data.examples(query);
      const label = page.labels[0];
      // Another one may be wanted by now.
      if (label === undefined || route.query['image'] !== wanted) return;
      pad.drawing = { base: new Uint8Array(page.images), strokes: [] };
      pad.example = wanted;
      pad.exampleClass = className(classes, label);
      pad.picture = null;
    } catch (error) {
      this.problem = appProblem(problemOf(error));
    }
  }
}

function forget(): void {
  pad.example = null;
  pad.exampleClass = null;
  pad.picture = null;
  setQuery({ image: null });
}

export const example = new ExampleState();
