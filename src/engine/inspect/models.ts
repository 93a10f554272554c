/** Trained models in memory: the weights of each run's newest checkpoint, as long as it is the newest. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SplitName } from '../../shared/data.ts';
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { SplitPredictions } from '../../shared/inspect.ts';
import { startRuntime, tf, type Tensor } from '../runtime/index.ts';
import { CheckpointStore, weightsOf, type Parameters, type Weights } from '../training/index.ts';
import type { Network } from './inspectable.ts';
import { Lru } from './lru.ts';

export interface Model extends Weights {
  /** The run's id, for messages. */
  readonly run: string;
  /** Steps of training behind it. */
  readonly step: number;
  /** What was computed with it and will not change. */
  readonly predictions: Map<SplitName, SplitPredictions>;
  /** Built when it is first asked. */
  network: Network | null;
}

interface Held extends Model {
  readonly stamp: string;
}

/** Lab 1's default model weighs 2.7 MB. */
const LIMIT_BYTES = 512 * 1024 * 1024;

export class Models {
  private readonly held = new Lru<Held>({
    limit: LIMIT_BYTES,
    weigh: ({ parameters, buffers }) =>
      [...Object.values(parameters), ...Object.values(buffers)].reduce((sum, { size }) => sum + 4 * size, 0),
    onLeave: ({ parameters, buffers }) => tf.dispose([parameters, buffers] as never),
  });

  /**
   * The model of a run as its newest whole checkpoint has it. It stays the cache's: whoever works on after an `await` takes
   * copies (`tf.clone`, which shares the values) first. Throws `run/no-checkpoint`, `checkpoint/damaged`.
   */
  load({ folder }: Pick<ModelRef, 'folder'>): Model {
    const stamp = stampOf(join(folder, 'checkpoints'));
    const known = this.held.get(folder);
    if (known?.stamp === stamp) return known;
    this.held.delete(folder);
    const model = { ...readModel(folder), stamp };
    this.held.set(folder, model);
    return model;
  }

  dispose(): void {
    this.held.clear();
  }
}

/** Changes when a checkpoint is added. A file's name and time, because a run that is trained again comes past the same steps. */
function stampOf(checkpoints: string): string {
  try {
    const newest = readdirSync(checkpoints)
      .filter((name) => name.endsWith('.safetensors'))
      .sort()
      .at(-1);
    return newest === undefined ? '' : `${newest} ${statSync(join(checkpoints, newest)).mtimeMs}`;
  } catch {
    return ''; // no folder yet; reading says so
  }
}

function readModel(folder: string): Model {
  const run = basename(folder);
  const damage: Error[] = [];
  const checkpoint = new CheckpointStore(join(folder, 'checkpoints')).latest((_, error) =>
    damage.push(error),
  );
  if (checkpoint === undefined) {
    throw damage.length === 0
      ? new LabError('run/no-checkpoint', `The run ${run} has no checkpoint yet.`, {
          hint: 'Let it train for a moment: it writes one after each epoch, and some in between.',
        })
      : new LabError('checkpoint/damaged', `No checkpoint of run ${run} can be read: ${damage[0]?.message}`, {
          hint: 'Resume the run: it then starts from its beginning and writes new ones.',
          cause: damage[0],
        });
  }
  startRuntime();
  return {
    run,
    step: checkpoint.progress.step,
    ...weightsOf(checkpoint),
    predictions: new Map(),
    network: null,
  };
}

/** The parameters by name, weights1 before weights10: new arrays. */
export function valuesOf(parameters: Parameters): { name: string; shape: number[]; values: Float32Array }[] {
  const names = Object.keys(parameters).sort(new Intl.Collator('en', { numeric: true }).compare);
  return names.map((name) => {
    const tensor = parameters[name] as Tensor;
    return { name, shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  });
}
