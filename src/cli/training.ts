/** Trains in this process, and keeps the run in the history as the app does. */
import { executeRun } from '../engine/runs/index.ts';
import { labById, type Lab } from '../engine/labs/index.ts';
import { packageVersion } from '../engine/runtime/index.ts';
import type { TrainingControl } from '../engine/training/index.ts';
import type { History } from '../main/history/index.ts';
import { isAlive } from '../main/service/processes.ts';
import { runFolder } from '../main/service/places.ts';
import { originOf } from '../main/service/origin.ts';
import { Recorder } from '../main/service/recorder.ts';
import type { EngineRunEvent, RunTask } from '../shared/engine-protocol.ts';
import { resolveConfig } from '../shared/fields.ts';
import { toProblem } from '../shared/problems.ts';
import type { RunEnded } from '../shared/run-events.ts';
import type { Run, RunSpec } from '../shared/runs.ts';
import { labHome, withHistory } from './home.ts';
import { withStart } from './start-from.ts';

export interface NewRunRequest {
  readonly lab: Lab;
  /** Values of the lab's fields, as text; those left out take their defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly plan: string;
  readonly device: string;
  readonly threads: number;
}

export interface Training {
  readonly control: TrainingControl;
  /** `task`: what is trained, from the first event on. */
  readonly onEvent: (event: EngineRunEvent, task: RunTask) => void;
  /** Told of what could not be recorded; the run goes on. */
  readonly onRecordError: (error: unknown) => void;
  readonly checkpointSeconds: number;
}

/** What a run is called that is kept nowhere. */
const UNRECORDED = 'unrecorded';

/** Trains a new run. Throws what hinders the start, and what breaks off the training. */
export function trainNew(request: NewRunRequest, training: Training): Promise<RunEnded> {
  return withHistory(async (history) => {
    const { spec, mayReplaceData } = specOf(await withStart(history, request));
    const run = await history.create({
      ...spec,
      epochs: Number(spec.config['epochs'] ?? 0),
      versions: { gradientLab: packageVersion(), tensorflow: '' },
    });
    return record(history, run, { resume: false, mayReplaceData }, training);
  });
}

/** As `trainNew`, but nothing is written: for measurements. */
export async function trainUnrecorded(request: NewRunRequest, training: Training): Promise<RunEnded> {
  const { request: whole, origin } =
    request.settings['startFrom'] === undefined
      ? { request, origin: null }
      : await withHistory(async (history) => {
          const known = await withStart(history, request);
          return { request: known, origin: await originOf(history, labHome(), specOf(known).spec.config) };
        });
  const { spec, mayReplaceData } = specOf(whole);
  const { checkpointSeconds, control } = training;
  const place = { id: UNRECORDED, folder: '', dataSet: null };
  const task: RunTask = { ...spec, ...place, mayReplaceData, origin, checkpointSeconds };
  const onEvent = (event: EngineRunEvent): void => training.onEvent(event, task);
  return executeRun(task, { resume: false, control, onEvent, writesCheckpoints: false });
}

/** Goes on with a run from its newest whole checkpoint; it ends with the numbers that it would have had uninterrupted. */
export function trainOn(text: string, training: Training): Promise<RunEnded> {
  return withHistory(async (history) => {
    await history.interruptStale(isAlive);
    const run = await history.find(text);
    labById(run.lab); // before the run counts as one that goes on
    const claimed = await history.claim(run.number, {
      ...{ state: 'running', pid: process.pid, reason: null, endedAt: null },
    });
    return record(history, claimed, { resume: true, mayReplaceData: false }, training);
  });
}

function specOf({ lab, settings, ...rest }: NewRunRequest): { spec: RunSpec; mayReplaceData: boolean } {
  const config = resolveConfig(lab.fields, settings);
  return { spec: { lab: lab.id, config, ...rest }, mayReplaceData: settings['data'] === undefined };
}

async function record(
  history: History,
  run: Run,
  { resume, mayReplaceData }: { resume: boolean; mayReplaceData: boolean },
  { control, onEvent, onRecordError, checkpointSeconds }: Training,
): Promise<RunEnded> {
  history.onProblem = onRecordError;
  const recorder = new Recorder({ history, run, publish: () => undefined, onError: onRecordError });
  recorder.started(process.pid);
  try {
    const { id, lab, config, seed, device, plan, threads, dataSet } = run;
    const place = { folder: runFolder(labHome(), id), origin: await originOf(history, labHome(), config) };
    const how = { device, plan, threads, mayReplaceData, checkpointSeconds };
    const task: RunTask = { id, lab, config, seed, dataSet, ...place, ...how };
    const end = await executeRun(task, {
      resume,
      control,
      onEvent: (event) => {
        recorder.onEvent(event);
        onEvent(event, task);
      },
    });
    await recorder.finish();
    return end;
  } catch (error) {
    await recorder.finish({ kind: 'failed', problem: toProblem(error) });
    throw error;
  }
}
