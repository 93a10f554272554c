/** What a form offers word vectors to start from. */
import { RANDOM_VECTORS, type WordVectors } from '../../shared/vectors.ts';
import type { StartChoice } from './start-choices.ts';

/** Random ones, and the sets that were imported. What is chosen is among them even if it is gone. */
export function vectorsChoices(sets: readonly WordVectors[], chosen: string): readonly StartChoice[] {
  const offered = [
    { value: RANDOM_VECTORS, label: 'random' },
    ...sets.map(({ id, words, width }) => ({
      value: id,
      label: `${id} (${words.toLocaleString('en')} words, ${width} numbers)`,
    })),
  ];
  return offered.some(({ value }) => value === chosen)
    ? offered
    : [...offered, { value: chosen, label: chosen }];
}
