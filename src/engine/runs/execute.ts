/** Executes a run, from its settings or from its newest checkpoint, to its end, and tells what happens. */
import type { EngineRunEvent, RunTask } from '../../shared/engine-protocol.ts';
import { messageOf } from '../../shared/errors.ts';
import type { RunEnded } from '../../shared/run-events.ts';
import type { StartReport } from '../../shared/start.ts';
import { homeFolder } from '../data/index.ts';
import { labById, type Lab } from '../labs/index.ts';
import { IMPORTED_NETWORK } from '../layers/index.ts';
import {
  packageVersion,
  PLANS,
  startRuntime,
  type DeviceChoice,
  type Plan,
  type RuntimeInfo,
} from '../runtime/index.ts';
import {
  countStepsPerEpoch,
  resumedFrom,
  train,
  type Checkpoint,
  type DeviceData,
  type Experiment,
  type TrainingControl,
  type TrainingEvent,
} from '../training/index.ts';
import { loadDataOf, placeData } from './data.ts';
import { planKey, recallPlan, rememberPlan } from './plan-memory.ts';
import { readRecentEvents, RecentEvents } from './recent-events.ts';
import { keepNetwork, withKeptNetwork } from './network.ts';
import { reclaim } from './reclaim.ts';
import { reserve } from './reserve.ts';
import { planStart, startExperiment, withOriginNetwork } from './start.ts';
import { checkpointsOf } from './store.ts';
import { readable } from './texts.ts';
import {
  startWithVectors,
  vectorsOfRun,
  vectorsReport,
  withVectorsWidth,
  type RunVectors,
} from './vectors.ts';

export interface RunOptions {
  /** Goes on from the newest whole checkpoint; without one, from the beginning. */
  readonly resume: boolean;
  readonly control: TrainingControl;
  readonly onEvent: (event: EngineRunEvent) => void;
  /** False: nothing is written for the run, for measurements. */
  readonly writesCheckpoints?: boolean;
}

/**
 * Runs to the end, or until `control` says stop. The last event of a run that came to training is 'ended', also when it failed:
 * then the error is thrown after it. What hinders the start is thrown without one; a stop before the start ends as 'stopped'.
 */
export async function executeRun(task: RunTask, options: RunOptions): Promise<RunEnded> {
  const { control, onEvent } = options;
  const began = performance.now();
  const lab = labById(task.lab);
  const runtime = startRuntime({ device: task.device as DeviceChoice, intraOpThreads: task.threads });
  reserve(runtime.device);
  let plan = task.plan;
  let steps = 0;

  const end = (kind: RunEnded['kind'], rest: Partial<RunEnded>): RunEnded => {
    const ended: RunEnded = {
      kind,
      run: task.id,
      steps,
      seconds: (performance.now() - began) / 1000,
      examplesPerSecond: null,
      plan,
      device: runtime.device,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      metrics: { train: {}, validation: {}, test: {} },
      weightsSha256: null,
      ...rest,
    };
    onEvent({ kind: 'ended', end: ended });
    return ended;
  };

  let prepared: Prepared;
  try {
    prepared = await prepare(lab, task, runtime, options);
  } catch (error) {
    if (!control.stopping) throw error;
    return end('stopped', {});
  }

  reclaim();
  const { data, experiment, checkpoint } = prepared;
  const recent = new RecentEvents(prepared.begun.recalled);
  plan = prepared.plan;
  steps = checkpoint?.progress.step ?? 0;
  try {
    onEvent({ kind: 'begun', ...prepared.begun });
    const result = await train({
      experiment,
      plan: PLANS.find((known) => known === plan) ?? 'auto',
      control,
      checkpointSeconds: task.checkpointSeconds,
      onEvent: (event) => {
        if (event.kind === 'plan') {
          plan = event.choice.plan;
          prepared.onChoice(event.choice);
        }
        if (event.kind === 'steps') steps = lastStep(event);
        const told = translate(event, experiment.epochs);
        if (told.kind === 'steps' || told.kind === 'epoch' || told.kind === 'histogram') recent.add(told);
        onEvent(told);
      },
      checkpointNotes: () => recent.toText(),
      ...(options.writesCheckpoints !== false && { checkpoints: checkpointsOf(task.folder) }),
      ...(checkpoint && { resumeFrom: checkpoint }),
    });
    return end(result.outcome, {
      steps: result.steps,
      examplesPerSecond: result.examplesPerSecond,
      plan: result.plan,
      metrics: { train: result.train, validation: result.validation, test: result.test },
      weightsSha256: result.weightsSha256,
      ...(result.earlyStop !== undefined && { reason: result.earlyStop }),
    });
  } catch (error) {
    end('failed', { reason: messageOf(error) });
    throw error;
  } finally {
    data.dispose();
  }
}

interface Prepared {
  readonly data: DeviceData;
  readonly experiment: Experiment;
  readonly checkpoint: Checkpoint | undefined;
  readonly plan: string;
  readonly begun: Omit<Extract<EngineRunEvent, { kind: 'begun' }>, 'kind'>;
  readonly onChoice: (choice: PlanChoice) => void;
}

