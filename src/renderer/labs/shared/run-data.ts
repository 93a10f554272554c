/** What a run was trained on, as far as its pictures need it. */
import type { DataSetInfo, SplitName } from '../../../shared/data.ts';
import type { Run } from '../../../shared/runs.ts';
import { dataSets } from '../../data/data-sets.svelte.ts';
import type { ImageShape } from '../../data/paint.ts';
import type { ImageSize } from './drawing.ts';

export function dataSetIdOf(run: Run): string {
  return run.dataSet?.id ?? String(run.config['data'] ?? '');
}

/** Null when the data set is not known here any more. */
export function dataSetOf(run: Run): DataSetInfo | null {
  return dataSets.find(dataSetIdOf(run))?.info ?? null;
}

/** The size of the model's images; that of MNIST where it is not known. */
export function imageSizeOf(run: Run): ImageSize {
  const [height, width] = imageShapeOf(run);
  return { height, width };
}

/** The same with channels: 1 for grey images, 3 for colour. */
export function imageShapeOf(run: Run): ImageShape {
  const shape = dataSetOf(run)?.features.find(({ name }) => name === 'image')?.shape ?? [];
  return [shape[0] ?? 28, shape[1] ?? 28, shape[2] ?? 1];
}

/** Where images to look at are taken from: the test split, or another where there is none. Null without the data set. */
export function testSplitOf(run: Run): { readonly name: SplitName; readonly examples: number } | null {
  const splits = dataSetOf(run)?.splits ?? [];
  return splits.find(({ name }) => name === 'test') ?? splits[0] ?? null;
}

/** The class's name, or its number where it has none. */
export function className(classes: readonly string[], label: number): string {
  return classes[label] ?? String(label);
}
