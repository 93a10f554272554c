import { describe, expect, it } from 'vitest';
import type { SplitPredictions, WeightTensor } from '../../../../src/shared/inspect.ts';
import {
  accuracyOf,
  compare,
  confusionDifference,
  parseCell,
  rowsOf,
} from '../../../../src/renderer/labs/mlp/mistakes.ts';
import {
  contributions,
  inLayers,
  incomingNorms,
  layersOf,
  orderUnits,
  outgoingNorms,
  unitStrides,
  type Layer,
} from '../../../../src/renderer/labs/mlp/units.ts';

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

describe('units', () => {
  const tensor = (name: string, shape: number[], values: number[]): WeightTensor => ({
    name,
    shape,
    values: Float32Array.from(values),
  });
  // Two inputs, three units, one class.
  const tensors = [
    tensor('bias2', [1], [0]),
    tensor('weights2', [3, 1], [1, -2, 0]),
    tensor('weights1', [2, 3], [3, 0, 1, 4, 0, 1]),
    tensor('bias1', [3], [0, 0, 0]),
  ];
  const layers = layersOf(tensors);
  const [one, two] = layers as [Layer, Layer];

  it('are read from the names of the tensors, in the order of the layers', () => {
    expect(layers.map(({ number, fanIn, fanOut, bias }) => [number, fanIn, fanOut, bias?.name])).toEqual([
      [1, 2, 3, 'bias1'],
      [2, 3, 1, 'bias2'],
    ]);
  });

  it('belong to tensors that are shown layer by layer', () => {
    const names = ['bias1', 'bias10', 'weights10', 'weights2', 'weights1', 'bias2'];
    expect(inLayers(names.map((name) => ({ tensor: name }))).map(({ tensor: name }) => name)).toEqual([
      'weights1',
      'bias1',
      'weights2',
      'bias2',
      'weights10',
      'bias10',
    ]);
  });

  it('have the lengths of their weights, in and out', () => {
    expect([...incomingNorms(one)]).toEqual([5, 0, Math.fround(Math.SQRT2)]);
    expect([...outgoingNorms(two)]).toEqual([1, 2, 0]);
  });

  it('contribute activation times outgoing length', () => {
    const activation = { name: 'hidden1', shape: [3], values: Float32Array.of(2, 0.5, 9) };
    expect([...(contributions(activation, two) ?? [])]).toEqual([2, 1, 0]);
    expect(contributions(activation, one)).toBeNull();
    expect(contributions(undefined, two)).toBeNull();
    expect(contributions(activation, undefined)).toBeNull();
  });

  it('are ordered by score, equal ones by number', () => {
    expect([...orderUnits(3, Float32Array.of(1, 7, 1))]).toEqual([1, 0, 2]);
    expect([...orderUnits(3, null)]).toEqual([0, 1, 2]);
  });

  it('find their own weights in the matrix', () => {
    // Unit 1 of two units over four inputs, as 2 x 2: the second column.
    const layer = { ...one, fanIn: 4, fanOut: 2 };
    const { start, rowStep, columnStep } = unitStrides(layer, 1, 2);
    const places = [0, 1].flatMap((row) =>
      [0, 1].map((column) => start + row * rowStep + column * columnStep),
    );
    expect(places).toEqual([1, 3, 5, 7]);
  });
});
