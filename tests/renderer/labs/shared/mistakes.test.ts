import { describe, expect, it } from 'vitest';
import type { SplitPredictions } from '../../../../src/shared/inspect.ts';
import {
  accuracyOf,
  compare,
  confusionDifference,
  parseCell,
  rowsOf,
} from '../../../../src/renderer/labs/shared/mistakes.ts';

function predictions(rows: readonly (readonly [number, number, number, number])[]): SplitPredictions {
  const column = (i: number) => rows.map((row) => row[i] as number);
  const confusion = new Int32Array(9);
  for (const [, label, guess] of rows) confusion[label * 3 + guess] = (confusion[label * 3 + guess] ?? 0) + 1;
  return {
    step: 1,
    split: 'test',
    classes: ['a', 'b', 'c'],
    confusion,
    indices: Int32Array.from(column(0)),
    labels: Int32Array.from(column(1)),
    predicted: Int32Array.from(column(2)),
    loss: Float32Array.from(column(3)),
    probability: new Float32Array(rows.length),
    indexedIn: 'test',
  };
}

// number, true, predicted, loss
const first = predictions([
  [10, 0, 0, 0.1],
  [11, 0, 1, 2],
  [12, 1, 1, 0.2],
  [13, 2, 1, 5],
  [14, 2, 1, NaN],
  [15, 0, 1, 2],
]);
const second = predictions([
  [10, 0, 2, 3],
  [11, 0, 1, 2],
  [13, 2, 2, 0.1],
  [15, 0, 0, 0.1],
  [99, 0, 1, 1],
]);

describe('mistakes', () => {
  it('come with the worst first, equal ones in their order', () => {
    expect([...rowsOf(first, null)]).toEqual([4, 3, 1, 5]);
  });

  it('of one cell are the examples that it counts', () => {
    for (let truth = 0; truth < 3; truth++) {
      for (let predicted = 0; predicted < 3; predicted++) {
        expect(rowsOf(first, { truth, predicted })).toHaveLength(
          first.confusion[truth * 3 + predicted] ?? -1,
        );
      }
    }
    expect([...rowsOf(first, { truth: 2, predicted: 1 })]).toEqual([4, 3]);
  });

  it('leave the share that is right', () => {
    expect(accuracyOf(first)).toBeCloseTo(2 / 6, 10);
    expect(accuracyOf(predictions([]))).toBeNaN();
  });

  it('of two runs are compared over the examples of both', () => {
    const both = compare(first, second);
    // In common: 10, 11, 13, 15. Wrong in the first: 11, 13, 15; in the second: 10, 11.
    expect(both).toMatchObject({ common: 4, onlyFirst: 2, onlySecond: 1, both: 1 });
    expect([11, 13, 99, 12].map((index) => both.wrongInSecond(index))).toEqual([true, false, true, false]);
  });

  it('of two runs have a difference: second minus first', () => {
    expect([...confusionDifference(first, second)]).toEqual([0, 0, 1, 0, -1, 0, 0, -2, 1]);
  });

  it('read a cell from an address, and nothing else', () => {
    expect(parseCell('2,1', 3)).toEqual({ truth: 2, predicted: 1 });
    for (const text of ['3,1', '1', 'a,b', '', undefined, '-1,2', '1,2,3'])
      expect(parseCell(text, 3)).toBeNull();
  });
});
