/** Padding of batches. Pure. */
import type { PaddedBatch } from '../../../shared/texts.ts';

/** Share of a batch's places that hold padding; 0 for one without rows. */
export function paddingShare({ lengths, width }: Pick<PaddedBatch, 'lengths' | 'width'>): number {
  const places = lengths.length * width;
  return places === 0 ? 0 : 1 - lengths.reduce((sum, length) => sum + length, 0) / places;
}
