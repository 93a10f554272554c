import { describe, expect, it } from 'vitest';
import { leftText, resumeText, runNames, shareDone, whereText } from '../../../src/renderer/runs/words.ts';
import { makeRun } from './helpers.ts';

describe('runs in words', () => {
  it('are named while they are few', () => {
    expect(runNames([41])).toBe('Run 41');
    expect(runNames([40, 41])).toBe('Runs 40 and 41');
    expect(runNames([1, 2, 3])).toBe('3 runs');
  });

  it('say where they are, by their newest report', () => {
    const run = makeRun({ state: 'running', step: 938, steps: 7504, epoch: 1, epochs: 8 });
    expect(whereText(run)).toBe('epoch 1 of 8, step 938 of 7,504');
    expect(whereText(run, { step: 2340, steps: 7504, epoch: 3, epochs: 8 })).toBe(
      'epoch 3 of 8, step 2,340 of 7,504',
    );
    expect(shareDone(run)).toBeCloseTo(0.125);
  });

  it('claim nothing that is not known yet', () => {
    expect(whereText(makeRun({ state: 'queued' }))).toBe('waits for an engine');
    expect(whereText(makeRun({ state: 'running' }))).toBe('getting ready');
    expect(shareDone(makeRun({ state: 'running' }))).toBeNull();
    expect(leftText(null)).toBe('');
    expect(leftText(7.2)).toBe('7 s left');
  });

  it('say from where one would go on', () => {
    expect(resumeText(makeRun({ checkpointStep: 3000 }))).toBe('from step 3,000');
    expect(resumeText(makeRun())).toBe('from the start');
  });
});
