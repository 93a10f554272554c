/** The kernels of a convolution, [height, width, inputs, filters], as pictures. Pure arithmetic. */
import type { WeightTensor } from '../../../shared/inspect.ts';
import type { LayerSummary } from '../../../shared/model.ts';
import type { Strides } from '../../data/paint.ts';
import { largestMagnitude } from '../../data/summary.ts';

export interface Kernels {
  /** The layer's name: "conv1". */
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly filters: number;
  /** Its inputs are the image's own channels, not maps of a layer before. */
  readonly readsImage: boolean;
  readonly values: Float32Array;
  /** [filters], or null where the layer has none. */
  readonly bias: Float32Array | null;
}

/** The convolutions of a model in the order of their layers. Layers whose tensors are not there are left out. */
export function kernelsOf(layers: readonly LayerSummary[], tensors: readonly WeightTensor[]): Kernels[] {
  const find = (name: string | undefined): WeightTensor | undefined =>
    tensors.find((tensor) => tensor.name === name);
  const images = new Set(layers.filter(({ kind }) => kind === 'InputLayer').map(({ name }) => name));
  return layers.flatMap(({ name, inputs: from, weights }) => {
    const kernel = find(weights.find(({ shape }) => shape.length === 4)?.name);
    const [height, width, inputs, filters] = kernel?.shape ?? [];
    if (kernel === undefined || !height || !width || !inputs || !filters) return [];
    const bias = find(weights.find(({ shape }) => shape.length === 1 && shape[0] === filters)?.name);
    return [
      {
        layer: name,
        height,
        width,
        inputs,
        filters,
        readsImage: from.length > 0 && from.every((input) => images.has(input)),
        values: kernel.values,
        bias: bias?.values ?? null,
      },
    ];
  });
}

/** Where the values of the kernel from one input to one filter lie. */
export function kernelStrides({ width, inputs, filters }: Kernels, input: number, filter: number): Strides {
  return {
    start: input * filters + filter,
    rowStep: width * inputs * filters,
    columnStep: inputs * filters,
  };
}

/** The values of the kernel from one input to one filter: [height * width]. */
export function kernelValues(kernels: Kernels, input: number, filter: number): Float32Array {
  const { height, width, values } = kernels;
  const { start, rowStep, columnStep } = kernelStrides(kernels, input, filter);
  return Float32Array.from(
    { length: height * width },
    (_, i) => values[start + Math.floor(i / width) * rowStep + (i % width) * columnStep] as number,
  );
}

/** Whether a filter is a picture in colour: it reads red, green and blue. */
export function isColour({ inputs, readsImage }: Kernels): boolean {
  return inputs === 3 && readsImage;
}

/**
 * Filters that read red, green and blue, as images of these: [filters, height, width, 3] in bytes, 0 as middle grey, and the largest
 * magnitude of all values at an end of the scale.
 */
export function colourImages({ height, width, filters, values }: Kernels): Uint8Array {
  const reach = Math.max(largestMagnitude(values), 1e-9);
  const size = height * width * 3;
  return Uint8Array.from({ length: filters * size }, (_, i) => {
    const value = values[(i % size) * filters + Math.floor(i / size)] as number;
    return Math.round(127.5 * (1 + value / reach));
  });
}

/** The length of the kernel from each input to each filter: [inputs * filters], inputs as rows. */
export function kernelNorms({ height, width, inputs, filters, values }: Kernels): Float32Array {
  const squares = new Float64Array(inputs * filters);
  for (let place = 0; place < height * width; place++) {
    for (let i = 0; i < squares.length; i++) {
      squares[i] = (squares[i] as number) + (values[place * squares.length + i] as number) ** 2;
    }
  }
  return Float32Array.from(squares, Math.sqrt);
}

/** The length of all that leads into each filter: [filters]. */
export function filterNorms(kernels: Kernels): Float32Array {
  const { inputs, filters } = kernels;
  const norms = kernelNorms(kernels);
  return Float32Array.from({ length: filters }, (_, filter) => {
    let sum = 0;
    for (let input = 0; input < inputs; input++) sum += (norms[input * filters + filter] as number) ** 2;
    return Math.sqrt(sum);
  });
}

/** The inputs of one filter, the one that weighs most first: [inputs]. */
export function inputsByNorm(kernels: Kernels, filter: number): Int32Array {
  const { inputs, filters } = kernels;
  const norms = kernelNorms(kernels);
  const of = (input: number): number => norms[input * filters + filter] as number;
  return Int32Array.from({ length: inputs }, (_, input) => input).sort((a, b) => of(b) - of(a) || a - b);
}
