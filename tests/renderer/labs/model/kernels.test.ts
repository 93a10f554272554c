import { describe, expect, it } from 'vitest';
import {
  colourImages,
  filterNorms,
  inputsByNorm,
  isColour,
  kernelNorms,
  kernelsOf,
  kernelStrides,
  kernelValues,
  type Kernels,
} from '../../../../src/renderer/labs/model/kernels.ts';
import type { WeightTensor } from '../../../../src/shared/inspect.ts';
import type { LayerSummary, WeightSummary } from '../../../../src/shared/model.ts';

// 2 x 3 places, 2 inputs, 4 filters; the value says where it is.
const at = (row: number, column: number, input: number, filter: number): number =>
  (row + 1) * 1 + column * 0.25 - input * 2 + filter * 0.5;
const values = new Float32Array(2 * 3 * 2 * 4);
for (let row = 0; row < 2; row++)
  for (let column = 0; column < 3; column++)
    for (let input = 0; input < 2; input++)
      for (let filter = 0; filter < 4; filter++)
        values[((row * 3 + column) * 2 + input) * 4 + filter] = at(row, column, input, filter);

const tensor = (name: string, shape: number[], of = new Float32Array(0)): WeightTensor => ({
  name,
  shape,
  values: of,
});
const weight = (name: string, shape: number[]): WeightSummary => ({ name, shape, trainable: true });
const layer = (name: string, weights: WeightSummary[]): LayerSummary => ({
  name,
  kind: 'Conv2D',
  inputs: [],
  outputShape: [],
  weights,
  parameters: 0,
  flops: 0,
  settings: {},
});

const bias = Float32Array.of(1, 2, 3, 4);
const layers = [
  layer('image', []),
  layer('conv1', [weight('conv1/kernel', [2, 3, 2, 4]), weight('conv1/bias', [4])]),
  layer('norm', [weight('norm/gamma', [4])]),
  layer('conv2', [weight('conv2/kernel', [1, 1, 4, 1])]),
  layer('lost', [weight('lost/kernel', [1, 1, 4, 1])]),
  layer('dense', [weight('dense/kernel', [4, 10])]),
];
const tensors = [
  tensor('conv2/kernel', [1, 1, 4, 1], Float32Array.of(3, 0, 4, 0)),
  tensor('conv1/bias', [4], bias),
  tensor('conv1/kernel', [2, 3, 2, 4], values),
];
const found = kernelsOf(layers, tensors);
const [first, second] = found as [Kernels, Kernels];

describe('the kernels of a convolution', () => {
  it('are found by the layers’ own names for them, in order', () => {
    expect(
      found.map(({ layer: name, height, width, inputs, filters }) => [name, height, width, inputs, filters]),
    ).toEqual([
      ['conv1', 2, 3, 2, 4],
      ['conv2', 1, 1, 4, 1],
    ]);
    expect(first.bias).toBe(bias);
    expect(second.bias).toBeNull();
  });

  it('have their values where the strides say', () => {
    for (let input = 0; input < 2; input++) {
      for (let filter = 0; filter < 4; filter++) {
        const { start, rowStep, columnStep } = kernelStrides(first, input, filter);
        const plain: number[] = [];
        for (let row = 0; row < 2; row++) {
          for (let column = 0; column < 3; column++) {
            plain.push(at(row, column, input, filter));
            expect(values[start + row * rowStep + column * columnStep]).toBe(at(row, column, input, filter));
          }
        }
        expect([...kernelValues(first, input, filter)]).toEqual(plain);
      }
    }
  });

  it('have the length of a plain sum, each and for a whole filter', () => {
    const norms = kernelNorms(first);
    const whole = filterNorms(first);
    for (let filter = 0; filter < 4; filter++) {
      let all = 0;
      for (let input = 0; input < 2; input++) {
        const sum = kernelValues(first, input, filter).reduce((total, value) => total + value * value, 0);
        expect(norms[input * 4 + filter]).toBeCloseTo(Math.sqrt(sum), 5);
        all += sum;
      }
      expect(whole[filter]).toBeCloseTo(Math.sqrt(all), 5);
    }
    expect([...filterNorms(second)]).toEqual([5]);
  });

  it('tell which input a filter listens to most', () => {
    expect([...inputsByNorm(second, 0)]).toEqual([2, 0, 1, 3]);
  });

  it('are pictures in colour where they read the image’s red, green and blue', () => {
    // One place, two filters: the first likes red and dislikes blue, the second is half as long as the first's red in green.
    const colours = Float32Array.of(0.8, 0, 0, 0.4, -0.8, 0);
    const convolution = {
      ...layer('conv', [weight('conv/kernel', [1, 1, 3, 2])]),
      inputs: ['image'],
    };
    const image: LayerSummary = { ...layer('image', []), kind: 'InputLayer' };
    const tensorsOf = [tensor('conv/kernel', [1, 1, 3, 2], colours)];
    const [kernels] = kernelsOf([image, convolution], tensorsOf) as [Kernels];
    expect(isColour(kernels)).toBe(true);
    expect([...colourImages(kernels)]).toEqual([255, 128, 0, 128, 191, 128]);
    // The same numbers as maps of a layer before are no colours.
    const [behind] = kernelsOf([layer('image', []), convolution], tensorsOf) as [Kernels];
    expect(isColour(behind)).toBe(false);
  });
});
