/** A loop inside a compiled step: one `StatelessWhile` node, whose body is traced once whatever the number of turns. */
import { backend, binding } from './backend.ts';
import type { OpAttribute, TensorMeta } from './binding.ts';
import { captureFunction, nextFunctionName, signatureOf, type Signature } from './capture.ts';
import { tf, type Scalar, type Tensor } from './tf.ts';
import { flatten, unflatten, type Tree, type TreeStructure } from './tree.ts';

const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor;

/**
 * Asks TensorFlow to make a loop part of the graph around it. Otherwise the body is a function that is called as it stands, and
 * no op in it gets a oneDNN kernel: a step of lab 3 then takes a quarter more of the processor's time. XLA has loops of its own.
 */
function lowered(): OpAttribute {
  return { name: '_lower_using_switch_merge', type: binding().TF_ATTR_BOOL, value: true };
}

/**
 * Runs `body(i, state)` for i = 0 .. count-1 (an int32 scalar each time) and returns the last state. `state` is a tree of
 * tensors whose shapes and dtypes stay the same. Inside a compiled step this is one node of the graph and `count` may be
 * a tensor; outside it is a plain loop. The body may use tensors from around it; no gradient flows through the loop.
 */
export function whileLoop<S extends Tree<Tensor>>(
  count: Scalar,
  state: S,
  body: (i: Scalar, state: S) => S,
): S {
  return binding().capturing() ? capturedLoop(count, state, body) : plainLoop(count, state, body);
}

function plainLoop<S extends Tree<Tensor>>(count: Scalar, state: S, body: (i: Scalar, state: S) => S): S {
  const turns = count.dataSync()[0] as number;
  let current = state;
  for (let turn = 0; turn < turns; turn++) {
    const before = current;
    current = tf.tidy(() => body(tf.scalar(turn, 'int32'), current) as never);
    if (before !== state) {
      const kept = new Set(flatten<Tensor>(current, isTensor)[0]);
      for (const old of flatten<Tensor>(before, isTensor)[0]) if (!kept.has(old)) old.dispose();
    }
  }
  return current;
}

function capturedLoop<S extends Tree<Tensor>>(count: Scalar, state: S, body: (i: Scalar, state: S) => S): S {
  const [initial, structure] = flatten<Tensor>(state, isTensor);
  const name = nextFunctionName('loop');
  const carried = [tf.scalar(0, 'int32'), count, ...initial];
  const asTensors = (metas: TensorMeta[]) => metas.map((meta) => backend().createOutputTensor(meta));

  const bodyFunction = captureFunction(
    `${name}_body`,
    carried.map(signatureOf),
    (metas) => {
      const [i, n, ...leaves] = asTensors(metas) as [Scalar, Scalar, ...Tensor[]];
      const [next, nextStructure] = flatten<Tensor>(body(i, unflatten(leaves, structure) as S), isTensor);
      checkSameState(leaves, structure, next, nextStructure);
      return [tf.add(i, tf.scalar(1, 'int32')), n, ...next];
    },
    { returnLifted: true },
  );
  // What the body uses from around it travels along, so the condition takes it too.
  const metas: Signature[] = [...carried.map(signatureOf), ...bodyFunction.lifted];
  let unread: TensorMeta[] = []; // of dtypes, maybe, that tfjs does not have
  captureFunction(`${name}_condition`, metas, ([first, second, ...rest]) => {
    unread = rest;
    const [i, n] = asTensors([first, second] as TensorMeta[]) as [Scalar, Scalar];
    return [tf.less(i, n)];
  });
  for (const meta of unread) binding().deleteTensor(meta.id);

  const results = backend().binding.executeOp(
    'StatelessWhile',
    [
      { name: 'T', type: binding().TF_ATTR_TYPE, value: metas.map((meta) => meta.dtype) },
      { name: 'cond', type: binding().TF_ATTR_FUNC, value: `${name}_condition` },
      { name: 'body', type: binding().TF_ATTR_FUNC, value: `${name}_body` },
      { name: 'output_shapes', type: binding().ATTR_SHAPE_LIST, value: metas.map((meta) => meta.shape) },
      lowered(),
    ],
    [...backend().getInputTensorIds(carried), ...bodyFunction.lifted.map((meta) => meta.id)],
    metas.length,
  );
  for (const meta of results.slice(carried.length)) binding().deleteTensor(meta.id);
  const outputs = asTensors(results.slice(0, carried.length));
  return unflatten(outputs.slice(2), structure) as S;
}

function checkSameState(
  was: readonly Tensor[],
  structure: TreeStructure,
  next: readonly Tensor[],
  nextStructure: TreeStructure,
): void {
  if (JSON.stringify(nextStructure) !== JSON.stringify(structure)) {
    throw new TypeError(
      `Expected the loop's body to return its state as it came, ${JSON.stringify(structure)}, got ${JSON.stringify(nextStructure)}.`,
    );
  }
  next.forEach((tensor, k) => {
    const before = was[k] as Tensor;
    if (tensor.dtype !== before.dtype || String(tensor.shape) !== String(before.shape)) {
      throw new TypeError(
        `Expected tensor ${k} of the loop's state to stay ${before.dtype} [${before.shape.join(', ')}], got ${tensor.dtype} [${tensor.shape.join(', ')}].`,
      );
    }
  });
}
