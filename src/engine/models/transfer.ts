/** Which weights of an origin fit a network: layer by layer, by name and shape. */
import type { StartLayer } from '../../shared/start.ts';
import type { StoredTensor } from '../training/index.ts';

/** A weight that a network has: "conv1/kernel". */
export interface WeightShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Transfer {
  readonly layers: readonly StartLayer[];
  /** Layers of the origin that were not taken. */
  readonly unused: readonly string[];
  /** The weights that were taken, by the network's names. */
  readonly taken: Readonly<Record<string, StoredTensor>>;
}

/**
 * Takes each layer of `wanted` whose weights the origin all has: a layer of the same name, with weights of the same names and
 * shapes. Origins that only count their weights ("conv1/0") are taken in that order, which is the network's. With `withoutLast`, the last
 * layer begins anew even if it fits: it tells the classes of other data.
 */
export function matchWeights(
  wanted: readonly WeightShape[],
  origin: Readonly<Record<string, StoredTensor>>,
  withoutLast: boolean,
): Transfer {
  const theirs = byLayer(
    Object.entries(origin).map(([name, tensor]) => ({ name, shape: tensor.shape, tensor })),
  );
  const ours = [...byLayer(wanted)];
  const taken: Record<string, StoredTensor> = {};
  const used = new Set<string>();
  const layers = ours.map(([name, weights], i): StartLayer => {
    const size = weights.reduce((sum, { shape }) => sum + product(shape), 0);
    const fresh = (why: string): StartLayer => ({ name, weights: size, taken: false, why });
    if (withoutLast && i === ours.length - 1) return fresh('the last layer begins anew');
    const found = theirs.get(name);
    if (found === undefined) return fresh('no layer of that name');
    const isCounted = found.every((weight, at) => baseOf(weight.name) === String(at));
    if (found.length !== weights.length) {
      return fresh(`${weights.length} weights, and ${found.length} there`);
    }
    const pairs: [string, StoredTensor][] = [];
    for (const [at, weight] of weights.entries()) {
      const match = isCounted ? found[at] : found.find((other) => baseOf(other.name) === baseOf(weight.name));
      if (match === undefined) return fresh(`no ${baseOf(weight.name)} there`);
      if (String(match.shape) !== String(weight.shape)) {
        return fresh(
          `${baseOf(weight.name)} is [${weight.shape.join(', ')}], and [${match.shape.join(', ')}] there`,
        );
      }
      pairs.push([weight.name, match.tensor]);
    }
    for (const [weight, tensor] of pairs) taken[weight] = tensor;
    used.add(name);
    return { name, weights: size, taken: true, why: null };
  });
  return { layers, unused: [...theirs.keys()].filter((name) => !used.has(name)), taken };
}

/** "conv1/kernel" is a weight of the layer "conv1"; "weights2" and "bias2" are the second layer's. */
export function layerOf(weight: string): string {
  const slash = weight.lastIndexOf('/');
  if (slash > 0) return weight.slice(0, slash);
  const number = /\d+$/.exec(weight)?.[0];
  return number === undefined ? weight : `layer ${number}`;
}

function baseOf(weight: string): string {
  return weight.slice(weight.lastIndexOf('/') + 1);
}

function byLayer<W extends { readonly name: string }>(weights: readonly W[]): Map<string, W[]> {
  const layers = new Map<string, W[]>();
  for (const weight of weights) {
    const layer = layerOf(weight.name);
    layers.set(layer, [...(layers.get(layer) ?? []), weight]);
  }
  return layers;
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, edge) => size * edge, 1);
}
