import { describe, expect, it } from 'vitest';
import {
  distinctLayers,
  isMaps,
  mapLayers,
  mapPeaks,
  mapSize,
  mapStrides,
  mapValues,
  scaleOf,
  silentMaps,
} from '../../../../src/renderer/labs/shared/feature-maps.ts';
import { layerTitle } from '../../../../src/renderer/labs/shared/layer-words.ts';
import { unitQuery } from '../../../../src/renderer/labs/shared/unit-query.ts';

/** 2 rows, 3 columns, 4 channels; the value says where it is: row, column, channel. The last channel is 0. */
const at = (row: number, column: number, channel: number): number =>
  channel === 3 ? 0 : 100 * (row + 1) + 10 * column + channel;
const values = new Float32Array(24);
for (let row = 0; row < 2; row++) {
  for (let column = 0; column < 3; column++) {
    for (let channel = 0; channel < 4; channel++)
      values[(row * 3 + column) * 4 + channel] = at(row, column, channel);
  }
}
const layer = { name: 'conv1', shape: [2, 3, 4], values };

describe('feature maps', () => {
  it('are layers with height, width and channels, and no others', () => {
    expect(isMaps(layer)).toBe(true);
    expect(isMaps({ shape: [128] })).toBe(false);
    expect(mapSize(layer)).toEqual({ height: 2, width: 3, channels: 4 });
    expect(() => mapSize({ name: 'dense', shape: [128] })).toThrow(
      'Expected maps [height, width, channels] from "dense", got [128].',
    );
  });

  it('have their values where the strides say', () => {
    for (let channel = 0; channel < 4; channel++) {
      const { start, rowStep, columnStep } = mapStrides(layer, channel);
      const plain: number[] = [];
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 3; column++) {
          expect(values[start + row * rowStep + column * columnStep]).toBe(at(row, column, channel));
          plain.push(at(row, column, channel));
        }
      }
      expect([...mapValues(layer, channel)]).toEqual(plain);
    }
  });

  it('have a peak each, by magnitude, and may be silent', () => {
    expect([...mapPeaks(layer)]).toEqual([220, 221, 222, 0]);
    expect(silentMaps(layer)).toBe(1);
    const signed = { name: 'norm', shape: [1, 2, 2], values: Float32Array.of(-3, NaN, 2, NaN) };
    expect([...mapPeaks(signed)]).toEqual([3, 0]);
  });

  it('are shown once where a layer only hands them on, but the last layer always is', () => {
    const of = (name: string, ...numbers: number[]) => ({
      name,
      shape: [numbers.length],
      values: Float32Array.from(numbers),
    });
    const layers = [
      of('conv', 1, NaN),
      of('flatten', 1, NaN),
      of('relu', 1, 0),
      of('dropout', 1, 0),
      of('logits', 1, 0),
    ];
    expect(distinctLayers(layers).map(({ name }) => name)).toEqual(['conv', 'relu', 'logits']);
    expect(distinctLayers([])).toEqual([]);
  });

  it('are shown of layers that make them, and not of those that only move or pad what they get', () => {
    const kinds = {
      conv: 'Conv2D',
      half: 'AveragePooling2D',
      out: 'Permute',
      zeros: 'ZeroPadding2D',
      back: 'Permute',
      logits: 'Dense',
    };
    const summaries = Object.entries(kinds).map(([name, kind]) => ({ name, kind }));
    const layers = summaries.map(({ name }) => ({ name, shape: name === 'logits' ? [10] : [2, 3, 4] }));
    expect(mapLayers(layers, summaries).map(({ name }) => name)).toEqual(['conv', 'half']);
    expect(mapLayers(layers, null).length).toBe(5);
  });

  it('are coloured from 0 on, or around it where values are negative', () => {
    expect(scaleOf([0, 2, 1])).toEqual({ palette: 'sequential', domain: [0, 2] });
    expect(scaleOf([-3, 2, NaN])).toEqual({ palette: 'diverging', domain: [-3, 3] });
    expect(scaleOf([])).toEqual({ palette: 'sequential', domain: [0, 1e-9] });
  });
});

describe('a layer', () => {
  it('is called by its name, and the last one by what it gives', () => {
    expect(layerTitle('hidden2', false)).toBe('Hidden layer 2');
    expect(layerTitle('conv1', false)).toBe('conv1');
    expect(layerTitle('dense_2', true)).toBe('Logits');
  });

  it('leads to the view of its own lab', () => {
    expect(unitQuery('mnist-cnn', layer, 2, 0)).toEqual({ view: 'maps', layer: 'conv1', map: '2' });
    expect(unitQuery('mnist-cnn', { name: 'dense', shape: [9] }, 2, 3)).toEqual({
      view: 'model',
      layer: 'dense',
    });
    expect(unitQuery('mnist-mlp', { name: 'hidden2', shape: [9] }, 2, 1)).toEqual({
      view: 'weights',
      layer: '2',
      unit: '2',
    });
  });
});
