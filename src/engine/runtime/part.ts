/** A part of a compiled step that stays a function of its own. */
import { backend, binding } from './backend.ts';
import type { TensorMeta } from './binding.ts';
import { captureFunction, nextFunctionName, signatureOf, type Signature } from './capture.ts';
import { tf, type Tensor } from './tf.ts';
import { flatten, unflatten, type Tree, type TreeStructure } from './tree.ts';

const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor;

/**
 * Runs `body(inputs)`. Inside a compiled step it becomes a function that the graph calls and that is not merged into it. `body` may
 * use tensors from around it; no gradient flows through the call.
 *
 * For the body of a loop. Merged into the loop its graph has cycles, and TensorFlow's oneDNN pass, which needs each pooling before its
 * gradient, meets them in an order that differs from process to process: in three processes of four, the gradients of lab 3's pooling
 * were left to a kernel that took a quarter of the step (docs/benchmarks.md).
 */
export function inPart<I extends Tree<Tensor>, O extends Tree<Tensor>>(inputs: I, body: (inputs: I) => O): O {
  return binding().capturing() ? called(inputs, body) : body(inputs);
}

function called<I extends Tree<Tensor>, O extends Tree<Tensor>>(inputs: I, body: (inputs: I) => O): O {
  const [given, structure] = flatten<Tensor>(inputs, isTensor);
  const name = nextFunctionName('part');
  const asTensors = (metas: readonly TensorMeta[]) => metas.map((meta) => backend().createOutputTensor(meta));
  let outputs: Signature[] = [];
  let outputStructure: TreeStructure = [];
  const { lifted } = captureFunction(
    name,
    given.map(signatureOf),
    (metas) => {
      const result = body(unflatten(asTensors(metas), structure) as I);
      const [leaves, shape] = flatten<Tensor>(result, isTensor);
      outputs = leaves.map(signatureOf);
      outputStructure = shape;
      return leaves;
    },
    { apart: true },
  );
  const types = (signatures: readonly Signature[]) => signatures.map(({ dtype }) => dtype);
  const { TF_ATTR_TYPE, TF_ATTR_FUNC, ATTR_SHAPE_LIST } = binding();
  const results = backend().binding.executeOp(
    'PartitionedCall',
    [
      { name: 'Tin', type: TF_ATTR_TYPE, value: types([...given.map(signatureOf), ...lifted]) },
      { name: 'Tout', type: TF_ATTR_TYPE, value: types(outputs) },
      { name: 'f', type: TF_ATTR_FUNC, value: name },
      { name: '_output_shapes', type: ATTR_SHAPE_LIST, value: outputs.map(({ shape }) => shape) },
    ],
    [...backend().getInputTensorIds(given), ...lifted.map(({ id }) => id)],
    outputs.length,
  );
  return unflatten(asTensors(results), outputStructure) as O;
}
