import { LabError } from '../../shared/errors.ts';

/** How much of a split to set aside: a number of examples, or a part of all between 0 and 1. */
export type ValidationSize = { readonly examples: number } | { readonly fraction: number };

export interface TrainAndValidation {
  /** Indices into the train split, ascending. */
  readonly train: Int32Array;
  /** Indices into the train split, ascending; disjoint from `train`, and together they are all of it. */
  readonly validation: Int32Array;
}

/**
 * Sets a validation part aside from a train split, without copying an example: both answers are indices into it.
 *
 * `permutation(n)` returns the numbers 0 to n - 1 in an order that depends only on the caller's seed; its first elements
 * become the validation part. Both parts are sorted, so only their membership depends on the order.
 * Throws `data/validation-size` when one part would be empty, RangeError when `permutation` returns no permutation.
 */
export function takeValidation(
  split: { readonly examples: number },
  size: ValidationSize,
  permutation: (n: number) => Int32Array,
): TrainAndValidation {
  const total = split.examples;
  const wanted = 'examples' in size ? size.examples : Math.round(size.fraction * total);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted >= total) {
    const asked = 'examples' in size ? `${size.examples} examples` : `the fraction ${size.fraction}`;
    throw new LabError(
      'data/validation-size',
      `Expected a validation part of 1 to ${total - 1} examples out of ${total}, got ${asked}.`,
      { hint: 'Choose a part that leaves examples to train on.' },
    );
  }
  const order = permutation(total);
  checkPermutation(order, total);
  return { validation: order.slice(0, wanted).sort(), train: order.slice(wanted).sort() };
}

function checkPermutation(order: Int32Array, n: number): void {
  if (order.length !== n)
    throw new RangeError(`Expected a permutation of ${n} numbers, got ${order.length}.`);
  const seen = new Uint8Array(n);
  for (const index of order) {
    if (index < 0 || index >= n || seen[index] === 1) {
      throw new RangeError(`Expected each of 0 to ${n - 1} once in a permutation, got ${index} out of turn.`);
    }
    seen[index] = 1;
  }
}
