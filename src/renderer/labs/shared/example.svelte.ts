/** The example that a drawing begins with, as the address names it: "test-123". */
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

class ExampleState {
  problem = $state.raw<Problem | null>(null);

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
    } catch (error) {
      this.problem = appProblem(problemOf(error));
    }
  }
}

function forget(): void {
  pad.example = null;
  pad.exampleClass = null;
  setQuery({ image: null });
}

export const example = new ExampleState();
