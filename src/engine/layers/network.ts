/**
 * A network as plain data, and the layers model that it describes: what a model from a file is kept as.
 *
 * One input, one output, each layer used once. It is built layer by layer from a table of kinds: nothing of a file is executed.
 */
import { LabError, messageOf } from '../../shared/errors.ts';
import { tf, type LayersModel, type SymbolicTensor } from '../runtime/index.ts';
import { checkSettings, LAYER_KINDS, type LayerKind } from './layer-kinds.ts';

export interface NetworkLayer {
  readonly name: string;
  /** A class of Keras: "Conv2D". */
  readonly kind: string;
  /** By tfjs's names; left-out ones have tfjs's defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of the layers before it, or of the input. */
  readonly inputs: readonly string[];
}

export interface Network {
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** In an order in which each comes after its inputs. */
  readonly layers: readonly NetworkLayer[];
  /** The name of the layer whose output is the network's. */
  readonly output: string;
}

export const MOST_LAYERS = 2000;
/** The setting in which a lab is handed an imported network, as JSON: an engine adds it, no record has it. */
export const IMPORTED_NETWORK = 'importedNetwork';

const MOST_EDGE = 4096;
/** Numbers that one example may become between two layers. */
const MOST_ACTIVATIONS = 2 ** 26;
/** A letter or digit first: names become parts of files and records. */
const NAME = /^[A-Za-z0-9][\w ./-]{0,79}$/;

/** The model, with weights of zeros. Throws `model/...` where the network is not whole, or too large. */
export function buildNetwork(network: Network): LayersModel {
  const { input, layers, output } = network;
  checkInput(input);
  if (layers.length === 0 || layers.length > MOST_LAYERS) {
    throw unsound(`Expected 1 to ${MOST_LAYERS} layers, got ${layers.length}.`);
  }
  const made = new Map<string, SymbolicTensor>();
  made.set(input.name, tf.input({ shape: [...input.shape], name: input.name }));
  for (const layer of layers) {
    if (made.has(layer.name)) throw unsound(`Two layers are called "${layer.name}".`);
    made.set(layer.name, applied(layer, made));
  }
  const last = made.get(output);
  if (last === undefined) throw unsound(`The output comes from "${output}", which is no layer.`);
  return tf.model({ inputs: made.get(input.name) as SymbolicTensor, outputs: last });
}

/**
 * The network without a softmax at its end, so that it gives logits. `network` itself where it has none.
 */
export function asLogits(network: Network): Network {
  const last = network.layers.find(({ name }) => name === network.output);
  if (last === undefined) return network;
  const isAlone =
    last.kind === 'Softmax' || (last.kind === 'Activation' && last.settings['activation'] === 'softmax');
  if (isAlone) {
    const layers = network.layers.filter((layer) => layer !== last);
    return { ...network, layers, output: last.inputs[0] as string };
  }
  if (last.settings['activation'] !== 'softmax') return network;
  const linear = { ...last, settings: { ...last.settings, activation: 'linear' } };
  return { ...network, layers: network.layers.map((layer) => (layer === last ? linear : layer)) };
}

/** The network behind a layer that scales what it gets: x * scale + offset. */
export function withInput(network: Network, { scale, offset }: { scale: number; offset: number }): Network {
  const { input, layers } = network;
  const taken = new Set([input.name, ...layers.map(({ name }) => name)]);
  const name = ['input_scale', ...Array.from({ length: taken.size }, (_, i) => `input_scale_${i + 1}`)].find(
    (free) => !taken.has(free),
  ) as string;
  const rescaling = { name, kind: 'Rescaling', settings: { scale, offset }, inputs: [input.name] };
  const behind = layers.map((layer) => ({
    ...layer,
    inputs: layer.inputs.map((from) => (from === input.name ? name : from)),
  }));
  return { ...network, layers: [rescaling, ...behind] };
}

