/** A layers model as plain data. */
import type { LayerSummary, ModelSummary } from '../../shared/model.ts';
import type { layers, LayersModel } from '../runtime/index.ts';
import { flopsOf } from './flops.ts';
import type { LayerVariable } from './initialisers.ts';
import { usesOf } from './nodes.ts';

type Layer = layers.Layer;
type Shape = readonly (number | null)[];

interface Weight {
  readonly variable: LayerVariable;
  readonly name: string;
  readonly trainable: boolean;
}

/** Settings of a layer that are shown, where it has them. */
const SETTINGS = [
  'filters',
  'kernelSize',
  'poolSize',
  'strides',
  'padding',
  'dilationRate',
  'units',
  'activation',
  'rate',
  'stddev',
  'momentum',
  'epsilon',
  'axis',
  'targetShape',
  'useBias',
];

export function describeLayers(
  model: LayersModel,
  nameOf: (layer: Layer) => string,
  weightsOf: (layer: Layer) => readonly Weight[],
): ModelSummary {
  const described = model.layers.map((layer): LayerSummary => {
    const weights = weightsOf(layer);
    const output = withoutBatch(usesOf(model, layer)[0]?.node.outputShapes as Shape | Shape[]);
    const variables = weights.map(({ variable }) => variable);
    return {
      name: nameOf(layer),
      kind: layer.getClassName(),
      inputs: inboundLayers(model, layer).map(nameOf),
      outputShape: output,
      weights: weights.map(({ variable, name, trainable }) => ({
        name,
        shape: variable.shape as number[],
        trainable,
      })),
      parameters: sum(weights.map(sizeOf)),
      flops: flopsOf(layer, variables, { input: inputShapeOf(model, layer), output }),
      settings: settingsOf(layer),
    };
  });
  const all = new Map(
    model.layers.flatMap((layer) => weightsOf(layer).map((weight) => [weight.name, weight])),
  );
  const flops = described.map((layer) => layer.flops);
  return {
    layers: described,
    parameters: sum([...all.values()].map(sizeOf)),
    trainable: sum([...all.values()].filter(({ trainable }) => trainable).map(sizeOf)),
    flops: flops.every((of) => of !== null) ? sum(flops) : null,
  };
}

function inboundLayers(model: LayersModel, layer: Layer): Layer[] {
  return usesOf(model, layer).flatMap(({ node }) => node.inboundLayers);
}

function inputShapeOf(model: LayersModel, layer: Layer): Shape {
  const inputs = usesOf(model, layer)[0]?.node.inputTensors;
  return inputs?.[0]?.shape.slice(1) ?? [];
}

function withoutBatch(shape: Shape | readonly Shape[]): Shape {
  const first = (Array.isArray(shape[0]) ? shape[0] : shape) as Shape;
  return first.slice(1);
}

function settingsOf(layer: Layer): LayerSummary['settings'] {
  const config = layer.getConfig() as Readonly<Record<string, unknown>>;
  const shown = SETTINGS.flatMap((name): [string, string | number | boolean][] => {
    const value = config[name];
    if (Array.isArray(value)) return [[name, value.join(' x ')]];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, value]]
      : [];
  });
  return Object.fromEntries(shown);
}

function sizeOf({ variable }: Weight): number {
  return variable.shape.reduce<number>((size, n) => size * (n ?? 1), 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
