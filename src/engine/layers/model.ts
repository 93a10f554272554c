/**
 * A model of tfjs's layers API as the pure functions that an experiment needs.
 *
 * tfjs keeps a model's weights in variables and changes them in place. Here the model is a skeleton without values: weights are
 * named tensors, lent to the layers while the model is applied, and what layers write (moving averages) comes back as new
 * tensors. So a layers model is compiled, checkpointed and resumed as any model written by hand.
 */
import type { ModelSummary } from '../../shared/model.ts';
import { LabError } from '../../shared/errors.ts';
import {
  tf,
  type layers,
  type LayersModel,
  type Scalar,
  type SymbolicTensor,
  type Tensor,
  type Tensor3D,
} from '../runtime/index.ts';
import { allWeights, mapParameters, named, type Parameters, type Weights } from '../training/index.ts';
import { describeLayers } from './describe.ts';
import { frozenNormalisations, withFrozen } from './frozen-layers.ts';
import { withFusedLayers } from './fused-layers.ts';
import { buildWatched, drawInitial, type Initialiser, type LayerVariable } from './initialisers.ts';
import { kerasFile } from './keras-file.ts';
import { lastingNames } from './names.ts';
import { usesOf } from './nodes.ts';
import { withRandomness, type Randomness } from './random-layers.ts';
import { withRecurrence, type Recorded, type Recurrence } from './recurrent-layers.ts';
import { tfjsFile } from './tfjs-file.ts';

type Layer = layers.Layer;

/** What a model makes of an input. */
export interface Applied {
  /** The model's output; of a model with several, the first. */
  readonly output: Tensor;
  readonly outputs: readonly Tensor[];
  /** The sum of what the layers' regularisers ask for; 0 where there are none. Part of the loss. */
  readonly penalty: Scalar;
  /** The buffers after this: others than before where batch normalisation trains. */
  readonly buffers: Parameters;
}

/** The activations of one layer: [batch, ...]. */
export interface Activation {
  readonly name: string;
  readonly tensor: Tensor;
}

export interface Model {
  /** Fresh weights; each initialiser draws from (seed, the weight's name). */
  initialWeights(seed: number): Weights;
  /**
   * Applies the model to `x`, one tensor or one for each input. With `training` given, layers behave as they do in training: dropout
   * and noise draw from it, batch normalisation takes the batch's own statistics. All tensors returned are new.
   */
  apply(weights: Weights, x: Tensor | readonly Tensor[], training?: Randomness): Applied;
  /** What each layer makes of `x` outside of training, in the order of `describe`, inputs left out. */
  activations(weights: Weights, x: Tensor | readonly Tensor[]): Activation[];
  /**
   * What goes on inside of the recurrent layers while the model reads `x`, outside of training, in the order in which they run: each
   * direction of a bidirectional layer by itself, both in the order of the text.
   */
  inside(weights: Weights, x: Tensor | readonly Tensor[]): Recorded[];
  /** Parameters with the layers' constraints (a greatest norm, no negative values) applied, to be called after an optimizer's step. */
  constrain(parameters: Parameters): Parameters;
  describe(): ModelSummary;
  /** The model with `weights` as the bytes of a `.keras` file. Throws `export/keras` where Keras has no such layer. */
  toKeras(weights: Weights): Promise<Uint8Array>;
  /** The same as a zip of what TensorFlow.js loads: `model.json` and shards of weights. Throws `export/tfjs`. */
  toTfjs(weights: Weights): Uint8Array;
}

/** For models that come from outside. */
export interface ModelLimits {
  /** Numbers that all weights together may have. */
  readonly mostWeights: number;
}

interface Weight {
  readonly variable: LayerVariable;
  readonly name: string;
  readonly trainable: boolean;
  /** What draws its first value, or that value itself where the model came with one. */
  readonly initial: Initialiser | Float32Array | Int32Array;
}

/**
 * The functions of the model that `build` makes: sequential, functional or loaded from a file, of any layers. The model belongs to
 * them from then on: its own variables are freed, so that nothing is left to dispose of. Layers get names that last: those that
 * were given, or else class and number ("dense_1").
 */
