/**
 * For which plan a step is being traced. TensorFlow's graph and XLA each have ops that the other has not; where one of them is worth
 * it, what is traced may ask, and the trace then serves that plan alone.
 */
export type TracedPlan = 'graph' | 'xla';

let current: TracedPlan | undefined;
let asked = false;

/** Runs `body`, which traces for `plan`; `depends` says whether it asked. */
export function tracingFor<R>(plan: TracedPlan, body: () => R): { result: R; depends: boolean } {
  const before = { current, asked };
  current = plan;
  asked = false;
  try {
    return { result: body(), depends: asked };
  } finally {
    ({ current, asked } = before);
  }
}

/** Undefined where nothing is traced: ops run as they come. */
export function tracedPlan(): TracedPlan | undefined {
  asked = true;
  return current;
}
