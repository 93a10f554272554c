import { Texts, type LoadedDataSet, type Split } from '../../src/engine/data/index.ts';

/** A data set of these texts in memory; each example's label is the number in front of its text. */
export function textsData(
  splits: Readonly<Record<string, readonly (readonly [label: number, text: string])[]>>,
  id = 'small-texts',
): LoadedDataSet {
  const split = (rows: readonly (readonly [number, string])[]): Split => ({
    examples: rows.length,
    features: {
      text: { dtype: 'text', shape: [rows.length], data: Texts.from(rows.map(([, text]) => text)) },
      label: { dtype: 'uint8', shape: [rows.length], data: Uint8Array.from(rows, ([label]) => label) },
    },
  });
  return {
    info: {
      id,
      name: 'Small texts',
      description: 'For tests.',
      splits: Object.entries(splits).map(([name, rows]) => ({
        name: name as 'train' | 'validation' | 'test',
        examples: rows.length,
      })),
      features: [
        { name: 'text', dtype: 'text', shape: [] },
        { name: 'label', dtype: 'uint8', shape: [] },
      ],
      classes: ['negative', 'positive'],
      licence: 'None',
      source: { text: 'Tests', url: '' },
      files: [],
      bytes: 0,
    },
    splits: Object.fromEntries(Object.entries(splits).map(([name, rows]) => [name, split(rows)])),
    sha256: `hash of ${JSON.stringify(splits)}`,
  };
}