/** A LabError `model/unsupported-layer` unless layers of this kind can be built. */
export function checkKind(kind: string, name: string): void {
  if (Object.hasOwn(LAYER_KINDS, kind)) return;
  throw new LabError(
    'model/unsupported-layer',
    `The layer "${name}" is of the kind ${kind}, which cannot be read.`,
    {
      hint: `Layers that can be: ${Object.keys(LAYER_KINDS).join(', ')}.`,
    },
  );
}

/** A LabError unless it can be the name of a layer. */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw unsound(
    `Expected the name of a layer, up to 80 letters, digits, spaces and "_./-", got ${short(name)}.`,
  );
}

/** Settings that the layer can have, by tfjs's names. Throws `model/unsupported-setting`. */
export function settingsFor(
  kind: string,
  name: string,
  given: Readonly<Record<string, unknown>>,
): NetworkLayer['settings'] {
  const checked = checkSettings(kind, given);
  if (checked.kind === 'sound') return checked.settings;
  throw new LabError(
    'model/unsupported-setting',
    `The layer "${name}" (${kind}) has ${checked.setting}: ${short(checked.value)}, which cannot be read.`,
    { hint: 'Save the model without that setting, or take its weights by layer from a weights file.' },
  );
}

function checkInput({ name, shape }: Network['input']): void {
  checkName(name);
  const isSound =
    shape.length >= 1 &&
    shape.length <= 4 &&
    shape.every((edge) => Number.isInteger(edge) && edge >= 1 && edge <= MOST_EDGE);
  if (isSound) return;
  throw unsound(
    `Expected an input of 1 to 4 fixed lengths from 1 to ${MOST_EDGE}, got [${shape.slice(0, 8).join(', ')}].`,
  );
}

function applied(
  { name, kind, settings, inputs }: NetworkLayer,
  made: ReadonlyMap<string, SymbolicTensor>,
): SymbolicTensor {
  checkName(name);
  checkKind(kind, name);
  const from = inputs.map((input) => {
    const tensor = made.get(input);
    if (tensor === undefined)
      throw unsound(`The layer "${name}" gets its input from "${input}", which is not before it.`);
    return tensor;
  });
  if (from.length === 0) throw unsound(`The layer "${name}" has no input.`);
  const { make } = LAYER_KINDS[kind] as LayerKind;
  let result: SymbolicTensor;
  try {
    const own = withoutUnknown(settingsFor(kind, name, settings), from[0] as SymbolicTensor);
    const layer = make({ ...own, name } as never);
    result = layer.apply(from.length === 1 ? (from[0] as SymbolicTensor) : from) as SymbolicTensor;
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw unsound(`The layer "${name}" (${kind}) cannot be built: ${messageOf(error)}`);
  }
  const numbers = result.shape.slice(1).reduce<number>((product, edge) => product * (edge ?? NaN), 1);
  if (!(numbers >= 1 && numbers <= MOST_ACTIVATIONS)) {
    throw unsound(`The layer "${name}" makes [${result.shape.slice(1).join(', ')}] of an example.`);
  }
  return result;
}

/** A length of -1 in a reshape's target as the number that it stands for: tfjs leaves it open. */
function withoutUnknown(
  settings: NetworkLayer['settings'],
  { shape }: SymbolicTensor,
): NetworkLayer['settings'] {
  const target = settings['targetShape'] as readonly number[] | undefined;
  if (target === undefined || !target.includes(-1)) return settings;
  const product = (lengths: readonly (number | null)[]): number =>
    lengths.reduce<number>((all, length) => all * (length ?? NaN), 1);
  const open = product(shape.slice(1)) / product(target.filter((length) => length !== -1));
  return { ...settings, targetShape: target.map((length) => (length === -1 ? open : length)) };
}

function unsound(message: string): LabError {
  return new LabError('model/unsound', message, {
    hint: 'The file is damaged, or no model that can be trained here.',
  });
}

/** A value from a file, for a message. */
function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
