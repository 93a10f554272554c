import { describe, expect, it } from 'vitest';
import { bestGroups, bestValue, groupsOf, lastValue } from '../../../src/renderer/charts/line/ranking.ts';
import type { Series } from '../../../src/renderer/charts/types.ts';
import { pointsOf, seriesOf } from './helpers.ts';

const run = (group: string, value: number[], mark: Series['mark'] = 'line'): Series =>
  seriesOf(pointsOf(value), { id: `${group} ${mark}`, group, mark });

const { NaN: nan } = Number;
const losses = [run('a', [3, 1, 2]), run('b', [3, 2, 1.5]), run('c', [nan, nan]), run('d', [9, 0.5, nan])];

describe('lastValue and bestValue', () => {
  it('look past what is not finite', () => {
    expect(losses.map(lastValue)).toEqual([2, 1.5, nan, 0.5]);
    expect(losses.map((each) => bestValue(each, 'lower'))).toEqual([1, 1.5, nan, 0.5]);
    expect(losses.map((each) => bestValue(each, 'higher'))).toEqual([3, 3, nan, 9]);
    expect(losses.map((each) => bestValue(each, 'neither'))).toEqual([2, 1.5, nan, 0.5]);
  });
});

describe('bestGroups', () => {
  it('ranks by the last or by the best value, and never takes a run without any', () => {
    expect(bestGroups(losses, 2, 'last', 'lower')).toEqual(['d', 'b']);
    expect(bestGroups(losses, 2, 'best', 'lower')).toEqual(['d', 'a']);
    expect(bestGroups(losses, 9, 'last', 'higher')).toEqual(['a', 'b', 'd']);
  });

  it('counts a group by the best of its series', () => {
    const pair = [run('a', [5]), run('a', [0.1], 'rings'), run('b', [1])];
    expect(bestGroups(pair, 1, 'last', 'lower')).toEqual(['a']);
  });
});

describe('groupsOf', () => {
  it('has one series a group, its line where it has one', () => {
    const groups = groupsOf([run('a', [1], 'rings'), run('a', [2]), run('b', [3], 'rings')]);
    expect(groups.map(({ group, series }) => [group, series.mark])).toEqual([
      ['a', 'line'],
      ['b', 'rings'],
    ]);
  });
});
