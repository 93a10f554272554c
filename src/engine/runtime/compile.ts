/**
 * `compile(step)`: "tf.function" for TensorFlow.js.
 *
 * The first call with a signature (dtypes and shapes of the inputs) traces the step into a TensorFlow function; later calls run
 * that function in one native call, off the JavaScript thread, with or without XLA. What changes from call to call must be an
 * input: a JavaScript number, a random mask drawn in JavaScript, or a counter would freeze into the graph. To find those, a step
 * is traced twice and the traces must agree; JavaScript randomness and reading a tensor's value throw, naming the line.
 */
import { createHash } from 'node:crypto';
import { LabError, messageOf } from '../../shared/errors.ts';
import { backend, binding, watchingOps, type OpWatcher } from './backend.ts';
import type { CapturedFunction, TensorMeta } from './binding.ts';
import { captureFunction, signatureOf, type Signature } from './capture.ts';
import { resetLoopNames } from './loops.ts';
import { Resident, residentTypeNumber } from './resident.ts';
import { tf, type Tensor, type Variable } from './tf.ts';
import { flatten, unflatten, type Tree, type TreeStructure } from './tree.ts';

/** How a step runs: op by op, as a graph of TensorFlow's kernels, or as a graph compiled by XLA. */
export const PLANS = ['eager', 'graph', 'xla'] as const;
export type Plan = (typeof PLANS)[number];

export type Input = Tensor | Resident;

export interface CompileOptions {
  /** 'auto' times each plan on the first call's inputs and keeps the fastest. Nothing is spent: results are thrown away. */
  readonly plan: Plan | 'auto';
  /** For error messages and TensorFlow's own names. */
  readonly name?: string;
  /** Variables that the step reads and assigns (a layers model's weights). Any other variable that it touches is an error. */
  readonly variables?: readonly Variable[];
  /** Signatures to keep; the trace that was used longest ago goes first. */
  readonly maxTraces?: number;
  /** Told once, when 'auto' has chosen. */
  readonly onChoice?: (choice: PlanChoice) => void;
}

export interface PlanChoice {
  readonly plan: Plan;
  /** Milliseconds of one call, the best of a few, for each plan that was tried; the reason where it could not run. */
  readonly milliseconds: Partial<Record<Plan, number | string>>;
}

export interface Trace {
  readonly signature: string;
  readonly nodes: number;
  readonly constantBytes: number;
  readonly milliseconds: number;
}

export interface Compiled<A extends readonly unknown[], R> {
  /** Runs the step; the results are the caller's to dispose, the inputs are left alone. */
  (...inputs: A): Promise<R>;
  /** The plan in use; undefined while 'auto' has not chosen. */
  readonly plan: Plan | undefined;
  readonly traces: readonly Trace[];
  /** Frees all traces. */
  dispose(): void;
}

interface TraceRecord extends Trace {
  readonly fn: CapturedFunction;
  readonly outputs: TreeStructure;
  readonly outputCount: number;
  /** Indices into `variables` of those that the step assigned; their new values follow the outputs. */
  readonly assigned: readonly number[];
}

const isInput = (value: unknown): value is Input => value instanceof tf.Tensor || value instanceof Resident;
const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor;

let functions = 0;

