/** The data of a run: fetched if need be, and known to be what the run was started with. */
import type { RunTask } from '../../shared/engine-protocol.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import type { FetchProgress } from '../../shared/data.ts';
import { ensureDataSet, type LoadedDataSet } from '../data/index.ts';
import type { Lab } from '../labs/index.ts';
import { putOnDevice, type DeviceData } from '../training/index.ts';

export interface DataCallbacks {
  readonly onFetch: (progress: FetchProgress) => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Where data cannot be had, one of these is: they come with the app. */
const BUILT_IN = ['drawn-digits', 'made-up-reviews'];

/**
 * Loads the data set that the task names. Where it cannot be fetched and may be replaced, the built-in one that the lab suggests
 * takes its place, with a warning: a first run works without a network.
 */
export async function loadDataOf(
  lab: Lab,
  task: RunTask,
  { onFetch, onWarning, signal }: DataCallbacks,
): Promise<LoadedDataSet> {
  const id = task.dataSet?.id ?? String(task.config['data']);
  const options = { onProgress: onFetch, signal };
  try {
    const data = await ensureDataSet(id, options);
    checkSame(task.id, task.dataSet, data);
    return data;
  } catch (error) {
    const field = lab.fields['data'];
    const suggested = field?.kind === 'data set' ? field.suggested : [];
    const builtIn = BUILT_IN.find((candidate) => suggested.includes(candidate));
    if (!task.mayReplaceData || builtIn === undefined || id === builtIn || signal.aborted) throw error;
    const data = await ensureDataSet(builtIn, options);
    onWarning(
      `The data set ${id} could not be fetched (${messageOf(error)}): training on the built-in ${builtIn} instead.`,
    );
    return data;
  }
}

/** A LabError `run/other-data` unless `data` is what the run `id` was started with; a new run takes any. */
export function checkSame(
  id: string,
  known: RunTask['dataSet'],
  data: Pick<LoadedDataSet, 'info' | 'sha256'>,
): void {
  if (known === null || known.sha256 === data.sha256) return;
  throw new LabError(
    'run/other-data',
    `The data set "${known.id}" is not the one that run ${id} was started with.`,
    { hint: 'Its files have changed since. Start a new run.' },
  );
}

/** The splits as the lab's experiment takes them. */
export function placeData(
  lab: Lab,
  config: RunTask['config'],
  seed: number,
  data: LoadedDataSet,
): DeviceData {
  const share = config['validationShare'];
  return putOnDevice(data, {
    validationShare: typeof share === 'number' ? share : 0,
    seed,
    integers: lab.labelFeatures,
  });
}
