import { expect, it } from 'vitest';
import { needsYou } from '../../../src/renderer/home/trouble.ts';
import { makeRun } from '../runs/helpers.ts';

const DAY = 86_400_000;
const now = 100 * DAY;
const numbers = (runs: Parameters<typeof needsYou>[0]): number[] =>
  needsYou(runs, now).map((run) => run.number);

it('an interrupted run asks for two weeks', () => {
  expect(numbers([makeRun({ number: 1, state: 'interrupted', endedAt: now - DAY })])).toEqual([1]);
  expect(numbers([makeRun({ number: 1, state: 'interrupted', endedAt: now - 15 * DAY })])).toEqual([]);
});

it('a failed run asks until a newer one of its lab was started', () => {
  const failed = makeRun({ number: 4, state: 'failed', endedAt: now });
  expect(numbers([failed])).toEqual([4]);
  expect(numbers([failed, makeRun({ number: 5 })])).toEqual([]);
  expect(numbers([failed, makeRun({ number: 5, lab: 'mnist-cnn' })])).toEqual([4]);
});

it('a deleted run asks for nothing, and hides nothing', () => {
  const deleted = makeRun({ number: 5, state: 'interrupted', endedAt: now, deletedAt: now });
  expect(numbers([deleted, makeRun({ number: 4, state: 'failed', endedAt: now })])).toEqual([4]);
});

it('the newest three are enough', () => {
  const runs = [1, 2, 3, 4].map((number) => makeRun({ number, state: 'interrupted', endedAt: now }));
  expect(numbers(runs)).toEqual([4, 3, 2]);
});
