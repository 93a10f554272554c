/** What a layer multiplies and adds, for one example forward: each as one operation. */
import type { layers } from '../runtime/index.ts';
import type { LayerVariable } from './initialisers.ts';

type Shape = readonly (number | null)[];

/** Shapes without the batch. */
interface Shapes {
  readonly input: Shape;
  readonly output: Shape;
}

const product = (shape: Shape): number => shape.reduce<number>((all, n) => all * (n ?? NaN), 1);

/** A kernel that is applied at every place of the output: 2 operations for each of its numbers. */
function atEachPlace(kernel: number, { output }: Shapes): number {
  return 2 * kernel * product(output.slice(0, -1));
}

/**
 * Operations of `layer` with `weights`; 0 for a layer without a matrix or convolution, null where it is not known: a layer of
 * a class of one's own with weights, or a length that is free.
 */
export function flopsOf(
  layer: layers.Layer,
  weights: readonly LayerVariable[],
  shapes: Shapes,
): number | null {
  const size = (name: string): number => {
    const found = weights.find((weight) => weight.originalName.endsWith(`/${name}`));
    return found === undefined ? 0 : product(found.shape);
  };
  const flops = ((): number => {
    switch (layer.getClassName()) {
      case 'Dense':
      case 'Conv1D':
      case 'Conv2D':
      case 'Conv3D':
        return atEachPlace(size('kernel'), shapes);
      case 'SeparableConv2D':
        return atEachPlace(size('depthwise_kernel') + size('pointwise_kernel'), shapes);
      case 'DepthwiseConv2D':
        return atEachPlace(size('depthwise_kernel'), shapes);
      case 'Conv2DTranspose':
      case 'Conv3DTranspose': // the kernel is applied at every place of the input
        return 2 * size('kernel') * product(shapes.input.slice(0, -1));
      case 'BatchNormalization':
      case 'LayerNormalization':
      case 'PReLU':
      case 'Embedding':
        return 0;
      default:
        return weights.length === 0 ? 0 : NaN;
    }
  })();
  return Number.isNaN(flops) ? null : flops;
}
