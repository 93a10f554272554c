/** An example as an address names it: "test-123". */
import { SPLIT_NAMES, type SplitName } from '../../../shared/data.ts';
import { formatCount } from '../../format.ts';

export interface ExampleName {
  readonly split: SplitName;
  /** Its number in the split. */
  readonly index: number;
}

/** Null for what names no example. */
export function parseExample(text: string | null | undefined): ExampleName | null {
  const match = /^([a-z]+)-(\d{1,9})$/.exec(text ?? '');
  const split = SPLIT_NAMES.find((each) => each === match?.[1]);
  return split === undefined || match === null ? null : { split, index: Number(match[2]) };
}

export function formatExample({ split, index }: ExampleName): string {
  return `${split}-${index}`;
}

const SPLITS: Readonly<Record<SplitName, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
};

/** "Test example 1,234"; null for what names no example. */
export function exampleWords(text: string | null | undefined): string | null {
  const name = parseExample(text);
  return name === null ? null : `${SPLITS[name.split]} example ${formatCount(name.index)}`;
}
