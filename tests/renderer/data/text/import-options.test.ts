import { describe, expect, it } from 'vitest';
import {
  columnOptions,
  NO_COLUMN,
  optionsProblem,
} from '../../../../src/renderer/data/text/import-options.ts';

const CLASSES = [
  { name: 'good', rows: 3 },
  { name: 'bad', rows: 2 },
];
const table = { format: 'csv', classes: CLASSES, isWhole: true } as const;
const chosen = { textColumn: 'review', labelColumn: 'stars' };

describe('what still has to be chosen', () => {
  it('is nothing where both columns are', () => {
    expect(optionsProblem(table, chosen)).toBeNull();
  });
  it('is named, one thing after another', () => {
    expect(optionsProblem(null, chosen)).toMatch(/path/);
    expect(optionsProblem(table, { ...chosen, textColumn: null })).toMatch(/column of the texts/);
    expect(optionsProblem(table, { ...chosen, labelColumn: null })).toMatch(/column of the labels/);
    expect(optionsProblem(table, { textColumn: 'a', labelColumn: 'a' })).toMatch(/a column each/);
  });
  it('needs no columns of a folder', () => {
    expect(
      optionsProblem({ ...table, format: 'folder' }, { textColumn: null, labelColumn: null }),
    ).toBeNull();
  });
  it('needs two classes, as far as all rows are known', () => {
    const one = { ...table, classes: CLASSES.slice(0, 1) };
    expect(optionsProblem(one, chosen)).toMatch(/one class, “good”/);
    expect(optionsProblem({ ...one, isWhole: false }, chosen)).toBeNull();
  });
});

it('offers each column, and none where that is a choice', () => {
  const [none, first] = columnOptions('Names in', ['id'], true);
  expect(none).toEqual({ value: NO_COLUMN, label: 'Names in no column', disabled: false });
  expect(first?.label).toBe('Names in “id”');
  expect(columnOptions('Texts in', ['id'], false)[0]?.disabled).toBe(true);
});
