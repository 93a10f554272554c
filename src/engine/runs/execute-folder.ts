/** Executes a run from its settings or from its last checkpoint to its end, and keeps its folder true. */
import { join } from 'node:path';
import { ensureDataSet, homeFolder, loadDataSet } from '../data/index.ts';
import { LabError, messageOf } from '../../shared/errors.ts';
import { resolveConfig, type Config } from '../../shared/fields.ts';
import type { RunEnded, RunEvent, RunMetrics, RunProgress, Values } from '../../shared/run-events.ts';
import type { FetchProgress } from '../../shared/data.ts';
import { labById, type Lab } from '../labs/index.ts';
import { packageVersion, PLANS, startRuntime, type DeviceChoice, type Plan } from '../runtime/index.ts';
import {
  Evaluation,
  initialState,
  putOnDevice,
  restore,
  train,
  type Checkpoint,
  type DeviceData,
  type SplitName,
  type TrainingControl,
  type TrainingEvent,
} from '../training/index.ts';
import { planKey, recallPlan, rememberPlan } from './plan-memory.ts';
import { RunFolder, type MetricLine } from './run-folder.ts';

export interface NewRun {
  readonly lab: string;
  /** Values of the lab's fields; those left out take their defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly plan: Plan | 'auto';
  readonly device: DeviceChoice;
  /** Threads inside an op; 0: one a core. */
  readonly threads: number;
}

