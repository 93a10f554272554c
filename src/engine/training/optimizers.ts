/**
 * Optimizers as pure functions over named parameters: what goes in is left alone, what comes out is new.
 *
 * The learning rate and the step are tensors: they change from step to step, and a JavaScript number would freeze into a
 * compiled step. Formulas follow Keras where it differs from the paper, so that the same settings mean the same thing.
 */
import { tf, type Scalar, type Tensor } from '../runtime/index.ts';
import { mapParameters, named, type Parameters } from './gradients.ts';

/** An optimizer's memory: for each slot (momentum, velocity, ...) one tensor per parameter. */
export type Slots = Readonly<Record<string, Parameters>>;

export interface UpdateInputs {
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  readonly slots: Slots;
  /** float32 scalar. */
  readonly learningRate: Scalar;
  /** int32 scalar: steps taken before this one, 0 at first. */
  readonly step: Scalar;
}

export interface Optimizer {
  readonly name: string;
  /** Zeros for each slot. */
  initialSlots(parameters: Parameters): Slots;
  update(inputs: UpdateInputs): { parameters: Parameters; slots: Slots };
}

function zeroSlots(names: readonly string[], parameters: Parameters): Slots {
  return Object.fromEntries(names.map((name) => [name, mapParameters(parameters, (p) => tf.zerosLike(p))]));
}

function slot(slots: Slots, name: string): Parameters {
  const found = slots[name];
  if (found === undefined)
    throw new TypeError(`Expected a slot called "${name}", got ${Object.keys(slots).join(', ') || 'none'}.`);
  return found;
}

/** Updates parameter by parameter: `rule` gets (parameter, gradient, its slots in order) and returns (new parameter, new slots). */
function updateEach(
  { parameters, gradients, slots }: UpdateInputs,
  slotNames: readonly string[],
  rule: (parameter: Tensor, gradient: Tensor, slots: Tensor[]) => [Tensor, ...Tensor[]],
): { parameters: Parameters; slots: Slots } {
  const next: Record<string, Tensor> = {};
  const nextSlots: Record<string, Record<string, Tensor>> = Object.fromEntries(
    slotNames.map((name) => [name, {}]),
  );
  for (const name of Object.keys(parameters)) {
    const [parameter, ...values] = rule(
      named(parameters, name),
      named(gradients, name),
      slotNames.map((slotName) => named(slot(slots, slotName), name)),
    );
    next[name] = parameter;
    slotNames.forEach(
      (slotName, i) => ((nextSlots[slotName] as Record<string, Tensor>)[name] = values[i] as Tensor),
    );
  }
  return { parameters: next, slots: nextSlots };
}

/**
 * Stochastic gradient descent: w <- w - lr g. With `momentum` (0 to below 1): m <- momentum m - lr g, w <- w + m (Polyak 1964); with
 * `nesterov` w <- w + momentum m - lr g (Sutskever et al. 2013, section 2).
 */
export function sgd({ momentum = 0, nesterov = false } = {}): Optimizer {
  if (momentum === 0) {
    return {
      name: 'sgd',
      initialSlots: () => ({}),
      update: (inputs) => updateEach(inputs, [], (w, g) => [tf.sub(w, tf.mul(inputs.learningRate, g))]),
    };
  }
  return {
    name: nesterov ? 'nesterov' : 'momentum',
    initialSlots: (parameters) => zeroSlots(['momentum'], parameters),
    update: (inputs) =>
      updateEach(inputs, ['momentum'], (w, g, [m]) => {
        const pull = tf.mul(inputs.learningRate, g);
        const next = tf.sub(tf.mul(m as Tensor, momentum), pull);
        return [tf.add(w, nesterov ? tf.sub(tf.mul(next, momentum), pull) : next), next];
      }),
  };
}

/** RMSProp (Tieleman and Hinton 2012, lecture 6.5): v <- rho v + (1 - rho) g^2, w <- w - lr g / sqrt(v + epsilon), as Keras has it. */
export function rmsProp({ rho = 0.9, epsilon = 1e-7 } = {}): Optimizer {
  return {
    name: 'rmsprop',
    initialSlots: (parameters) => zeroSlots(['velocity'], parameters),
    update: (inputs) =>
      updateEach(inputs, ['velocity'], (w, g, [v]) => {
        const next = tf.add(tf.mul(v as Tensor, rho), tf.mul(tf.square(g), 1 - rho));
        return [tf.sub(w, tf.div(tf.mul(inputs.learningRate, g), tf.sqrt(tf.add(next, epsilon)))), next];
      }),
  };
}

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba 2015), in the form of the end of its section 2 that Keras and TensorFlow use ("epsilon hat"):
 * w <- w - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon), t = step + 1.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily('adam', 0, options);
}

/**
 * AdamW (Loshchilov and Hutter 2019): Adam with weight decay taken off the weights themselves, w <- w - lr decay w, before the
 * Adam step. As in Keras it applies to every parameter unless `decays` says otherwise.
 */
export function adamW({
  weightDecay = 0.004,
  decays,
  ...options
}: AdamOptions & {
  readonly weightDecay?: number;
  readonly decays?: (parameter: Tensor) => boolean;
} = {}): Optimizer {
  return adamFamily('adamw', weightDecay, options, decays);
}

function adamFamily(
  name: string,
  weightDecay: number,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions,
  decays: (parameter: Tensor) => boolean = () => true,
): Optimizer {
  return {
    name,
    initialSlots: (parameters) => zeroSlots(['momentum', 'velocity'], parameters),
    update: (inputs) => {
      const t = tf.add(tf.cast(inputs.step, 'float32'), 1);
      // 1 - beta^t = -expm1(t ln beta): the difference itself would lose most digits of a float32 while t is small.
      const correction1 = tf.neg(tf.expm1(tf.mul(t, Math.log(beta1))));
      const correction2 = tf.neg(tf.expm1(tf.mul(t, Math.log(beta2))));
      const rate = tf.mul(inputs.learningRate, tf.div(tf.sqrt(correction2), correction1));
      const keep = weightDecay === 0 ? undefined : tf.sub(1, tf.mul(inputs.learningRate, weightDecay));
      return updateEach(inputs, ['momentum', 'velocity'], (w, g, [m, v]) => {
        const momentum = tf.add(tf.mul(m as Tensor, beta1), tf.mul(g, 1 - beta1));
        const velocity = tf.add(tf.mul(v as Tensor, beta2), tf.mul(tf.square(g), 1 - beta2));
        const from = keep !== undefined && decays(w) ? tf.mul(w, keep) : w;
        return [
          tf.sub(from, tf.div(tf.mul(momentum, rate), tf.add(tf.sqrt(velocity), epsilon))),
          momentum,
          velocity,
        ];
      });
    },
  };
}