export function makeModel(build: () => LayersModel, limits?: ModelLimits): Model {
  const { model, initialisers } = buildWatched(build, limits && budgetOf(limits));
  refuseStateful(model);
  const lasting = lastingNames();
  const everyNamed = allLayers(model).map((layer) => ({ layer, name: lasting(layer.name) }));
  const nameOf = new Map(everyNamed.map(({ layer, name }) => [layer, name]));
  const weights = weightsOfModel(model, initialisers, lasting);
  for (const { variable } of weights) variable.dispose();
  const everyLayer = tf.model({
    inputs: model.inputs,
    outputs: model.layers.filter(hasOutput).map((layer) => firstOutput(model, layer)),
  });

  const allOfThem = [...nameOf.keys()];
  const isFrozenIn =
    ({ parameters }: Weights) =>
    (variable: LayerVariable): boolean =>
      weights.some((one) => one.variable === variable && parameters[one.name] === undefined);
  const valuesOf =
    (values: Weights) =>
    (variable: LayerVariable): Tensor => {
      const weight = weights.find((one) => one.variable === variable);
      if (weight === undefined) throw new Error(`Unknown weight ${variable.name}`);
      return named(allWeights(values), weight.name);
    };
  const run = <R>(values: Weights, written: Map<string, Tensor>, recurrence: Recurrence, body: () => R): R =>
    withLent(weights, values, written, () => withRecurrence(everyNamed, recurrence, body));

  return {
    initialWeights: (seed) =>
      tf.tidy(() => {
        const draw = (trainable: boolean) =>
          Object.fromEntries(
            weights
              .filter((weight) => weight.trainable === trainable)
              .map((weight) => [weight.name, firstValue(weight, seed)]),
          );
        return { parameters: draw(true), buffers: draw(false) } as never;
      }),

    apply(values, x, training) {
      const written = new Map<string, Tensor>();
      const applied = tf.tidy(() => {
        const call = (): Applied => {
          const outputs = asList(
            model.apply(x as Tensor, { training: training !== undefined }) as Tensor | Tensor[],
          );
          const buffers = mapParameters(values.buffers, (buffer, name) =>
            tf.clone(written.get(name) ?? buffer),
          );
          return { output: outputs[0] as Tensor, outputs, penalty: total(model.calculateLosses()), buffers };
        };
        return run(values, written, { training }, () =>
          training === undefined
            ? call()
            : withRandomness(everyNamed, training, () => {
                const frozen = frozenNormalisations(allOfThem, isFrozenIn(values));
                const others = allOfThem.filter((layer) => !frozen.has(layer));
                return withFrozen(frozen, () => withFusedLayers(others, call));
              }),
        ) as never;
      }) as Applied;
      for (const tensor of written.values()) tensor.dispose();
      return applied;
    },

    activations: (values, x) =>
      tf.tidy(() => {
        const outputs = run(values, new Map(), {}, () =>
          asList(everyLayer.apply(x as Tensor, { training: false }) as Tensor | Tensor[]),
        );
        const names = model.layers.filter(hasOutput).map((layer) => nameOf.get(layer) as string);
        return outputs.map((tensor, i): Activation => ({ name: names[i] as string, tensor })) as never;
      }),

    inside: (values, x) =>
      tf.tidy(() => {
        const recorded: Recorded[] = [];
        const record = (one: Recorded): void => void recorded.push(one);
        run(values, new Map(), { record }, () => model.apply(x as Tensor, { training: false }));
        // Clones belong to the caller's tidy, as any result does.
        const own = recorded.map((one) => ({ ...one, ...mapped(one, (part) => tf.clone(part)) }));
        for (const one of recorded) mapped(one, (part) => part.dispose());
        return own as never;
      }),

    constrain(parameters) {
      const constraints = new Map(weights.map(({ name, variable }) => [name, constraintOf(variable)]));
      return mapParameters(
        parameters,
        (parameter, name) => constraints.get(name)?.apply(parameter) ?? parameter,
      );
    },

    toKeras: (values) =>
      kerasFile({
        // A sequential model as the graph that it is.
        model: tf.model({ inputs: model.inputs, outputs: model.outputs }),
        nameOf: (layer) => nameOf.get(layer) ?? lasting(layer.name),
        valueOf: valuesOf(values),
      }),

    toTfjs: (values) => tfjsFile({ model, valueOf: valuesOf(values) }),

    describe: () =>
      describeLayers(
        model,
        (layer) => nameOf.get(layer) as string,
        (layer) => {
          const own = new Set(layer.weights);
          return weights.filter(({ variable }) => own.has(variable));
        },
      ),
  };
}

