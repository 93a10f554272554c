/** What a run starts from: the origin of its weights, which of them fit its network, and the experiment that begins with them. */
import type { Origin } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { Config } from '../../shared/fields.ts';
import type { StartReport } from '../../shared/start.ts';
import { findDataSet } from '../data/index.ts';
import { IMPORTED_NETWORK } from '../layers/index.ts';
import type { Lab } from '../labs/index.ts';
import { loadModel, matchWeights, type Transfer, type WeightShape } from '../models/index.ts';
import { startedWith, type Experiment, type StoredTensor } from '../training/index.ts';
import { isImported, networkOfOrigin } from './network.ts';
import { checkpointsOf } from './store.ts';

/** What the network is made for. */
export interface NetworkEnds {
  /** [height, width], or with channels. */
  readonly imageShape: readonly number[];
  readonly classes: number;
}

/**
 * Which layers of the network that `config` gives are taken from `origin`. Computes nothing and changes nothing: for a look before.
 * Throws `start/gone`, `start/no-weights`, `start/none`, `start/all-frozen`, or what is wrong with the model or the settings.
 */
export function planStart(
  lab: Lab,
  config: Config,
  ends: NetworkEnds,
  origin: Origin,
): { readonly report: StartReport; readonly taken: Transfer['taken'] } {
  const found = weightsOf(origin);
  const { layers, unused, taken } = matchWeights(
    shapesOf(lab, withOriginNetwork(lab, config, origin), ends),
    found.tensors,
    config['take'] === 'body',
  );
  const frozen = config['freeze'] === 'yes';
  if (Object.keys(taken).length === 0) {
    throw new LabError('start/none', `Nothing of ${nameOf(origin)} fits this network.`, {
      hint: `Layers are taken by name and shape: ${layers.map(({ name, why }) => `${name}: ${why ?? ''}`).join('; ')}.`,
    });
  }
  if (frozen && layers.every((layer) => layer.taken)) {
    throw new LabError('start/all-frozen', 'Every layer was taken and is frozen: nothing is left to train.', {
      hint: 'Take all but the last layer, or do not freeze.',
    });
  }
  return { report: { origin: found.origin, layers, unused, frozen }, taken };
}

/** `config` with the imported network that it asks for. Throws `start/no-network`. */
export function withOriginNetwork(lab: Lab, config: Config, origin: Origin | null): Config {
  if (origin === null || lab.standardised === undefined || !isImported(config)) return config;
  return { ...config, [IMPORTED_NETWORK]: networkOfOrigin(config, origin, lab.standardised) };
}

/** What the network of a run with these settings is made for; the data need not be here. Throws `data/unknown`, `data/no-images`. */
export function endsFor(config: Config): NetworkEnds {
  const { info } = findDataSet(String(config['data'])).definition;
  const image = info.features.find(({ name }) => name === 'image');
  if (image !== undefined) return { imageShape: image.shape, classes: info.classes.length };
  throw new LabError('data/no-images', `Expected images in the data set "${info.id}".`, {
    hint: 'Choose a data set of images.',
  });
}

/** `experiment` as the plan says: with the weights that were taken, and those frozen where that was asked for. */
export function startExperiment(
  experiment: Experiment,
  { report, taken }: ReturnType<typeof planStart>,
): Experiment {
  const frozen = new Set(report.frozen ? Object.keys(taken) : []);
  return startedWith(experiment, { values: taken, frozen });
}

/** Moving averages are weights here, too: a frozen layer keeps them by itself. */
function shapesOf(lab: Lab, config: Config, { imageShape, classes }: NetworkEnds): readonly WeightShape[] {
  const summary = lab.inspect.describe?.(config, imageShape, classes);
  if (summary !== undefined) return summary.layers.flatMap((layer) => layer.weights);
  const shapes = lab.weightShapes?.(config, imageShape, classes);
  if (shapes !== undefined) return shapes;
  throw new LabError('start/no-lab', `"${lab.title}" cannot start from other weights.`, {
    hint: 'Leave "Start from" as it is.',
  });
}

function weightsOf(origin: Origin): {
  readonly origin: StartReport['origin'];
  readonly tensors: Readonly<Record<string, StoredTensor>>;
} {
  switch (origin.kind) {
    case 'run': {
      const { id, number, folder } = origin;
      const checkpoint = checkpointsOf(folder).latest();
      if (checkpoint === undefined) {
        throw new LabError('start/no-weights', `Run ${number} has no whole checkpoint to start from.`, {
          hint: 'Let it train until it has one, or start from another run.',
        });
      }
      const weights = Object.entries(checkpoint.tensors).flatMap(([name, tensor]) => {
        const own = /^(?:parameters|buffers)\/(.+)$/.exec(name)?.[1];
        return own === undefined ? [] : [[own, tensor] as const];
      });
      return {
        origin: { kind: 'run', id, number, step: checkpoint.progress.step },
        tensors: Object.fromEntries(weights),
      };
    }
    case 'model': {
      const { info, tensors } = loadModel(origin.id);
      return { origin: { kind: 'model', id: info.id, source: info.source }, tensors };
    }
    case 'gone':
      throw new LabError('start/gone', `${origin.what} is not here any more, and its weights with it.`, {
        hint: 'Restore it if it was just deleted, or start a new run from another one.',
      });
  }
}

function nameOf(origin: Origin): string {
  if (origin.kind === 'run') return `run ${origin.number}`;
  return origin.kind === 'model' ? `the model "${origin.id}"` : origin.what;
}
