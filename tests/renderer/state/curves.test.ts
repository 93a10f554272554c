import { describe, expect, it } from 'vitest';
import { planCalls } from '../../../src/renderer/state/curve-calls.ts';

describe('planCalls', () => {
  it('asks for what many runs want in one call', () => {
    const wanted = [1, 2, 3].flatMap((run) => ['loss', 'train/loss'].map((name) => ({ run, name })));
    expect(planCalls(wanted)).toEqual([{ runs: [1, 2, 3], names: ['loss', 'train/loss'] }]);
  });

  it('never asks for what nobody wants', () => {
    const wanted = [
      { run: 1, name: 'loss' },
      { run: 2, name: 'accuracy' },
      { run: 3, name: 'loss' },
    ];
    expect(planCalls(wanted)).toEqual([
      { runs: [1, 3], names: ['loss'] },
      { runs: [2], names: ['accuracy'] },
    ]);
  });

  it('keeps each call small, and each wish once', () => {
    const wanted = Array.from({ length: 240 }, (_, i) => ({ run: (i % 120) + 1, name: 'loss' }));
    const calls = planCalls(wanted);
    expect(calls.map(({ runs }) => runs.length)).toEqual([50, 50, 20]);
  });
});
