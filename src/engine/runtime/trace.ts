/**
 * Tracing a step into a TensorFlow function, and finding what would freeze into it: the step is traced twice, the traces have to
 * agree, and drawing in JavaScript or reading a tensor's value is an error that names the line.
 */
import { createHash } from 'node:crypto';
import { LabError } from '../../shared/errors.ts';
import { backend, binding, watchingOps, type OpWatcher } from './backend.ts';
import type { CapturedFunction, TensorMeta } from './binding.ts';
import { captureFunction, resetFunctionNames, signatureOf, type Signature } from './capture.ts';
import { Resident } from './resident.ts';
import { tf, type Tensor, type Variable } from './tf.ts';
import { flatten, unflatten, type Tree, type TreeStructure } from './tree.ts';

export type Input = Tensor | Resident;

export interface Trace {
  readonly signature: string;
  readonly nodes: number;
  readonly constantBytes: number;
  readonly milliseconds: number;
  /** TensorFlow's names of the ops in it. */
  readonly ops: ReadonlySet<string>;
}

export interface TraceRecord extends Trace {
  readonly fn: CapturedFunction;
  readonly outputs: TreeStructure;
  readonly outputCount: number;
  /** Indices into `variables` of those that the step assigned; their new values follow the outputs. */
  readonly assigned: readonly number[];
}

const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor;

let functions = 0;

/** Traces twice: once to look, once to compare and keep. */
export function makeTrace(
  name: string,
  step: (...inputs: Tree<Input>[]) => Tree<Tensor>,
  structure: TreeStructure,
  signatures: readonly Signature[],
  variables: readonly Variable[],
  leaves: readonly Input[],
): TraceRecord {
  const start = performance.now();
  const id = functions++;
  const first: TraceLog = [];
  const check = traceOnce(
    `${name}_${id}_check`,
    step,
    structure,
    signatures,
    variables,
    leaves,
    recorder(first),
  );
  binding().removeFunction(check.fn.name);
  const kept = traceOnce(`${name}_${id}`, step, structure, signatures, variables, leaves, comparer(first));
  return {
    ...kept,
    signature: signatures.map((s) => `${s.dtype}[${s.shape.join(',')}]`).join(' '),
    nodes: kept.fn.nodes,
    constantBytes: kept.fn.constantBytes,
    milliseconds: performance.now() - start,
    ops: new Set(first.flatMap(({ op }) => op ?? [])),
  };
}

function traceOnce(
  functionName: string,
  step: (...inputs: Tree<Input>[]) => Tree<Tensor>,
  structure: TreeStructure,
  signatures: readonly Signature[],
  variables: readonly Variable[],
  leaves: readonly Input[],
  watch: OpWatcher,
): Pick<TraceRecord, 'fn' | 'outputs' | 'outputCount' | 'assigned'> {
  let outputs: TreeStructure = [];
  let outputCount = 0;
  const assigned: number[] = [];
  resetFunctionNames(functionName);
  const values = variables.map((variable) => tf.keep(tf.clone(variable)));
  const listed = new Set(variables);
  const others = Object.values(tf.engine().registeredVariables).filter((variable) => !listed.has(variable));
  binding().setMutable(backend().getInputTensorIds(others));
  const allow = forbidMathRandom();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 80; // deep enough to reach the lab through tfjs's gradient code
  try {
    const fn = watchingOps(watch, () =>
      captureFunction(functionName, [...signatures, ...variables.map(signatureOf)], (metas) => {
        const symbolic = leaves.map((leaf, i) => symbolicInput(leaf, metas[i] as TensorMeta));
        const handed = metas.slice(leaves.length).map((meta) => backend().createOutputTensor(meta));
        variables.forEach((variable, i) => variable.assign(handed[i] as never));
        const dataIds = variables.map((variable) => variable.dataId);
        const result = step(...(unflatten(symbolic, structure) as Tree<Input>[]));
        for (const input of symbolic) if (input instanceof Resident) input.dispose(); // tfjs frees the tensors
        const [tensors, shape] = flatten<Tensor>(result, isTensor);
        outputs = shape;
        outputCount = tensors.length;
        variables.forEach((variable, i) => {
          if (variable.dataId !== dataIds[i]) assigned.push(i);
        });
        return [...tensors, ...assigned.map((i) => variables[i] as Tensor)];
      }),
    );
    return { fn, outputs, outputCount, assigned };
  } catch (error) {
    throw explained(error);
  } finally {
    Error.stackTraceLimit = limit;
    allow();
    binding().setMutable([]);
    variables.forEach((variable, i) => {
      variable.assign(values[i] as never);
      (values[i] as Tensor).dispose();
    });
  }
}