type PlanChoice = Extract<TrainingEvent, { kind: 'plan' }>['choice'];

/** Everything that can go wrong before the first step. */
async function prepare(
  lab: Lab,
  task: RunTask,
  runtime: RuntimeInfo,
  { resume, control, onEvent, writesCheckpoints }: RunOptions,
): Promise<Prepared> {
  const warn = (message: string): void => onEvent({ kind: 'warning', message });
  const found = await loadDataOf(lab, task, {
    onFetch: (progress) => onEvent({ kind: 'fetching', progress }),
    onWarning: warn,
    signal: control.signal,
  });
  const chosen = { ...task.config, data: found.info.id };
  const keeps = writesCheckpoints !== false;
  const { loaded, encoder } = await readable(lab, found, {
    config: chosen,
    folder: task.folder,
    keepsVocabulary: keeps,
    signal: control.signal,
  });
  const checkpoint = resume ? newestCheckpoint(task, warn) : undefined;
  const vectors = await vectorsOfRun(lab, chosen, {
    encoder,
    folder: task.folder,
    keeps,
    hasWeights: checkpoint !== undefined,
  });
  const config = withVectorsWidth(lab, chosen, vectors);
  const home = homeFolder();
  const key = planKey(lab.id, config, runtime, task.threads);
  const plan: Plan | 'auto' = PLANS.find((known) => known === task.plan) ?? recallPlan(home, key) ?? 'auto';

  const data = placeData(lab, config, task.seed, loaded);
  try {
    const whole = networkOf(lab, { ...task, config }, checkpoint, keeps);
    const own = lab.makeExperiment(whole, data, task.seed);
    const { experiment, report } =
      checkpoint === undefined
        ? started(lab, { ...task, config }, data, own, vectors)
        : { experiment: resumedFrom(own, checkpoint), report: null };
    return {
      data,
      experiment,
      checkpoint,
      plan,
      begun: {
        config,
        dataSet: { id: loaded.info.id, sha256: loaded.sha256 },
        device: runtime.device,
        plan,
        versions: { gradientLab: packageVersion(), tensorflow: runtime.tensorflow },
        steps: countStepsPerEpoch(experiment) * experiment.epochs,
        epochs: experiment.epochs,
        fromStep: checkpoint?.progress.step ?? 0,
        start: report,
        recalled: readRecentEvents(checkpoint?.notes),
      },
      onChoice: (choice) => {
        if (keeps) rememberPlan(home, key, choice);
      },
    };
  } catch (error) {
    data.dispose();
    throw error;
  }
}

/** The configuration with the imported network, where the run trains one: its origin's at first, which is kept, and that one later. */
function networkOf(
  lab: Lab,
  { config, origin, folder }: Pick<RunTask, 'config' | 'origin' | 'folder'>,
  checkpoint: Checkpoint | undefined,
  keeps: boolean,
): RunTask['config'] {
  if (checkpoint !== undefined) return withKeptNetwork(config, folder);
  const whole = withOriginNetwork(lab, config, origin);
  const text = whole[IMPORTED_NETWORK];
  if (typeof text === 'string' && keeps) keepNetwork(folder, text);
  return whole;
}

/** The experiment of a run that begins, with what its origin or its word vectors give; the report is null where all begins anew. */
function started(
  lab: Lab,
  { config, origin }: Pick<RunTask, 'config' | 'origin'>,
  { splits, classes }: DeviceData,
  own: Experiment,
  vectors: RunVectors | null,
): { readonly experiment: Experiment; readonly report: StartReport | null } {
  if (vectors !== null) {
    return { experiment: startWithVectors(lab, own, vectors), report: vectorsReport(config, vectors) };
  }
  if (origin === null) return { experiment: own, report: null };
  const imageShape = splits.train.features['image']?.rows.shape.slice(1) ?? [];
  const plan = planStart(lab, config, { imageShape, classes }, origin);
  return { experiment: startExperiment(own, plan), report: plan.report };
}

function newestCheckpoint(task: RunTask, warn: (message: string) => void): Checkpoint | undefined {
  const checkpoint = checkpointsOf(task.folder).latest((path, error) =>
    warn(`Skipped a damaged checkpoint, ${path}: ${error.message}`),
  );
  if (checkpoint === undefined) warn('The run has no whole checkpoint: it starts from its beginning.');
  return checkpoint;
}

function lastStep({ step, values }: Extract<TrainingEvent, { kind: 'steps' }>): number {
  return step + (Object.values(values)[0]?.length ?? 0) - 1;
}

function translate(event: TrainingEvent, epochs: number): EngineRunEvent {
  switch (event.kind) {
    case 'plan':
      return { kind: 'plan', plan: event.choice.plan, milliseconds: event.choice.milliseconds };
    case 'steps':
    case 'epoch':
      return { ...event, time: Date.now() };
    case 'progress':
      return { ...event, epochs };
    default:
      return event;
  }
}
