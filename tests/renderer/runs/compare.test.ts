import { describe, expect, it } from 'vitest';
import type { LabInfo } from '../../../src/shared/labs.ts';
import type { Run } from '../../../src/shared/runs.ts';
import {
  curveChoices,
  differences,
  labsById,
  resultVariables,
  results,
  settingVariables,
} from '../../../src/renderer/runs/compare.ts';

const lab: LabInfo = {
  id: 'mnist-mlp',
  number: 1,
  title: 'Let the tensors flow',
  summary: '',
  teaches: [],
  presets: [],
  layered: false,
  augments: false,
  fields: {
    learningRate: { kind: 'number', label: 'Learning rate', help: '', default: 0.001, min: 0, max: 10 },
    optimizer: { kind: 'choice', label: 'Optimizer', help: '', default: 'adam', choices: ['adam', 'sgd'] },
    units: { kind: 'integer', label: 'Units', help: '', default: 512, min: 1, max: 4096 },
  },
  metrics: [
    { name: 'loss', label: 'Loss', meaning: 'cross-entropy', unit: 'none', better: 'lower' },
    { name: 'accuracy', label: 'Accuracy', meaning: 'right ones', unit: 'share', better: 'higher' },
    { name: 'gradientNorm', label: 'Gradient norm', meaning: 'length', unit: 'none', better: 'neither' },
  ],
};
const labs = labsById([lab]);

function runOf(number: number, config: Run['config'], more: Partial<Run> = {}): Run {
  return {
    number,
    id: `run-${number}`,
    lab: 'mnist-mlp',
    config: { learningRate: 0.001, optimizer: 'adam', units: 512, ...config },
    seed: 1,
    device: 'cpu',
    plan: 'graph',
    threads: 0,
    state: 'completed',
    reason: null,
    name: null,
    note: '',
    tags: [],
    pinned: false,
    dataSet: null,
    start: null,
    versions: { gradientLab: '0', tensorflow: '0' },
    createdAt: 1,
    endedAt: 2,
    seconds: 65,
    step: 1,
    steps: 1,
    epoch: 1,
    epochs: 1,
    examplesPerSecond: 1000 * number,
    peakRssBytes: 4e8,
    metrics: { train: {}, validation: {}, test: {} },
    weightsSha256: null,
    checkpointStep: null,
    pid: null,
    deletedAt: null,
    ...more,
  };
}

const tested = (accuracy: number, loss: number): Partial<Run> => ({
  metrics: { train: { accuracy: accuracy + 0.01, loss }, validation: {}, test: { accuracy, loss } },
});

describe('differences', () => {
  it('are the settings that are not all the same, with what was changed marked', () => {
    const { rows, of } = differences([runOf(1, { learningRate: 0.1 }), runOf(2, {})], labs);
    expect(of).toBe(3);
    expect(rows).toEqual([
      {
        name: 'learningRate',
        label: 'Learning rate',
        values: [
          { text: '0.1', isChanged: true },
          { text: '0.001', isChanged: false },
        ],
      },
    ]);
  });

  it('include settings that only one of the runs has', () => {
    const { rows } = differences([runOf(1, { depth: 3 }), runOf(2, {})], labs);
    expect(rows[0]?.values.map(({ text }) => text)).toEqual(['3', '–']);
    expect(rows[0]?.label).toBe('depth');
  });
});

describe('results', () => {
  const runs = [runOf(1, {}, tested(0.98, 0.07)), runOf(2, {}, tested(0.97, 0.05)), runOf(3, {})];
  const row = (name: string): [string, boolean][] =>
    (results(runs, labs).find((each) => each.name === name)?.values ?? []).map(({ text, isBest }) => [
      text,
      isBest,
    ]);

  it('mark the best, whichever end that is', () => {
    expect(row('test/accuracy')).toEqual([
      ['98.0 %', true],
      ['97.0 %', false],
      ['–', false],
    ]);
    expect(row('test/loss')).toEqual([
      ['0.0700', false],
      ['0.0500', true],
      ['–', false],
    ]);
    expect(row('rate').map(([, isBest]) => isBest)).toEqual([false, false, true]);
  });

  it('mark none where all are equal, or no end is better', () => {
    expect(row('memory').some(([, isBest]) => isBest)).toBe(false);
    expect(row('gap/test').map(([text]) => text)).toEqual(['1.0 pt', '1.0 pt', '–']);
    expect(row('test/gradientNorm')).toEqual([]);
  });

  it('never take NaN for the best', () => {
    const failed = [
      runOf(1, {}, tested(0.5, Number.NaN)),
      runOf(2, {}, tested(0.6, 0.4)),
      runOf(3, {}, tested(0.7, 0.6)),
    ];
    const loss = results(failed, labs).find(({ name }) => name === 'test/loss');
    expect(loss?.values).toEqual([
      { text: 'NaN', isBest: false },
      { text: '0.400', isBest: true },
      { text: '0.600', isBest: false },
    ]);
  });

  it('never call a validation value a test value', () => {
    const mixed = [
      runOf(1, {}, { metrics: { train: {}, validation: { accuracy: 0.97 }, test: { accuracy: 0.98 } } }),
      runOf(2, {}, { metrics: { train: {}, validation: { accuracy: 0.96 }, test: {} } }),
    ];
    const told = results(mixed, labs).map(({ label, values }) => [label, ...values.map(({ text }) => text)]);
    expect(told.filter(([label]) => label?.endsWith('accuracy'))).toEqual([
      ['Test accuracy', '98.0 %', '–'],
      ['Validation accuracy', '97.0 %', '96.0 %'],
    ]);
  });

  it('speak of validation where nothing was tested', () => {
    const only = [runOf(1, {}, { metrics: { train: {}, validation: { loss: 1 }, test: {} } })];
    expect(results(only, labs)[0]?.label).toBe('Validation loss');
  });
});

describe('curveChoices', () => {
  it('begin with what the lab is judged by, on data that was held back', () => {
    const names = curveChoices([runOf(1, {})], labs).map(({ name }) => name);
    expect(names).toEqual([
      'validation/accuracy',
      'validation/loss',
      'loss',
      'accuracy',
      'gradientNorm',
      'train/loss',
      'train/accuracy',
    ]);
    expect(curveChoices([], labs)).toEqual([]);
  });
});

describe('variables for scatter and parallel coordinates', () => {
  const runs = [
    runOf(1, { learningRate: 0.1, optimizer: 'sgd' }, tested(0.9, 0.3)),
    runOf(2, { learningRate: 0.001 }, tested(0.98, 0.05)),
    runOf(3, {}),
  ];

  it('are the settings with several values, rates by factors', () => {
    expect(settingVariables(runs, labs).map(({ name, log }) => [name, log])).toEqual([
      ['learningRate', true],
      ['optimizer', false],
    ]);
  });

  it('are the results that any run has', () => {
    const variables = resultVariables(runs, labs);
    expect(variables.map(({ name }) => name)).toEqual([
      'test/accuracy',
      'test/loss',
      'train/accuracy',
      'train/loss',
      'rate',
    ]);
    expect(variables[0]).toMatchObject({ label: 'Test accuracy', unit: 'share', values: [0.9, 0.98, null] });
  });
});
