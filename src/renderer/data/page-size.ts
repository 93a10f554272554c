import type { DataSetInfo } from '../../shared/data.ts';

/** What a request may weigh, in bytes of images: some milliseconds of work at each end, so that a place jumped to is soon there. */
const PAGE_BYTES = 200_000;
const FEWEST = 16;
const MOST = 250;

/** Images in a request for a grid: 250 of MNIST, 65 of CIFAR-10. */
export function pageSizeFor({ features }: Pick<DataSetInfo, 'features'>): number {
  const shape = features.find(({ name }) => name === 'image')?.shape ?? [];
  const bytes = shape.reduce((product, size) => product * size, 1);
  return Math.max(FEWEST, Math.min(MOST, Math.floor(PAGE_BYTES / bytes)));
}
