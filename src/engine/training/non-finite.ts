/** Finds where the first NaN or infinity came from. */
import { backend, binding, callerLine, tf, watchingOps, type Tensor } from '../runtime/index.ts';
import type { NextState, Weights } from './experiment.ts';

export interface NonFinite {
  /** The step (0 at first) that made it. */
  readonly step: number;
  /** What had it first: an op's result with the lab's line, or a parameter by name. */
  readonly tensor: string;
  readonly value: 'NaN' | 'Infinity' | '-Infinity';
}

function firstNonFinite(values: Float32Array): NonFinite['value'] | undefined {
  for (const value of values) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  return undefined;
}

/** The first op whose result is not finite while `stepEagerly` runs one step op by op; undefined when all are finite. */
export function findInOps(step: number, stepEagerly: () => NextState): NonFinite | undefined {
  let found: NonFinite | undefined;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 80;
  try {
    const state = watchingOps(
      {
        onResult: (op, results) => {
          if (found !== undefined) return;
          for (const result of results) {
            if (result.dtype !== binding().TF_FLOAT) continue;
            const value = firstNonFinite(binding().tensorDataSync(result.id) as Float32Array);
            if (value === undefined) continue;
            const line = callerLine(new Error().stack);
            found = { step, value, tensor: `${op} [${result.shape.join(', ')}]${line ? ` at ${line}` : ''}` };
            return;
          }
        },
      },
      stepEagerly,
    );
    tf.dispose(state);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return found;
}

/** The first parameter, or else buffer, in name order, that is not finite. */
export function findInWeights(step: number, { parameters, buffers }: Weights): NonFinite | undefined {
  backend();
  for (const [kind, tensors] of [['parameter', parameters] as const, ['buffer', buffers] as const]) {
    for (const name of Object.keys(tensors).sort()) {
      const value = firstNonFinite((tensors[name] as Tensor).dataSync() as Float32Array);
      if (value !== undefined) return { step, value, tensor: `${kind} "${name}"` };
    }
  }
  return undefined;
}
