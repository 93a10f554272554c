/**
 * A network from the JSON that Keras and TensorFlow.js write of a model: sequential or functional, in the words of Keras 3 or 2.
 *
 * Only models of one input and one output, that use each layer once and without options of the call, are taken.
 */
import { LabError } from '../../shared/errors.ts';
import {
  checkKind,
  checkName,
  MOST_LAYERS,
  settingsFor,
  type Network,
  type NetworkLayer,
} from '../layers/index.ts';
import { fieldsOf, listOf } from './stored-model.ts';

/** How the two name what is one class. */
const ALIASES: Readonly<Record<string, string>> = {
  ReLu: 'ReLU',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  MaxPool2D: 'MaxPooling2D',
  AvgPool2D: 'AveragePooling2D',
};

/** Throws `model/unsupported`, `model/unsupported-layer`, `model/unsupported-setting`, `model/unsound`. */
export function networkFromKeras(json: unknown): Network {
  const { class_name: kind, config } = fieldsOf(json);
  if (kind === 'Sequential') return sequential(config);
  if (kind === 'Functional' || kind === 'Model') return functional(fieldsOf(config));
  throw new LabError(
    'model/unsupported',
    `Expected a sequential or functional model, got ${typeof kind === 'string' ? `one of the class ${kind}` : 'none'}.`,
    { hint: 'Models that are written as classes of their own keep no layers in their file.' },
  );
}

interface Read {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly nodes: readonly unknown[];
}

function sequential(config: unknown): Network {
  // Older writers keep the list alone.
  const layers = readLayers(Array.isArray(config) ? config : fieldsOf(config)['layers']);
  const [first] = layers;
  if (first === undefined) throw unsound('the model has no layers');
  const hasInput = first.kind === 'InputLayer';
  const { build_input_shape: built } = fieldsOf(config);
  const input = {
    name: hasInput ? first.name : 'input',
    shape: inputShape(first.config['batch_shape'] ?? first.config['batch_input_shape'] ?? built),
  };
  let before = input.name;
  const own = layers.slice(hasInput ? 1 : 0).map((layer): NetworkLayer => {
    const made = ownLayer(layer, [before]);
    before = layer.name;
    return made;
  });
  return { input, layers: own, output: before };
}

function functional(config: Readonly<Record<string, unknown>>): Network {
  const layers = readLayers(config['layers']);
  const inputs = layers.filter(({ kind }) => kind === 'InputLayer');
  const outputs = keysOf(config['output_layers']);
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined || inputs.length + outputs.length !== 2) {
    throw new LabError(
      'model/unsupported',
      `Expected a model with one input and one output, got ${inputs.length} and ${outputs.length}.`,
      { hint: 'Save the part of it that gets an image and gives the classes.' },
    );
  }
  const own = layers.filter((layer) => layer !== input);
  const links = new Map(own.map((layer) => [layer.name, inputsOf(layer)]));
  return {
    input: {
      name: input.name,
      shape: inputShape(input.config['batch_shape'] ?? input.config['batch_input_shape']),
    },
    layers: inOrder(own, links, input.name).map((layer) => ownLayer(layer, links.get(layer.name) ?? [])),
    output,
  };
}

function readLayers(list: unknown): Read[] {
  const layers = listOf(list);
  if (layers.length <= MOST_LAYERS) return layers.map(readLayer);
  throw unsound(`it has ${layers.length} layers, expected at most ${MOST_LAYERS}`);
}

function readLayer(json: unknown): Read {
  const { class_name: className, config: settings, name, inbound_nodes: nodes } = fieldsOf(json);
  const config = fieldsOf(settings);
  if (typeof className !== 'string') throw unsound('a layer has no class');
  const kind = Object.hasOwn(ALIASES, className) ? (ALIASES[className] as string) : className;
  return { kind, name: checkName(name ?? config['name']), config, nodes: listOf(nodes) };
}

function ownLayer({ kind, name, config }: Read, inputs: readonly string[]): NetworkLayer {
  checkKind(kind, name);
  const given = Object.entries(config).map(([key, value]) => {
    // Keras 3 calls the slope of a leaky ReLU by its meaning.
    if (kind === 'LeakyReLU' && key === 'negative_slope') return ['alpha', value] as const;
    return [camelCase(key), value] as const;
  });
  return { name, kind, settings: settingsFor(kind, name, Object.fromEntries(given)), inputs };
}

/** Names of the layers that a layer gets its inputs from. */
function inputsOf({ name, nodes }: Read): string[] {
  if (nodes.length !== 1) throw unsound(`the layer "${name}" is used ${nodes.length} times, expected once`);
  const [node] = nodes;
  if (Array.isArray(node)) {
    // Keras 2: [[name, node, tensor, options], ...]
    return node.map((key) => {
      refuseOptions(fieldsOf(listOf(key)[3]), name);
      return keyOf(key, name);
    });
  }
  // Keras 3: { args: [tensor] or [[tensor, ...]], kwargs }
  const { args, kwargs } = fieldsOf(node);
  refuseOptions(fieldsOf(kwargs), name);
  const tensors = listOf(args).flat();
  return tensors.map((tensor) => {
    const { class_name: kind, config } = fieldsOf(tensor);
    if (kind !== '__keras_tensor__') throw unsound(`the layer "${name}" gets something that is no tensor`);
    return keyOf(fieldsOf(config)['keras_history'], name);
  });
}

/** The layer of [layer, use, tensor]: only first uses and first outputs are taken. */
function keyOf(key: unknown, user: string): string {
  const [layer, use, tensor] = listOf(key);
  if (typeof layer !== 'string' || use !== 0 || tensor !== 0) {
    throw unsound(`the layer "${user}" gets an output that is not its layer's first`);
  }
  return layer;
}

/** Layers at a model's ends: one key, or a list of them. */
function keysOf(value: unknown): string[] {
  const list = listOf(value);
  const keys = typeof list[0] === 'string' ? [list] : list;
  return keys.map((key) => keyOf(key, 'output'));
}

/** Options of a call, such as `training: true`, that are set. */
function refuseOptions(options: Readonly<Record<string, unknown>>, name: string): void {
  const set = Object.entries(options).find(([, value]) => value !== null && value !== false);
  if (set !== undefined) throw unsound(`the layer "${name}" is called with the option "${set[0]}"`);
}

/** The layers, each after its inputs. */
function inOrder(
  layers: readonly Read[],
  links: ReadonlyMap<string, readonly string[]>,
  input: string,
): Read[] {
  const done = new Set([input]);
  const ordered: Read[] = [];
  let waiting = [...layers];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ name }) => (links.get(name) ?? []).every((before) => done.has(before)));
    if (ready.length === 0) throw unsound(`the layer "${waiting[0]?.name}" waits for one that does not come`);
    for (const layer of ready) done.add(layer.name);
    ordered.push(...ready);
    const isReady = new Set(ready);
    waiting = waiting.filter((layer) => !isReady.has(layer));
  }
  return ordered;
}

/** Without the batch. */
function inputShape(batchShape: unknown): number[] {
  const lengths = listOf(batchShape).slice(1);
  if (lengths.length > 0 && lengths.every((length) => typeof length === 'number')) return lengths;
  throw unsound(`the input's shape is ${JSON.stringify(batchShape)?.slice(0, 60)}, expected fixed lengths`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function unsound(what: string): LabError {
  return new LabError('model/unsound', `This model cannot be read: ${what}.`, {
    hint: 'Save a sequential or functional model that uses each layer once.',
  });
}
