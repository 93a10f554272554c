/**
 * Experiments that begin with weights from elsewhere, some of which may be frozen.
 *
 * A frozen parameter is a buffer that no step changes: it gets no gradient and no optimizer slot, and a checkpoint that has it among
 * its buffers says by that alone that it is frozen. So a run goes on without the origin of its weights.
 */
import { tf, type Tensor } from '../runtime/index.ts';
import { toTensor, type Checkpoint } from './checkpoints.ts';
import type { Experiment, Weights } from './experiment.ts';
import type { Parameters } from './gradients.ts';
import type { StoredTensor } from './safetensors.ts';

export interface Start {
  /** First values of parameters and buffers, by name; the others are the experiment's own. */
  readonly values: Readonly<Record<string, StoredTensor>>;
  /** Names of the parameters that stay as they are. */
  readonly frozen: ReadonlySet<string>;
}

/** `experiment`, beginning with `values`. Its `step`, `gradients` and `evaluate` have to find parameters among the buffers, too. */
export function startedWith(experiment: Experiment, { values, frozen }: Start): Experiment {
  const first = (): Weights => {
    const own = { parameters: experiment.initialParameters(), buffers: experiment.initialBuffers?.() ?? {} };
    const take = (entries: [string, Tensor][]): [string, Tensor][] =>
      entries.map(([name, tensor]) => {
        const value = values[name];
        return [name, value === undefined ? tensor : toTensor(value)];
      });
    const parameters = take(Object.entries(own.parameters));
    return {
      parameters: Object.fromEntries(parameters.filter(([name]) => !frozen.has(name))),
      buffers: Object.fromEntries([
        ...take(Object.entries(own.buffers)),
        ...parameters.filter(([name]) => frozen.has(name)),
      ]),
    };
  };
  return {
    ...experiment,
    initialParameters: () => tf.tidy(() => first().parameters as never),
    initialBuffers: () => tf.tidy(() => first().buffers as never),
  };
}

/** All weights under their names, frozen parameters among them, as a model that is written by hand takes them. */
export function allWeights({ parameters, buffers }: Weights): Parameters {
  return { ...buffers, ...parameters };
}

/** `experiment` with the parameters frozen that `checkpoint` has among its buffers. */
export function resumedFrom(experiment: Experiment, checkpoint: Checkpoint): Experiment {
  const names = tf.tidy(() => {
    const parameters = experiment.initialParameters();
    tf.dispose(parameters);
    return Object.keys(parameters) as never;
  }) as string[];
  const frozen = new Set(names.filter((name) => checkpoint.tensors[`buffers/${name}`] !== undefined));
  return frozen.size === 0 ? experiment : startedWith(experiment, { values: {}, frozen });
}
