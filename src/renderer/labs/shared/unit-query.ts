/** Where one unit or one feature map is looked at closely: a view of the lab that made it, as the address names it. */
import type { LayerActivation } from '../../../shared/inspect.ts';
import type { LabId } from '../../../shared/labs.ts';
import { isMaps } from './feature-maps.ts';

/** `unit` and `place` count from 0: a channel of the layer's maps or one of its units, and the layer's place in the network. */
export function unitQuery(
  lab: LabId,
  layer: Pick<LayerActivation, 'name' | 'shape'>,
  unit: number,
  place: number,
): Readonly<Record<string, string>> {
  if (isMaps(layer)) return { view: 'maps', layer: layer.name, map: String(unit) };
  return lab === 'mnist-mlp'
    ? { view: 'weights', layer: String(place + 1), unit: String(unit) }
    : { view: 'model', layer: layer.name };
}
