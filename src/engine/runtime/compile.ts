/**
 * `compile(step)`: "tf.function" for TensorFlow.js.
 *
 * The first call with a signature (dtypes and shapes of the inputs) traces the step into a TensorFlow function; later calls run
 * that function in one native call, off the JavaScript thread, with or without XLA. What changes from call to call must be an
 * input: a JavaScript number, a random mask drawn in JavaScript, or a counter would freeze into the graph; trace.ts finds those.
 */
import { messageOf } from '../../shared/errors.ts';
import { backend, binding } from './backend.ts';
import type { TensorMeta } from './binding.ts';
import { signatureOf, type Signature } from './capture.ts';
import { computesOnProcessor } from './devices.ts';
import { Resident, residentTypeNumber } from './resident.ts';
import { tf, type Tensor, type Variable } from './tf.ts';
import { makeTrace, type Input, type Trace, type TraceRecord } from './trace.ts';
import { tracingFor, type TracedPlan } from './traced-plan.ts';
import { flatten, unflatten, type Tree } from './tree.ts';

/** How a step runs: op by op, as a graph of TensorFlow's kernels, or as a graph compiled by XLA. */
export const PLANS = ['eager', 'graph', 'xla'] as const;
export type Plan = (typeof PLANS)[number];

export interface CompileOptions {
  /**
   * 'auto' times each plan on the first call's inputs and keeps the fastest. Nothing is spent: results are thrown away. A plan that
   * is known to lose is not tried.
   */
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
  /** Milliseconds of one call, the best of a few, for each plan that was tried; the reason where it was not, or could not run. */
  readonly milliseconds: Partial<Record<Plan, number | string>>;
}

export interface Compiled<A extends readonly unknown[], R> {
  /** Runs the step; the results are the caller's to dispose, the inputs are left alone. */
  (...inputs: A): Promise<R>;
  /**
   * The same with one thread for the work inside an op, on the processor. Small steps can be faster so. Results may differ in the
   * last bits where a kernel shares out its sums by the number of threads.
   */
  readonly onOneThread: (...inputs: A) => Promise<R>;
  /** Lets 'auto' choose for these inputs where there is nothing to time. Computes nothing. */
  readonly settle: (...inputs: A) => void;
  /** The plan in use; undefined while 'auto' has not chosen. */
  readonly plan: Plan | undefined;
  readonly traces: readonly Trace[];
  /** Frees all traces. */
  dispose(): void;
}

