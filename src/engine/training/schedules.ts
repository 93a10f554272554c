/** Learning rates as functions of the step (0 at first). Plain numbers: the loop passes each step's rate in as a tensor. */

export type Schedule = (step: number) => number;

/** The same rate all the way. */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** `rate`, multiplied by `factor` at each of `boundaries` (steps). He et al. 2015, section 4.2: factor 0.1 at 50 % and 75 %. */
export function stepDecay(rate: number, boundaries: readonly number[], factor: number): Schedule {
  return (step) => rate * factor ** boundaries.filter((boundary) => step >= boundary).length;
}

/**
 * Half a cosine from `rate` at step 0 down to `final` at `steps` (Loshchilov and Hutter 2017, equation 5, without restarts).
 */
export function cosine(rate: number, steps: number, final = 0): Schedule {
  return (step) =>
    final + ((rate - final) / 2) * (1 + Math.cos((Math.PI * Math.min(step, steps)) / Math.max(steps, 1)));
}

/** A straight line from rate/warmupSteps at the first step up to the schedule's own rate, which then goes on from its start. */
export function warmUp(schedule: Schedule, warmupSteps: number): Schedule {
  return (step) =>
    step < warmupSteps ? (schedule(0) * (step + 1)) / warmupSteps : schedule(step - warmupSteps);
}

/**
 * The Transformer's (Vaswani et al. 2017, equation 3): scale * modelSize^-0.5 * min(t^-0.5, t * warmupSteps^-1.5), t = step + 1.
 */
export function transformer(modelSize: number, warmupSteps: number, scale = 1): Schedule {
  return (step) => {
    const t = step + 1;
    return scale * modelSize ** -0.5 * Math.min(t ** -0.5, t * warmupSteps ** -1.5);
  };
}
