import { expect, it } from 'vitest';
import { lineOfRun } from '../../../src/renderer/state/log.ts';
import { makeRun } from '../runs/helpers.ts';

it('the log tells states when they change, with the reason', () => {
  const running = makeRun({ state: 'running' });
  const failed = makeRun({ state: 'failed', reason: 'The loss was NaN at step 313.' });
  expect(lineOfRun(running, failed)).toEqual({
    level: 'error',
    text: 'Failed. The loss was NaN at step 313.',
  });
  expect(lineOfRun(running, makeRun({ state: 'running', step: 5 }))).toBeNull();
  expect(lineOfRun(undefined, makeRun({ state: 'queued' }))?.text).toBe('Queued.');
});

it('and that a run was deleted or restored', () => {
  const run = makeRun();
  expect(lineOfRun(run, makeRun({ deletedAt: 1 }))?.text).toBe('Deleted.');
  expect(lineOfRun(makeRun({ deletedAt: 1 }), run)?.text).toBe('Restored.');
});