/** Compiles `step`, a function of trees of tensors (and residents) that returns a tree of tensors. See the top of this file. */
export function compile<A extends readonly Tree<Input>[], R extends Tree<Tensor>>(
  step: (...inputs: A) => R,
  options: CompileOptions,
): Compiled<A, R> {
  backend();
  const name = (options.name ?? step.name).replace(/\W/g, '_') || 'step';
  const variables = options.variables ?? [];
  const maxTraces = options.maxTraces ?? 16;
  const cache = new Map<string, TraceRecord>();
  let plan: Plan | undefined = options.plan === 'auto' ? undefined : options.plan;

  function traceFor(inputs: A): [TraceRecord, number[]] {
    const [leaves, structure] = flatten<Input>(inputs, isInput);
    const signatures = leaves.map(inputSignature);
    const key = JSON.stringify([structure, signatures]);
    let trace = cache.get(key);
    if (trace === undefined) {
      trace = makeTrace(name, step as never, structure, signatures, variables, leaves);
      if (cache.size >= maxTraces) {
        const [oldest] = cache.keys() as Iterable<string> as [string];
        binding().removeFunction((cache.get(oldest) as TraceRecord).fn.name);
        cache.delete(oldest);
      }
    } else {
      cache.delete(key); // to the young end
    }
    cache.set(key, trace);
    return [trace, [...inputIds(leaves), ...backend().getInputTensorIds(variables)]];
  }

  function finish(trace: TraceRecord, metas: TensorMeta[], commit: boolean): R {
    const tensors = metas.map((meta) => backend().createOutputTensor(meta));
    trace.assigned.forEach((variable, i) => {
      const value = tensors[trace.outputCount + i] as Tensor;
      if (commit) (variables[variable] as Variable).assign(value);
      value.dispose();
    });
    return unflatten(tensors.slice(0, trace.outputCount), trace.outputs) as R;
  }

  async function run(with_: Plan, inputs: A, commit: boolean): Promise<R> {
    if (with_ === 'eager') return runEagerly(step, inputs, variables, commit);
    const [trace, ids] = traceFor(inputs);
    return finish(trace, await binding().callFunctionAsync(trace.fn.name, ids, with_ === 'xla'), commit);
  }

  async function choose(inputs: A): Promise<Plan> {
    const milliseconds: Partial<Record<Plan, number | string>> = {};
    const once = async (candidate: Plan): Promise<void> => {
      for (const tensor of flatten<Tensor>(await run(candidate, inputs, false), isTensor)[0])
        tensor.dispose();
    };
    const candidates: { readonly plan: Plan; readonly call: () => Promise<void> }[] = [];
    for (const candidate of ['graph', 'xla'] as const) {
      try {
        await once(candidate); // traces and compiles
        candidates.push({ plan: candidate, call: () => once(candidate) });
      } catch (error) {
        milliseconds[candidate] = messageOf(error); // an op without an XLA kernel, say: out of the choice
      }
    }
    // Op by op is never faster than a graph of the same ops; it is the way out where nothing can be compiled.
    if (candidates.length === 0) candidates.push({ plan: 'eager', call: () => once('eager') });
    const timed = await timeInTurn(candidates.map(({ call }) => call));
    candidates.forEach((candidate, i) => (milliseconds[candidate.plan] = timed[i] as number));
    const best = (candidates[timed.indexOf(Math.min(...timed))] as (typeof candidates)[number]).plan;
    options.onChoice?.({ plan: best, milliseconds });
    return best;
  }

  const compiled = async (...inputs: A): Promise<R> => run((plan ??= await choose(inputs)), inputs, true);
  return Object.defineProperties(compiled, {
    plan: { get: () => plan },
    traces: { get: () => [...cache.values()] },
    dispose: {
      value: () => {
        for (const trace of cache.values()) binding().removeFunction(trace.fn.name);
        cache.clear();
      },
    },
  }) as unknown as Compiled<A, R>;
}

/**
 * The best of three times of each call, in milliseconds. The calls take turns, so that a moment in which the machine has other
 * things to do falls on all of them; one turn is enough where a call takes over a second.
 */
async function timeInTurn(calls: readonly (() => Promise<void>)[]): Promise<number[]> {
  const best = calls.map(() => Infinity);
  for (let turn = 0; turn < 3; turn++) {
    for (const [i, call] of calls.entries()) {
      const start = performance.now();
      await call();
      best[i] = Math.min(best[i] as number, performance.now() - start);
    }
    if (Math.min(...best) > 1000) break;
  }
  return best;
}

function runEagerly<A extends readonly Tree<Input>[], R extends Tree<Tensor>>(
  step: (...inputs: A) => R,
  inputs: A,
  variables: readonly Variable[],
  commit: boolean,
): R {
  const before = commit ? [] : variables.map((variable) => tf.keep(tf.clone(variable)));
  const given = new Set<unknown>(flatten<Input>(inputs, isInput)[0]);
  const result = tf.tidy(() => {
    const [leaves, structure] = flatten<Tensor>(step(...inputs), isTensor);
    // As in a compiled call, results are new tensors, whatever the step handed through.
    const own = leaves.map((leaf, i) =>
      given.has(leaf) || leaves.indexOf(leaf) < i ? tf.clone(leaf) : leaf,
    );
    return unflatten(own, structure) as never;
  }) as R;
  before.forEach((value, i) => {
    (variables[i] as Variable).assign(value);
    value.dispose();
  });
  return result;
}

function inputSignature(input: Input): Signature {
  return input instanceof Resident
    ? { shape: input.shape, dtype: residentTypeNumber(input.dtype) }
    : signatureOf(input);
}

function inputIds(leaves: readonly Input[]): number[] {
  return leaves.map((leaf) =>
    leaf instanceof Resident ? leaf.id : (backend().getInputTensorIds([leaf])[0] as number),
  );
}

/** Traces twice: once to look, once to compare and keep. */
function makeTrace(
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
  resetLoopNames(`${functionName}_loop`);
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

type TraceLog = { readonly what: string; readonly entry: string }[];

function logEntry(add: (what: string, entry: string) => void): OpWatcher {
  return {
    onOp: (name, attributes) => add(name, name + JSON.stringify(attributes).replace(/_check_loop/g, '_loop')),
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
  return logEntry((what, entry) => log.push({ what, entry }));
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
