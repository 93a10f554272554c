import { expect, it } from 'vitest';
import { activeRuns } from '../../../src/renderer/state/selected.ts';
import { makeRun } from '../runs/helpers.ts';

it('runs that train come before paused and queued ones, the newest first', () => {
  const runs = [
    makeRun({ number: 1, state: 'queued' }),
    makeRun({ number: 2, state: 'running' }),
    makeRun({ number: 3, state: 'completed' }),
    makeRun({ number: 4, state: 'running' }),
    makeRun({ number: 5, state: 'paused' }),
    makeRun({ number: 6, state: 'running', deletedAt: 1 }),
  ];
  expect(activeRuns(runs).map((run) => run.number)).toEqual([4, 2, 5, 1]);
});
