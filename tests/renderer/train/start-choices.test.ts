import { describe, expect, it } from 'vitest';
import { isOfUse } from '../../../src/renderer/train/form-values.ts';
import { startChoices } from '../../../src/renderer/train/start-choices.ts';
import { vectorsChoices } from '../../../src/renderer/train/vectors-choices.ts';
import type { Fields } from '../../../src/shared/fields.ts';
import type { ImportedModel } from '../../../src/shared/models.ts';
import type { Run } from '../../../src/shared/runs.ts';
import {
  freshLayers,
  originText,
  startLine,
  startSourceOf,
  startSummary,
  startValue,
  type StartReport,
} from '../../../src/shared/start.ts';
import type { WordVectors } from '../../../src/shared/vectors.ts';

const lab = {
  metrics: [{ name: 'accuracy', label: 'Accuracy', meaning: '', unit: 'share', better: 'higher' }],
} as const;
const run = (number: number, more: Partial<Run> = {}): Run =>
  ({
    ...{ number, id: `run-${number}`, name: null, checkpointStep: 5, deletedAt: null },
    metrics: { train: {}, validation: {}, test: { accuracy: 0.9 + number / 100 } },
    ...more,
  }) as Run;
const model = { id: 'small', kind: 'keras' } as ImportedModel;

describe('what a form offers to start from', () => {
  it('is fresh weights, runs with a checkpoint in their order, and models', () => {
    const runs = [
      run(3),
      run(1, { name: 'wide' }),
      run(2, { checkpointStep: null }),
      run(4, { deletedAt: 1 }),
    ];
    expect(startChoices(lab, runs, [model], 'fresh')).toEqual([
      { value: 'fresh', label: 'Fresh weights' },
      { value: 'run:run-3', label: 'Run 3 · 93.0 % test' },
      { value: 'run:run-1', label: 'wide (run 1) · 91.0 % test' },
      { value: 'model:small', label: 'small (Keras)' },
    ]);
  });

  it('has what is chosen, even where it is gone', () => {
    expect(startChoices(lab, [], [], 'run:old').at(-1)).toEqual({ value: 'run:old', label: 'The run old' });
    expect(startChoices(lab, [], [], 'fresh')).toHaveLength(1);
  });

  it('hides what is of no use without it', () => {
    const fields: Fields = {
      from: { kind: 'start', label: '', help: '', default: 'fresh' },
      freeze: {
        kind: 'choice',
        label: '',
        help: '',
        default: 'no',
        choices: ['no', 'yes'],
        onlyWith: 'from',
      },
      depth: { kind: 'integer', label: '', help: '', default: 1, min: 0, max: 9, onlyWith: 'freeze' },
    };
    const { from, freeze } = fields as Required<typeof fields>;
    expect(isOfUse(fields, { from: 'fresh', freeze: 'no' }, freeze as never)).toBe(false);
    expect(isOfUse(fields, { from: 'run:x', freeze: 'no' }, freeze as never)).toBe(true);
    expect(isOfUse(fields, { from: 'fresh', freeze: 'no' }, from as never)).toBe(true);
    const { depth } = fields;
    expect(isOfUse(fields, { from: 'run:x', freeze: 'yes' }, depth as never)).toBe(true);
    expect(isOfUse(fields, { from: 'run:x', freeze: 'no' }, depth as never)).toBe(false);
    expect(isOfUse(fields, { from: 'fresh', freeze: 'yes' }, depth as never)).toBe(false);
  });
});

describe('what a form offers word vectors to start from', () => {
  it('is random ones, the sets with their size, and what is chosen even where it is gone', () => {
    const set = { id: 'glove', words: 400_000, width: 100 } as WordVectors;
    const offered = [
      { value: 'random', label: 'random' },
      { value: 'glove', label: 'glove (400,000 words, 100 numbers)' },
    ];
    expect(vectorsChoices([set], 'random')).toEqual(offered);
    expect(vectorsChoices([set], 'old')).toEqual([...offered, { value: 'old', label: 'old' }]);
  });

  it('takes the place of their width', () => {
    const fields: Fields = {
      vectors: { kind: 'vectors', label: '', help: '', default: 'random' },
      width: { kind: 'integer', label: '', help: '', default: 1, min: 0, max: 9, notWith: 'vectors' },
    };
    expect(isOfUse(fields, { vectors: 'random', width: 1 }, fields['width'] as never)).toBe(true);
    expect(isOfUse(fields, { vectors: 'glove', width: 1 }, fields['width'] as never)).toBe(false);
  });
});

describe('the setting of a start', () => {
  it('names its source, and nothing else is one', () => {
    for (const value of ['fresh', 'run:20261125-101010-mnist-cnn-ab12', 'model:my-cnn']) {
      expect(startValue(startSourceOf(value) as never)).toBe(value);
    }
    expect(startSourceOf(undefined)).toEqual({ kind: 'fresh' });
    for (const value of ['', 'run:', 'run:../x', 'model:A', 'other:x', 'run:a/b', 12]) {
      expect(startSourceOf(value)).toBeNull();
    }
  });
});

describe('what was taken', () => {
  const report: StartReport = {
    origin: { kind: 'run', id: 'x', number: 12, step: 4800 },
    layers: [
      { name: 'conv1', weights: 1000, taken: true, why: null },
      { name: 'logits', weights: 10, taken: false, why: 'no layer of that name' },
    ],
    unused: [],
    frozen: true,
  };

  it('is said in words', () => {
    expect(startSummary(report)).toBe('1 of 2 layers taken and frozen, 1,000 weights');
    expect(freshLayers(report)).toEqual(['logits: no layer of that name']);
    expect(originText(report)).toBe('run 12, step 4,800');
    expect(startLine(report)).toBe(
      'Started from run 12, step 4,800: 1 of 2 layers taken and frozen, 1,000 weights. Anew: logits: no layer of that name.',
    );
    const origin = { kind: 'model', id: 'small', source: 'small.keras' } as const;
    expect(originText({ ...report, origin })).toBe('the model small, imported from small.keras');
  });
});