const isInput = (value: unknown): value is Input => value instanceof tf.Tensor || value instanceof Resident;
const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor;

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
  const compiledOnce = new WeakSet<TraceRecord>();
  let plan: Plan | undefined = options.plan === 'auto' ? undefined : options.plan;

  function traceFor(
    inputs: A,
    tracedFor: TracedPlan,
  ): { trace: TraceRecord; ids: number[]; servesBoth: boolean } {
    const [leaves, structure] = flatten<Input>(inputs, isInput);
    const signatures = leaves.map(inputSignature);
    // A trace that depends on the plan is kept under both, any other under its signature.
    const shared = JSON.stringify([structure, signatures]);
    const own = `${tracedFor} ${shared}`;
    let key = cache.has(shared) ? shared : own;
    let trace = cache.get(key);
    if (trace === undefined) {
      const traced = tracingFor(tracedFor, () =>
        makeTrace(name, step as never, structure, signatures, variables, leaves),
      );
      trace = traced.result;
      key = traced.depends ? own : shared;
      if (cache.size >= maxTraces) {
        const [oldest] = cache.keys() as Iterable<string> as [string];
        binding().removeFunction((cache.get(oldest) as TraceRecord).fn.name);
        cache.delete(oldest);
      }
    } else {
      cache.delete(key); // to the young end
    }
    cache.set(key, trace);
    const ids = [...inputIds(leaves), ...backend().getInputTensorIds(variables)];
    return { trace, ids, servesBoth: key === shared };
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

  async function run(with_: Plan, inputs: A, commit: boolean, oneThread = false): Promise<R> {
    if (with_ === 'eager') return runEagerly(step, inputs, variables, commit);
    const { trace, ids } = traceFor(inputs, with_);
    const metas = await binding().callFunctionAsync(trace.fn.name, ids, with_ === 'xla', oneThread);
    if (with_ === 'xla' && !compiledOnce.has(trace)) {
      compiledOnce.add(trace);
      binding().releaseMemory(); // a hundred megabytes that the compiler has freed
    }
    return finish(trace, metas, commit);
  }

  /** The choice where there is nothing to time. */
  function foregone(inputs: A): PlanChoice | undefined {
    try {
      const why = whyNotXla(traceFor(inputs, 'xla').trace);
      return why === undefined ? undefined : { plan: 'graph', milliseconds: { xla: why } };
    } catch {
      return undefined; // what cannot be traced may still run op by op
    }
  }

  function settle(inputs: A): Plan | undefined {
    if (plan !== undefined) return plan;
    const known = foregone(inputs);
    if (known !== undefined) options.onChoice?.(known);
    return (plan = known?.plan);
  }

  /**
   * Whether the step has loops that each plan runs in its own way (loop-rows.ts). On a processor an LSTM takes two to three times as
   * long in a graph, which need not be tried then.
   */
  function loopsOverSequences(inputs: A): boolean {
    try {
      return !traceFor(inputs, 'xla').servesBoth;
    } catch {
      return false; // what cannot be traced may still run op by op
    }
  }

  async function choose(inputs: A): Promise<Plan> {
    const settled = settle(inputs);
    if (settled !== undefined) return settled;
    const milliseconds: Partial<Record<Plan, number | string>> = {};
    const once = async (candidate: Plan): Promise<void> => {
      for (const tensor of flatten<Tensor>(await run(candidate, inputs, false), isTensor)[0])
        tensor.dispose();
    };
    const candidates: { readonly plan: Plan; readonly call: () => Promise<void> }[] = [];
    const xlaAlone = computesOnProcessor() && loopsOverSequences(inputs);
    for (const candidate of xlaAlone ? (['xla', 'graph'] as const) : (['graph', 'xla'] as const)) {
      if (xlaAlone && candidates.length > 0) {
        milliseconds.graph = 'not tried: on a processor, loops over sequences are faster with XLA';
        break;
      }
      try {
        await once(candidate); // traces and compiles
        candidates.push({ plan: candidate, call: () => once(candidate) });
      } catch (error) {
        milliseconds[candidate] = messageOf(error); // an op without an XLA kernel, say: out of the choice
      }
    }
    // Op by op is never faster than a graph of the same ops; it is the way out where nothing can be compiled.
    if (candidates.length === 0) candidates.push({ plan: 'eager', call: () => once('eager') });
    const [only] = candidates;
    if (xlaAlone && only?.plan === 'xla') {
      options.onChoice?.({ plan: only.plan, milliseconds });
      return only.plan;
    }
    const timed = await timeInTurn(candidates.map(({ call }) => call));
    candidates.forEach((candidate, i) => (milliseconds[candidate.plan] = timed[i] as number));
    const best = (candidates[timed.indexOf(Math.min(...timed))] as (typeof candidates)[number]).plan;
    options.onChoice?.({ plan: best, milliseconds });
    return best;
  }

  const compiled = async (...inputs: A): Promise<R> => run((plan ??= await choose(inputs)), inputs, true);
  const onOneThread = async (...inputs: A): Promise<R> =>
    run((plan ??= await choose(inputs)), inputs, true, true);
  return Object.defineProperties(compiled, {
    onOneThread: { value: onOneThread },
    settle: { value: (...inputs: A) => void settle(inputs) },
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
 * Why XLA need not be tried on a step, where that is known. On a processor it takes seconds to compile convolutions that it then
 * computes at half the speed of oneDNN's (docs/benchmarks.md).
 */
function whyNotXla({ ops }: Trace): string | undefined {
  if (!computesOnProcessor() || ![...ops].some((op) => op.startsWith('Conv'))) return undefined;
  return 'not tried: on a processor, convolutions are faster without it';
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
