/** Gradients of named parameters, and what may be done to them before the optimizer sees them. */
import {
  flatten,
  tf,
  unflatten,
  type Scalar,
  type Tensor,
  type Tree,
  type TreeStructure,
} from '../runtime/index.ts';

/** Named tensors: a model's weights, their gradients, an optimizer's slots. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** A new record with `f` applied to each tensor. */
export function mapParameters(
  parameters: Parameters,
  f: (tensor: Tensor, name: string) => Tensor,
): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, f(tensor, name)]));
}

/** The tensor called `name`; a TypeError that lists what there is, otherwise. */
export function named(parameters: Parameters, name: string): Tensor {
  const tensor = parameters[name];
  if (tensor === undefined) {
    throw new TypeError(
      `Expected a tensor called "${name}", got ${Object.keys(parameters).join(', ') || 'none'}.`,
    );
  }
  return tensor;
}

/**
 * The value of `f` at `parameters`, and the gradient of its scalar `loss` with respect to each parameter, under the same names.
 * What else `f` returns (`aux`, a tree of tensors: logits, metrics) is handed through.
 */
export function valueAndGradients<A extends Tree<Tensor>>(
  f: (parameters: Parameters) => { loss: Scalar; aux: A },
  parameters: Parameters,
): { loss: Scalar; gradients: Parameters; aux: A } {
  const names = Object.keys(parameters).sort();
  let kept: Tensor[] = [];
  let structure: TreeStructure = [];
  const { value: loss, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
    const { loss, aux } = f(Object.fromEntries(names.map((name, i) => [name, tensors[i] as Tensor])));
    const [leaves, shape] = flatten<Tensor>(aux, (node): node is Tensor => node instanceof tf.Tensor);
    // tfjs frees all that the function made but the loss.
    kept = leaves.map((leaf) => tf.keep(tf.clone(leaf)));
    structure = shape;
    return loss;
  })(names.map((name) => named(parameters, name)));
  // Clones belong to the caller's tidy, as any result does.
  const aux = kept.map((leaf) => tf.clone(leaf));
  for (const leaf of kept) leaf.dispose();
  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i] as Tensor]));
  return { loss: loss, gradients, aux: unflatten(aux, structure) as A };
}

/** The Euclidean norm of all tensors taken as one vector: a scalar. */
export function globalNorm(tensors: Parameters): Scalar {
  const squares = Object.values(tensors).map((tensor): Scalar => tf.sum(tf.square(columnNorms(tensor))));
  return tf.sqrt(tf.addN(squares));
}

/**
 * The norm of each column of a matrix (of the last dimension); a vector as it is. XLA sums a matrix over its rows with vector
 * instructions, but over everything one number after the other; and it would make one such sum of two, were it not for the root
 * in between. For lab 1 that is the difference between a sixth of a step and almost nothing.
 */
function columnNorms(tensor: Tensor): Tensor {
  if (tensor.rank < 2) return tensor;
  const columns = tensor.shape[tensor.rank - 1] as number;
  return tf.sqrt(tf.sum(tf.square(tf.reshape(tensor, [-1, columns])), 0));
}

/**
 * Scales all gradients by one factor so that their global norm is at most `maxNorm` (Pascanu et al. 2013, algorithm 1). Gradients
 * that are already shorter stay as they are.
 */
export function clipByGlobalNorm(gradients: Parameters, maxNorm: number): Parameters {
  const norm = globalNorm(gradients);
  const scale = tf.div(maxNorm, tf.maximum(norm, maxNorm));
  return mapParameters(gradients, (gradient) => tf.mul(gradient, scale));
}

/** Limits each element of each gradient to -limit .. limit. */
export function clipByValue(gradients: Parameters, limit: number): Parameters {
  return mapParameters(gradients, (gradient) => tf.clipByValue(gradient, -limit, limit));
}

/**
 * Adds the gradient of `rate`/2 * |w|^2 (L2 regularisation) for each parameter that `decays` accepts; by default all of
 * rank 2 and more, so that biases and normalisation gains are left alone.
 */
export function addWeightDecay(
  gradients: Parameters,
  parameters: Parameters,
  rate: number,
  decays: (name: string, parameter: Tensor) => boolean = (_, parameter) => parameter.rank >= 2,
): Parameters {
  if (rate === 0) return gradients;
  return mapParameters(gradients, (gradient, name) => {
    const parameter = named(parameters, name);
    return decays(name, parameter) ? tf.add(gradient, tf.mul(parameter, rate)) : gradient;
  });
}
