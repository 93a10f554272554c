/**
 * A layers model in the words of Keras 3: the `config.json` of a `.keras` file.
 *
 * tfjs keeps Keras 2's layers under camel-case names. Only what a layer computes is written: initialisers and regularisers have done
 * their part. Layers that Keras has not, or has with another meaning, are refused by name.
 */
import { LabError } from '../../shared/errors.ts';
import type { layers, LayersModel, SymbolicTensor } from '../runtime/index.ts';
import { usesOf } from './nodes.ts';

type Layer = layers.Layer;
type Config = Readonly<Record<string, unknown>>;

const RECURRENT = ['useBias', 'dropout', 'recurrentDropout', 'returnSequences', 'goBackwards'];

/** The settings of each class that are handed over, by tfjs's names. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ['filters', 'kernelSize', 'strides', 'padding', 'dilationRate', 'activation', 'useBias'],
  DepthwiseConv2D: [
    'depthMultiplier',
    'kernelSize',
    'strides',
    'padding',
    'dilationRate',
    'activation',
    'useBias',
  ],
  Dense: ['units', 'activation', 'useBias'],
  Flatten: [],
  Rescaling: ['scale', 'offset'],
  Reshape: ['targetShape'],
  Permute: ['dims'],
  Activation: ['activation'],
  ReLU: ['maxValue'],
  LeakyReLU: ['alpha'],
  ELU: ['alpha'],
  Softmax: ['axis'],
  MaxPooling2D: ['poolSize', 'strides', 'padding'],
  AveragePooling2D: ['poolSize', 'strides', 'padding'],
  GlobalAveragePooling2D: [],
  GlobalMaxPooling2D: [],
  ZeroPadding2D: ['padding'],
  BatchNormalization: ['axis', 'momentum', 'epsilon', 'center', 'scale'],
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale'],
  Dropout: ['rate'],
  SpatialDropout2D: ['rate'],
  GaussianNoise: ['stddev'],
  GaussianDropout: ['rate'],
  Add: [],
  Multiply: [],
  Average: [],
  Maximum: [],
  Minimum: [],
  Concatenate: ['axis'],
  Embedding: ['inputDim', 'outputDim', 'maskZero'],
  SpatialDropout1D: ['rate'],
  SimpleRNN: ['units', 'activation', ...RECURRENT],
  LSTM: ['units', 'activation', 'recurrentActivation', ...RECURRENT],
  GRU: ['units', 'activation', 'recurrentActivation', ...RECURRENT],
  Bidirectional: ['mergeMode'],
  GlobalAveragePooling1D: [],
};

/** The name of a layer's class in the weights' file: its class in snake case, as Keras writes it. */
const GROUPS: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  MaxPooling2D: 'max_pooling2d',
  AveragePooling2D: 'average_pooling2d',
  GlobalAveragePooling2D: 'global_average_pooling2d',
  GlobalMaxPooling2D: 'global_max_pooling2d',
  ZeroPadding2D: 'zero_padding2d',
  SpatialDropout2D: 'spatial_dropout2d',
  SpatialDropout1D: 'spatial_dropout1d',
  SimpleRNN: 'simple_rnn',
  LSTM: 'lstm',
  GRU: 'gru',
  GlobalAveragePooling1D: 'global_average_pooling1d',
};

/** What Keras calls a layer's class: tfjs's own mostly are Keras's. */
function kerasClass(layer: Layer): string {
  const kind = layer.getClassName();
  if (kind === 'ResetAfterGRU') return 'GRU';
  // Keras's own GRU can be either; tfjs's, whose reset gate comes first, runs nowhere here.
  if (kind === 'GRU') return 'tfjs’s GRU';
  if (kind === 'MaskedPooling' && layer.getConfig()['kind'] === 'mean') return 'GlobalAveragePooling1D';
  return kind;
}

/** A layer's place in a model: its class in Keras, its name, and its group in the weights' file. */
export interface KerasLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly group: string;
}

/** The layers in the order in which Keras counts them. `nameOf`: names that are unlike each other. */
export function kerasLayers(model: LayersModel, nameOf: (layer: Layer) => string): KerasLayer[] {
  const counts = new Map<string, number>();
  return model.layers.map((layer) => {
    const kind = kerasClass(layer);
    if (kind !== 'InputLayer' && SETTINGS[kind] === undefined) throw unsupported(kind, nameOf(layer));
    const base = GROUPS[kind] ?? snakeCase(kind);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return { layer, name: nameOf(layer), group: count === 0 ? base : `${base}_${count}` };
  });
}

