import { describe, expect, it } from 'vitest';
import type { WeightTensor } from '../../../../src/shared/inspect.ts';
import {
  contributions,
  inLayers,
  incomingNorms,
  layersOf,
  outgoingNorms,
  unitStrides,
  type Layer,
} from '../../../../src/renderer/labs/mlp/units.ts';
import { orderUnits } from '../../../../src/renderer/labs/shared/unit-order.ts';

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
