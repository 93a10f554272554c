import type { SplitName } from '../../shared/data.ts';

/** On buttons. */
export const SPLIT_LABELS: Readonly<Record<SplitName, string>> = {
  train: 'Train',
  validation: 'Validation',
  test: 'Test',
};

/** In sentences: "60,000 training examples". */
export const SPLIT_WORDS: Readonly<Record<SplitName, string>> = {
  train: 'training',
  validation: 'validation',
  test: 'test',
};