function mapped<R>({ states, gates }: Recorded, f: (part: Tensor3D) => R): { states: R[]; gates: R[] } {
  return { states: states.map(f), gates: gates.map(f) };
}

/** Lets each weight's variable read its value in `values`, and note in `written` what is written to it (kept tensors). */
function withLent<R>(
  weights: readonly Weight[],
  values: Weights,
  written: Map<string, Tensor>,
  body: () => R,
): R {
  const all = allWeights(values);
  for (const { variable, name } of weights) {
    const given = named(all, name);
    if (String(given.shape) !== String(variable.shape)) {
      throw new TypeError(
        `Expected the weight "${name}" to be [${variable.shape.join(', ')}], got [${given.shape.join(', ')}].`,
      );
    }
    variable.read = () => written.get(name) ?? given;
    variable.write = (value) => {
      const before = written.get(name);
      written.set(name, tf.keep(tf.clone(value)));
      before?.dispose();
      return variable;
    };
  }
  try {
    return body();
  } finally {
    for (const { variable } of weights) {
      Reflect.deleteProperty(variable, 'read');
      Reflect.deleteProperty(variable, 'write');
    }
  }
}

function weightsOfModel(
  model: LayersModel,
  initialisers: ReadonlyMap<LayerVariable, Initialiser>,
  lasting: (name: string) => string,
): Weight[] {
  const trainable = new Set(model.trainableWeights);
  const uses = new Map<string, number>();
  return model.weights.map((variable) => {
    const wanted = lasting(variable.originalName);
    const use = (uses.get(wanted) ?? 0) + 1;
    uses.set(wanted, use);
    return {
      variable,
      // Two models that were put into one may have layers of one name.
      name: use === 1 ? wanted : `${wanted}_${use}`,
      trainable: trainable.has(variable),
      initial:
        initialisers.get(variable) ?? (variable.read().dataSync().slice() as Float32Array | Int32Array),
    };
  });
}

function firstValue({ variable, name, initial }: Weight, seed: number): Tensor {
  return 'apply' in initial
    ? drawInitial(initial, variable, seed, name)
    : tf.tensor(initial, variable.shape as number[], variable.dtype);
}

/** Counts the weights as they are made, and throws `model/too-large` for the one that is too much. */
function budgetOf({ mostWeights }: ModelLimits): (shape: readonly (number | null)[]) => void {
  let left = mostWeights;
  return (shape) => {
    left -= shape.reduce<number>((size, n) => size * (n ?? 1), 1);
    if (left >= 0) return;
    throw new LabError('model/too-large', `Expected a model with at most ${mostWeights} weights, got more.`, {
      hint: 'Choose a smaller model.',
    });
  };
}

/** All layers, those inside of models and wrappers too. */
function allLayers(model: LayersModel): Layer[] {
  const inside = (layer: Layer): Layer[] => {
    const { layers: inner, layer: wrapped, forwardLayer, backwardLayer } = layer as unknown as Wrapping;
    const found = [...(inner ?? []), wrapped, forwardLayer, backwardLayer].filter((one) => one !== undefined);
    return [layer, ...found.flatMap(inside)];
  };
  return [...new Set(model.layers.flatMap(inside))];
}

interface Wrapping {
  readonly layers?: Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

/** A layer that goes on from where the last batch ended keeps its state in JavaScript, which a compiled step cannot. */
function refuseStateful(model: LayersModel): void {
  const stateful = allLayers(model).find((layer) => layer.stateful);
  if (stateful === undefined) return;
  throw new LabError('layers/stateful', `The layer "${stateful.name}" carries a state from batch to batch.`, {
    hint: 'Build it with stateful: false.',
  });
}

const hasOutput = (layer: Layer): boolean => layer.getClassName() !== 'InputLayer';

function firstOutput(model: LayersModel, layer: Layer): SymbolicTensor {
  const output = layer.getOutputAt(usesOf(model, layer)[0]?.index ?? 0);
  return (Array.isArray(output) ? output[0] : output) as SymbolicTensor;
}

function constraintOf(variable: LayerVariable): { apply(weight: Tensor): Tensor } | undefined {
  return (
    (variable as unknown as { constraint: { apply(weight: Tensor): Tensor } | null }).constraint ?? undefined
  );
}

function total(losses: readonly Scalar[]): Scalar {
  return losses.length === 0 ? tf.scalar(0) : tf.addN([...losses]);
}

function asList(tensors: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(tensors) ? tensors : [tensors];
}
