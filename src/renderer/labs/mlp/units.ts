/** Hidden units as pictures: which parameters belong to which layer, and the order in which units are shown. Pure arithmetic. */
import type { LayerActivation, WeightTensor } from '../../../shared/inspect.ts';
import type { Strides } from '../../data/paint.ts';

/** One layer of the MLP: a matrix [fanIn, fanOut] and its bias [fanOut]. */
export interface Layer {
  /** From 1. */
  readonly number: number;
  readonly weights: WeightTensor;
  readonly bias: WeightTensor | null;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The layers of an MLP by the names of their tensors: weights1, bias1, weights2, ... */
export function layersOf(tensors: readonly WeightTensor[]): readonly Layer[] {
  const layers: Layer[] = [];
  for (const weights of tensors) {
    const match = /^weights(\d+)$/.exec(weights.name);
    const [fanIn, fanOut] = weights.shape;
    if (match === null || fanIn === undefined || fanOut === undefined) continue;
    const number = Number(match[1]);
    const bias = tensors.find(({ name }) => name === `bias${number}`) ?? null;
    layers.push({ number, weights, bias, fanIn, fanOut });
  }
  return layers.sort((a, b) => a.number - b.number);
}

/** Tensors in the order of their layers, weights before biases: weights1, bias1, weights2, ... */
export function inLayers<T extends { readonly tensor: string }>(tensors: readonly T[]): readonly T[] {
  const layerOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? Infinity);
  const isBias = (name: string): number => (name.startsWith('bias') ? 1 : 0);
  return [...tensors].sort(
    (a, b) => layerOf(a.tensor) - layerOf(b.tensor) || isBias(a.tensor) - isBias(b.tensor),
  );
}

/** Where the weights that lead into one unit lie in [fanIn, fanOut], read as an image of `width` columns. */
export function unitStrides({ fanOut }: Layer, unit: number, width: number): Strides {
  return { start: unit, rowStep: width * fanOut, columnStep: fanOut };
}

/** The length of the weights that lead into each unit: [fanOut]. */
export function incomingNorms({ weights, fanIn, fanOut }: Layer): Float32Array {
  const sums = new Float64Array(fanOut);
  for (let i = 0; i < fanIn; i++) {
    for (let unit = 0; unit < fanOut; unit++) {
      const value = weights.values[i * fanOut + unit] as number;
      sums[unit] = (sums[unit] as number) + value * value;
    }
  }
  return Float32Array.from(sums, Math.sqrt);
}

/** The length of the weights that lead out of each unit of the layer below: [fanIn]. */
export function outgoingNorms({ weights, fanIn, fanOut }: Layer): Float32Array {
  return Float32Array.from({ length: fanIn }, (_, unit) => {
    let sum = 0;
    for (let i = 0; i < fanOut; i++) sum += (weights.values[unit * fanOut + i] as number) ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * What each unit of a hidden layer gives to the next for one input: its activation times the length of its outgoing weights. Null
 * where the activation is not of that layer.
 */
export function contributions(
  activation: LayerActivation | undefined,
  next: Layer | undefined,
): Float32Array | null {
  if (activation === undefined || next === undefined || activation.values.length !== next.fanIn) return null;
  const norms = outgoingNorms(next);
  return activation.values.map((value, unit) => value * (norms[unit] as number));
}