export interface RunCallbacks {
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onFetch?: (progress: FetchProgress) => void;
  readonly control: TrainingControl;
  /** Seconds between checkpoints; 15 when left out. There is one more after each epoch. */
  readonly checkpointSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Metrics and how the run ended; 'failed' only for runs that began and broke off: what hinders a start is thrown. */
export async function startRun(request: NewRun, callbacks: RunCallbacks): Promise<RunEnded> {
  const lab = labById(request.lab);
  const config: Config = resolveConfig(lab.fields, request.settings);
  const runtime = startRuntime({ device: request.device, intraOpThreads: request.threads });
  const explicit = request.settings['data'] !== undefined;
  const dataId = await presentDataSet(lab, config, explicit, callbacks);
  const used = dataId === config['data'] ? config : { ...config, data: dataId };
  const data = loadDataSet(dataId);
  const home = homeFolder();
  const key = planKey(lab.id, used, runtime, request.threads);
  const folder = RunFolder.create(join(home, 'runs'), {
    lab: lab.id,
    config: used,
    seed: request.seed,
    device: runtime.device,
    plan: request.plan === 'auto' ? (recallPlan(home, key) ?? 'auto') : request.plan,
    threads: request.threads,
    dataSet: { id: dataId, sha256: data.sha256 },
    versions: { gradientLab: packageVersion(), tensorflow: runtime.tensorflow },
  });
  return execute(lab, folder, putRunOnDevice(lab, folder, data), undefined, callbacks, (choice) =>
    rememberPlan(home, key, choice),
  );
}

/** Goes on with a run from its newest whole checkpoint; it ends with the numbers that it would have had uninterrupted. */
export async function resumeRun(id: string, callbacks: RunCallbacks): Promise<RunEnded> {
  const folder = RunFolder.open(join(homeFolder(), 'runs'), id);
  const record = folder.current;
  if (record.state === 'completed') {
    throw new LabError('run/completed', `The run ${record.id} is complete; there is nothing left to do.`, {
      hint: `Look at it with \`gradient-lab eval ${record.id}\`, or train anew.`,
    });
  }
  if (record.state === 'running' && record.pid !== process.pid && isAlive(record.pid)) {
    throw new LabError('run/running', `The run ${record.id} is running now, in process ${record.pid}.`, {
      hint: 'Stop that one first.',
    });
  }
  const lab = labById(record.lab);
  startRuntime({ device: record.device as DeviceChoice, intraOpThreads: record.threads });
  const data = await loadDataOf(folder, callbacks);
  const checkpoint = folder.checkpoints.latest((path, error) =>
    callbacks.onEvent({
      kind: 'warning',
      message: `Skipped a damaged checkpoint, ${path}: ${error.message}`,
    }),
  );
  if (checkpoint === undefined) {
    callbacks.onEvent({
      kind: 'warning',
      message: 'The run has no whole checkpoint: it starts from its beginning.',
    });
  }
  folder.forgetMetricsAfter(checkpoint?.progress.step ?? 0);
  folder.update({ state: 'running', pid: process.pid });
  return execute(lab, folder, putRunOnDevice(lab, folder, data), checkpoint, callbacks, () => undefined);
}

/** Metrics of a run's newest checkpoint on one of its splits. */
export async function evaluateRun(
  id: string,
  split: SplitName,
  device: DeviceChoice,
): Promise<{ run: string; step: number; values: Values }> {
  const folder = RunFolder.open(join(homeFolder(), 'runs'), id);
  const lab = labById(folder.current.lab);
  startRuntime({ device, intraOpThreads: folder.current.threads });
  const checkpoint = folder.checkpoints.latest();
  if (checkpoint === undefined) {
    throw new LabError(
      'run/no-checkpoint',
      `The run ${folder.current.id} has no whole checkpoint to evaluate.`,
      {
        hint: `Go on with it: \`gradient-lab train --resume ${folder.current.id}\`.`,
      },
    );
  }
  const device_ = putRunOnDevice(lab, folder, loadDataSet(folder.current.dataSet.id));
  try {
    const experiment = lab.makeExperiment(folder.current.config, device_, folder.current.seed);
    const rows = device_.splits[split];
    if (rows.rows.length === 0) {
      throw new LabError('run/empty-split', `The run ${folder.current.id} has no ${split} examples.`, {
        hint: 'Choose another split.',
      });
    }
    const state = restore(checkpoint, initialState(experiment));
    const evaluation = new Evaluation(experiment, rows, 'graph');
    const values = await evaluation.run(state.parameters);
    evaluation.dispose();
    return { run: folder.current.id, step: checkpoint.progress.step, values };
  } finally {
    device_.dispose();
  }
}

function putRunOnDevice(lab: Lab, folder: RunFolder, data: ReturnType<typeof loadDataSet>): DeviceData {
  const { config, seed } = folder.current;
  const share = config['validationShare'];
  return putOnDevice(data, {
    validationShare: typeof share === 'number' ? share : 0,
    seed,
    integers: lab.labelFeatures,
  });
}

/** The data set's id, fetched if need be. Without a network a first run still works: on the built-in set, with a warning. */
async function presentDataSet(
  lab: Lab,
  config: Config,
  explicit: boolean,
  callbacks: RunCallbacks,
): Promise<string> {
  const id = String(config['data']);
  try {
    await ensure(id, callbacks);
    return id;
  } catch (error) {
    const field = lab.fields['data'];
    const builtIn =
      field?.kind === 'data set' ? field.suggested.find((name) => name === 'drawn-digits') : undefined;
    if (explicit || builtIn === undefined || callbacks.signal?.aborted) throw error;
    await ensure(builtIn, callbacks);
    callbacks.onEvent({
      kind: 'warning',
      message: `The data set ${id} could not be fetched (${messageOf(error)}): training on the built-in ${builtIn} instead.`,
    });
    return builtIn;
  }
}

async function ensure(id: string, { onFetch, signal }: RunCallbacks): Promise<void> {
  await ensureDataSet(id, { ...(onFetch && { onProgress: onFetch }), ...(signal && { signal }) });
}

async function loadDataOf(
  folder: RunFolder,
  callbacks: RunCallbacks,
): Promise<ReturnType<typeof loadDataSet>> {
  const { id, sha256 } = folder.current.dataSet;
  await ensure(id, callbacks);
  const data = loadDataSet(id);
  if (data.sha256 !== sha256) {
    throw new LabError(
      'run/other-data',
      `The data set "${id}" is not the one that run ${folder.current.id} was started with.`,
      {
        hint: 'Its files have changed since. Start a new run.',
      },
    );
  }
  return data;
}

async function execute(
  lab: Lab,
  folder: RunFolder,
  data: DeviceData,
  checkpoint: Checkpoint | undefined,
  callbacks: RunCallbacks,
  onChoice: (choice: Extract<TrainingEvent, { kind: 'plan' }>['choice']) => void,
): Promise<RunEnded> {
  const { onEvent, onProgress, control } = callbacks;
  const { id, config, seed, device } = folder.current;
  const began = performance.now();
  let steps = checkpoint?.progress.step ?? 0;
  let paused = false;
  let started = false;
  const reportStart = (): void => {
    if (!started)
      onEvent({ kind: 'started', run: id, lab: lab.id, config, seed, device, plan: folder.current.plan });
    started = true;
  };
  const note = (lines: MetricLine[]): void => {
    folder.appendMetrics(lines);
    for (const { step, epoch, values } of lines) onEvent({ kind: 'metrics', step, epoch, values });
  };
  const ended = (kind: RunEnded['kind'], rest: Partial<RunEnded>): RunEnded => {
    const end: RunEnded = {
      kind,
      run: id,
      steps,
      seconds: (performance.now() - began) / 1000,
      examplesPerSecond: null,
      plan: folder.current.plan,
      device,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      metrics: { train: {}, validation: {}, test: {} } satisfies RunMetrics,
      weightsSha256: null,
      ...rest,
    };
    folder.update({ state: kind, ended: end });
    onEvent(end);
    return end;
  };
  const onTraining = (event: TrainingEvent): void => {
    switch (event.kind) {
      case 'plan':
        folder.update({ plan: event.choice.plan });
        onChoice(event.choice);
        return reportStart();
      case 'steps': {
        const names = Object.keys(event.values);
        const count = event.values[names[0] as string]?.length ?? 0;
        steps = event.step + count - 1;
        const time = Date.now();
        return note(
          Array.from({ length: count }, (_, i) => ({
            step: event.step + i,
            epoch: event.epoch,
            time,
            values: Object.fromEntries(names.map((name) => [name, event.values[name]?.[i] as number])),
          })),
        );
      }
      case 'epoch':
        return note([{ step: event.step, epoch: event.epoch, time: Date.now(), values: event.values }]);
      case 'checkpoint':
        return onEvent(event);
      case 'paused':
      case 'resumed':
        paused = event.kind === 'paused';
        return;
      case 'progress':
        return onProgress?.({ ...event, epochs: Number(config['epochs']), paused });
    }
  };

  const plan = PLANS.find((known) => known === folder.current.plan) ?? 'auto';
  try {
    if (plan !== 'auto') reportStart();
    const experiment = lab.makeExperiment(config, data, seed);
    const result = await train({
      experiment,
      plan,
      control,
      checkpoints: folder.checkpoints,
      onEvent: onTraining,
      ...(callbacks.checkpointSeconds !== undefined && { checkpointSeconds: callbacks.checkpointSeconds }),
      ...(checkpoint && { resumeFrom: checkpoint }),
    });
    return ended(result.outcome, {
      steps: result.steps,
      examplesPerSecond: result.examplesPerSecond,
      plan: result.plan,
      metrics: { train: result.train, validation: result.validation, test: result.test },
      weightsSha256: result.weightsSha256,
      ...(result.earlyStop !== undefined && { reason: result.earlyStop }),
    });
  } catch (error) {
    ended('failed', { reason: messageOf(error) });
    throw error;
  } finally {
    folder.close();
    data.dispose();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
