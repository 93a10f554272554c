import { describe, expect, it } from 'vitest';
import {
  changedNames,
  defaultValues,
  fitsSegments,
  groupsOf,
  matchingPreset,
  valuesWith,
} from '../../../src/renderer/train/form-values.ts';
import type { Fields } from '../../../src/shared/fields.ts';

const fields: Fields = {
  epochs: { kind: 'integer', label: 'Epochs', group: 'Run', help: '', default: 12, min: 1, max: 100 },
  units: { kind: 'integer', label: 'Units', group: 'Model', help: '', default: 512, min: 1, max: 4096 },
  optimizer: { kind: 'choice', label: 'Optimizer', help: '', default: 'adam', choices: ['adam', 'sgd'] },
};
const quick = { name: 'Quick', help: '', values: { units: 64 } };
const lab = { fields, presets: [quick] };

describe('the values of a form', () => {
  it('start from the defaults, and unknown names are left out', () => {
    expect(valuesWith(fields, { units: 64, gone: 1 })).toEqual({ epochs: 12, units: 64, optimizer: 'adam' });
  });

  it('are a preset, the defaults, or the person’s own', () => {
    expect(matchingPreset(lab, defaultValues(fields))).toBeNull();
    expect(matchingPreset(lab, valuesWith(fields, { units: 64 }))).toBe(quick);
    expect(matchingPreset(lab, valuesWith(fields, { units: 64, epochs: 1 }))).toBeUndefined();
  });

  it('are told apart from the defaults by name', () => {
    expect(changedNames(fields, valuesWith(fields, { optimizer: 'sgd' }))).toEqual(['optimizer']);
  });
});

describe('the headings of a form', () => {
  it('hold each field once, and the run comes last', () => {
    const groups = groupsOf(fields).map(({ title, fields: own }) => [title, own.map(([name]) => name)]);
    expect(groups).toEqual([
      ['Model', ['units']],
      ['Settings', ['optimizer']],
      ['Run', ['epochs']],
    ]);
  });

  it('always have the run, where seed and plan stand', () => {
    expect(groupsOf({}).map(({ title }) => title)).toEqual(['Run']);
  });
});

it('a few short choices stand beside each other', () => {
  expect(fitsSegments(['cosine', 'constant'])).toBe(true);
  expect(fitsSegments(['adam', 'rmsprop', 'momentum', 'nesterov', 'sgd'])).toBe(false);
});
