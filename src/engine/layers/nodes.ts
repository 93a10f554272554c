/** Where a model uses a layer: a layer may have other uses in other models. */
import type { layers, LayersModel } from '../runtime/index.ts';

type Layer = layers.Layer;
export type Node = Layer['inboundNodes'][number];

/** The uses of `layer` in `model`, with their numbers among all uses of the layer. */
export function usesOf(model: LayersModel, layer: Layer): { readonly index: number; readonly node: Node }[] {
  // tfjs's own key of a use.
  return layer.inboundNodes
    .map((node, index) => ({ index, node }))
    .filter(({ index }) => model.containerNodes.has(`${layer.name}_ib-${index}`));
}