/** The model as `config.json` says it: an object for `JSON.stringify`. */
export function kerasConfig(model: LayersModel, all: readonly KerasLayer[]): Config {
  const nameOf = (layer: Layer): string => all.find((one) => one.layer === layer)?.name ?? layer.name;
  const keyOf = (tensor: SymbolicTensor): readonly [string, number, number] => [
    nameOf(tensor.sourceLayer),
    0,
    tensor.tensorIndex ?? 0,
  ];
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: 'functional',
      trainable: true,
      layers: all.map(({ layer, name }) => layerConfig(model, layer, name, keyOf)),
      input_layers: model.inputs.map(keyOf),
      output_layers: model.outputs.map(keyOf),
    },
    registered_name: 'Functional',
    build_config: { input_shape: null },
  };
}

function layerConfig(
  model: LayersModel,
  layer: Layer,
  name: string,
  keyOf: (tensor: SymbolicTensor) => readonly [string, number, number],
): Config {
  const kind = kerasClass(layer);
  const uses = usesOf(model, layer);
  if (uses.length > 1) {
    throw new LabError('export/keras', `The layer "${name}" is used ${uses.length} times.`, {
      hint: 'Only models that use each layer once can be written for Keras.',
    });
  }
  const inputs = kind === 'InputLayer' ? [] : (uses[0]?.node.inputTensors ?? []);
  const tensors = inputs.map((tensor) => ({
    class_name: '__keras_tensor__',
    config: { shape: tensor.shape, dtype: tensor.dtype, keras_history: keyOf(tensor) },
  }));
  return {
    module: 'keras.layers',
    class_name: kind,
    config:
      kind === 'InputLayer'
        ? { batch_shape: (layer.output as SymbolicTensor).shape, dtype: inputType(layer), name }
        : ownConfig(layer, kind, name),
    registered_name: null,
    ...(inputs.length > 0 && {
      build_config: {
        input_shape: inputs.length === 1 ? inputs[0]?.shape : inputs.map(({ shape }) => shape),
      },
    }),
    name,
    inbound_nodes:
      tensors.length === 0 ? [] : [{ args: tensors.length === 1 ? tensors : [tensors], kwargs: {} }],
  };
}

function inputType(layer: Layer): string {
  return (layer.output as SymbolicTensor).dtype;
}

function ownConfig(layer: Layer, kind: string, name: string): Config {
  // Keras's spatial dropouts do not take `trainable`.
  const trainable = kind.startsWith('SpatialDropout') ? {} : { trainable: true };
  const own = { name, ...trainable, dtype: 'float32', ...settingsOf(layer, kind, name) };
  if (kind === 'GRU') return { ...own, reset_after: true };
  if (kind !== 'Bidirectional') return own;
  const { forwardLayer, backwardLayer } = layer as unknown as Directions;
  const inner = (one: Layer): Config => ({
    module: 'keras.layers',
    class_name: kerasClass(one),
    config: ownConfig(one, kerasClass(one), one === forwardLayer ? `forward_${name}` : `backward_${name}`),
    registered_name: null,
  });
  return { ...own, layer: inner(forwardLayer), backward_layer: inner(backwardLayer) };
}

interface Directions {
  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
}

/** Where Keras keeps a layer's weights, below the layer's group. */
export function weightGroups(layer: Layer): { readonly path: readonly string[]; readonly layer: Layer }[] {
  const kind = kerasClass(layer);
  if (kind === 'Bidirectional') {
    const { forwardLayer, backwardLayer } = layer as unknown as Directions;
    return [
      { path: ['forward_layer', 'cell'], layer: forwardLayer },
      { path: ['backward_layer', 'cell'], layer: backwardLayer },
    ];
  }
  return [{ path: ['SimpleRNN', 'LSTM', 'GRU'].includes(kind) ? ['cell'] : [], layer }];
}

function settingsOf(layer: Layer, kind: string, name: string): Config {
  const config = layer.getConfig() as Config;
  if (config['dataFormat'] === 'channelsFirst') throw unsupported(`${kind} with channels first`, name);
  const entries = (SETTINGS[kind] ?? []).flatMap((key) => {
    const value = config[key];
    if (value === undefined) return [];
    const written = key === 'activation' || key === 'recurrentActivation' ? activation(value, name) : value;
    // Keras 3 calls the slope of a leaky ReLU by its meaning.
    return [[kind === 'LeakyReLU' ? 'negative_slope' : snakeCase(key), written] as const];
  });
  return Object.fromEntries(entries);
}

/** tfjs keeps an activation by its name, or as a class with a configuration. */
function activation(value: unknown, name: string): string {
  const kind = typeof value === 'string' ? value : (value as { className?: string } | null)?.className;
  if (kind === undefined) throw unsupported('an activation of its own', name);
  return snakeCase(kind);
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function unsupported(what: string, name: string): LabError {
  return new LabError('export/keras', `Keras has no layer for "${name}": it is ${what}.`, {
    hint: 'Export the weights as safetensors, which any model can be written as.',
  });
}
