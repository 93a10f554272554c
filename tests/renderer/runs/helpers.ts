import type { Run } from '../../../src/shared/runs.ts';

/** A run with some of its fields as a test wants them. */
export function makeRun(changes: Partial<Run> = {}): Run {
  return {
    number: 1,
    id: 'run-1',
    lab: 'mnist-mlp',
    config: {},
    seed: 1,
    device: 'auto',
    plan: 'auto',
    threads: 0,
    state: 'completed',
    reason: null,
    name: null,
    note: '',
    tags: [],
    pinned: false,
    dataSet: null,
    start: null,
    versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' },
    createdAt: 0,
    endedAt: null,
    seconds: 0,
    step: 0,
    steps: 0,
    epoch: 0,
    epochs: 0,
    examplesPerSecond: null,
    peakRssBytes: null,
    metrics: { train: {}, validation: {}, test: {} },
    weightsSha256: null,
    checkpointStep: null,
    pid: null,
    deletedAt: null,
    ...changes,
  };
}