function symbolicInput(leaf: Input, meta: TensorMeta): Input {
  return leaf instanceof Resident
    ? new Resident(meta.id, leaf.shape, leaf.dtype)
    : backend().createOutputTensor(meta);
}

// ---- what a trace did, op by op, so that two traces can be compared

type TraceLog = { readonly what: string; readonly entry: string; readonly op: string | undefined }[];

function logEntry(add: (what: string, entry: string, op?: string) => void): OpWatcher {
  return {
    onOp: (name, attributes) =>
      add(name, name + JSON.stringify(attributes).replace(/_check_(loop|part)_/g, '_$1_'), name),
    onConstant: (shape, dtype, values) => {
      refuseDrawnConstant(shape);
      const hash = createHash('sha1');
      for (const part of Array.isArray(values) ? values : values === null ? [] : [values]) {
        hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      }
      add(
        `a constant of shape [${shape.join(', ')}]`,
        `constant ${dtype} [${shape.join()}] ${hash.digest('base64')}`,
      );
    },
  };
}

function recorder(log: TraceLog): OpWatcher {
  return logEntry((what, entry, op) => log.push({ what, entry, op }));
}

function comparer(first: TraceLog): OpWatcher {
  let i = 0;
  return logEntry((what, entry) => {
    const before = first[i++];
    if (before?.entry === entry) return;
    throw new CaptureProblem(
      before?.what === what
        ? `${what} has another value each time the step is traced: it would freeze into the compiled step`
        : `the step does not do the same each time it is traced (${before?.what ?? 'nothing'}, then ${what}): it would freeze into the compiled step`,
      'Pass what changes (a learning rate, a step number, a seed) into the step as a tensor; draw random numbers with the functions of runtime/random.ts.',
    );
  });
}

// ---- JavaScript randomness

class CaptureProblem extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** tfjs's functions that draw in JavaScript, as they stand in a stack. */
const DRAWING = /\b(dropout|rand|random\w*|truncatedNormal|multinomial)_\b/;

function refuseRandomness(): never {
  throw new CaptureProblem(
    'random numbers are drawn in JavaScript: they would be the same on every call of the compiled step',
    'Use uniform, normal or dropout of runtime/random.ts with a key that depends on the step.',
  );
}

/** While tracing, drawing in JavaScript throws. Returns the undo. */
function forbidMathRandom(): () => void {
  const random = Math.random;
  Math.random = refuseRandomness;
  return () => {
    Math.random = random;
  };
}

/** With a seed of its own tfjs does not ask Math.random: then the constant's origin tells. */
function refuseDrawnConstant(shape: readonly number[]): void {
  if (shape.length > 0 && DRAWING.test(new Error().stack ?? '')) refuseRandomness();
}

// ---- errors that name the line of the lab

/** The first line of the stack that is neither tfjs's, nor Node's, nor the engine's plumbing: where the lab asked for it. */
export function callerLine(stack: string | undefined): string | undefined {
  return stack
    ?.split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at /, ''))
    .find(
      (line) =>
        /[/\\]/.test(line) &&
        !/node_modules|[/\\]tfjs-\w+[/\\]src[/\\]|\(node:|^node:|[/\\]src[/\\]engine[/\\](runtime|training)[/\\]/.test(
          line,
        ),
    );
}

function explained(error: unknown): unknown {
  if (error instanceof LabError || error instanceof TypeError || !(error instanceof Error)) return error;
  const line = callerLine(error.stack);
  const hint =
    error instanceof CaptureProblem
      ? error.hint
      : 'Work with tensors all the way: read values after the step, and choose between tensors with tf.where.';
  return new LabError(
    'compile/not-capturable',
    `This step cannot be compiled: ${error.message}${line ? `\n  at ${line}` : ''}`,
    {
      hint,
      cause: error,
    },
  );
}
