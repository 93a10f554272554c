/** Runs for the windows: started, paused, resumed, stopped on the engines, and kept in the history. */
import type { AppEvent, Problem } from '../../shared/app.ts';
import type { ModelRef, RunTask } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { resolveConfig } from '../../shared/fields.ts';
import type { LabId } from '../../shared/labs.ts';
import { ACTIVE_STATES, type Run, type RunState } from '../../shared/runs.ts';
import type { StartReport } from '../../shared/start.ts';
import { vectorsIn } from '../../shared/vectors.ts';
import type { EngineSupervisor, RunJob, RunOutcome } from '../engines/index.ts';
import { runElsewhere, type History } from '../history/index.ts';
import { originOf } from './origin.ts';
import { runFolder } from './places.ts';
import { Recorder } from './recorder.ts';

const CHECKPOINT_SECONDS = 15;
/** How long an answer to "pause" or "resume" waits for it to have come true. */
const ANSWER_MS = 5000;

export interface RunServiceOptions {
  readonly history: History;
  readonly engines: EngineSupervisor;
  readonly publish: (event: AppEvent) => void;
  readonly home: string;
  /** Gradient Lab's own. */
  readonly version: string;
  readonly log: (text: string) => void;
  readonly onHistoryError: (error: unknown) => void;
}

export interface NewRunRequest {
  readonly lab: LabId;
  readonly settings: Readonly<Record<string, number | string>>;
  readonly seed: number;
  readonly plan: string;
}

/** A run that waits for an engine, or has one. */
interface Active {
  readonly job: RunJob;
  readonly recorder: Recorder;
  readonly over: Promise<Run>;
}

type Launch = Pick<RunTask, 'mayReplaceData' | 'origin'> & { readonly resume: boolean };

export class RunService {
  private readonly options: RunServiceOptions;
  private readonly active = new Map<number, Active>();
  /** Runs that are about to go on, until they are among the active ones. */
  private readonly claims = new Map<number, Promise<Run>>();

  constructor(options: RunServiceOptions) {
    this.options = options;
  }

  /** Queues a new run. Throws `lab/unknown`, `config/...`, or why no engine can start. */
  async start({ lab, settings, seed, plan }: NewRunRequest): Promise<Run> {
    const { history, engines, home, version } = this.options;
    const { labs, device: found } = await engines.ready();
    const known = labs.find(({ id }) => id === lab);
    if (known === undefined) {
      throw new LabError('lab/unknown', `The lab "${lab}" is not built yet.`, {
        hint: `There are ${labs.map(({ id }) => id).join(', ')}.`,
      });
    }
    const config = resolveConfig(known.fields, settings);
    const { device, threads } = await history.settings();
    const origin = await originOf(history, home, config);
    const run = await history.create({
      ...{ lab, config, seed, plan, device, threads },
      epochs: Number(config['epochs'] ?? 0),
      versions: { gradientLab: version, tensorflow: found.tensorflow },
    });
    this.options.publish({ kind: 'run', run });
    this.launch(run, { resume: false, mayReplaceData: settings['data'] === undefined, origin });
    return run;
  }

  /** What a run with these settings would take of its origin; null where all weights begin anew. Throws as `start` does. */
  async planStart(
    lab: LabId,
    settings: NewRunRequest['settings'],
    signal?: AbortSignal,
  ): Promise<StartReport | null> {
    const { history, engines, home } = this.options;
    const known = (await engines.ready()).labs.find(({ id }) => id === lab);
    const config = resolveConfig(known?.fields ?? {}, settings);
    if (vectorsIn(config) !== null) return engines.call('runs.planVectors', { lab, config }, { signal });
    const origin = await originOf(history, home, config);
    return origin && engines.call('runs.planStart', { lab, config, origin }, { signal });
  }

  async pause(number: number): Promise<Run> {
    const active = this.active.get(number);
    if (active === undefined || active.job.isWaiting) {
      const run = await this.options.history.get(number);
      if (run.state === 'paused' && active === undefined) throw runElsewhere(run);
      throw this.notTraining(run);
    }
    active.job.pause();
    return soon(active, ['paused']);
  }

  /** Goes on with a paused run, or queues one that had ended before its end. */
  async resume(number: number): Promise<Run> {
    const active = this.active.get(number);
    if (active !== undefined) {
      if (active.job.isWaiting || active.recorder.current.state !== 'paused') return active.recorder.current;
      active.job.resume();
      return soon(active, ['running']);
    }
    return this.claims.get(number) ?? this.claim(number);
  }

  /** Resolves when the run has stopped. Does nothing to one that has ended. */
  async stop(number: number): Promise<Run> {
    await this.claims.get(number)?.catch(() => undefined);
    const active = this.active.get(number);
    if (active !== undefined) {
      active.recorder.interruptBecause(null);
      active.job.stop();
      return active.over;
    }
    const run = await this.options.history.get(number);
    if (ACTIVE_STATES.includes(run.state)) throw runElsewhere(run);
    return run;
  }

  /** The model of a run, for calls that look at it. */
  async model(number: number): Promise<ModelRef> {
    const { lab, config, seed, dataSet, id } = await this.options.history.get(number);
    return { lab, config, seed, dataSet, folder: runFolder(this.options.home, id) };
  }

  /** What a person has changed of a run, as the history has it, with what is known of its training. */
  renew(changed: Run): Run {
    return this.active.get(changed.number)?.recorder.renew(changed) ?? changed;
  }

  /** Whether it waits for an engine of this service, or has one. */
  isActive(number: number): boolean {
    return this.active.has(number) || this.claims.has(number);
  }

  /** From now on, runs that stop were interrupted. Stopping them is the supervisor's. */
  interruptAll(): void {
    for (const { recorder } of this.active.values()) {
      const queued = recorder.current.state === 'queued';
      recorder.interruptBecause(
        queued
          ? 'Gradient Lab was closed before the run began.'
          : 'Gradient Lab was closed while it trained.',
      );
    }
  }

  /** Resolves when everything about the runs that were active is written. */
  async settled(): Promise<void> {
    await Promise.all([...this.active.values()].map(({ over }) => over));
  }

  /** Queues a run that had ended. Whoever asks for it in the meantime gets the same answer. */
  private claim(number: number): Promise<Run> {
    const { history, home, publish } = this.options;
    const claim = history
      .get(number)
      .then(({ config }) => originOf(history, home, config))
      .then(async (origin) => {
        const queued = await history.claim(number, { state: 'queued', reason: null, endedAt: null });
        publish({ kind: 'run', run: queued });
        this.launch(queued, { resume: true, mayReplaceData: false, origin });
        return queued;
      })
      .finally(() => this.claims.delete(number));
    this.claims.set(number, claim);
    return claim;
  }

  private launch(run: Run, { resume, mayReplaceData, origin }: Launch): void {
    const { history, engines, publish, onHistoryError } = this.options;
    const recorder = new Recorder({ history, run, publish, onError: onHistoryError });
    recorder.interruptBecause('Another program has asked its engine to end.');
    const { id, lab, config, seed, device, plan, threads, dataSet, number } = run;
    const task: RunTask = {
      ...{ id, lab, config, seed, device, plan, threads, dataSet, mayReplaceData, origin },
      folder: runFolder(this.options.home, id),
      checkpointSeconds: CHECKPOINT_SECONDS,
    };
    const job = engines.run({
      run: number,
      task,
      resume,
      onStart: (pid) => recorder.started(pid),
      onEvent: (event) => recorder.onEvent(event),
    });
    const over = job.done.then(async (outcome) => {
      const ended = await recorder.finish(this.trouble(number, outcome));
      this.active.delete(number);
      return ended;
    });
    this.active.set(number, { job, recorder, over });
  }

  /** What to record of an outcome, beside what the run itself has told. */
  private trouble(
    run: number,
    outcome: RunOutcome,
  ): { kind: 'failed' | 'lost'; problem: Problem } | undefined {
    if (outcome.kind !== 'failed' && outcome.kind !== 'lost') return undefined;
    const { message, details } = outcome.problem;
    this.options.log(`Run ${run}: ${message}${details === null ? '' : `\n${details}`}`);
    return outcome;
  }

  private notTraining({ number, state }: Run): LabError {
    return new LabError('run/not-running', `Run ${number} is ${state}: it cannot be paused.`, {
      hint:
        state === 'queued' ? 'Stop it to take it out of the queue.' : 'Only a run that trains can be paused.',
    });
  }
}

/** The run when it is in one of the states, or as it stands after a while: a step that is under way may take long. */
async function soon({ recorder, over }: Active, states: readonly RunState[]): Promise<Run> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ANSWER_MS)));
  await Promise.race([recorder.whenIn(states), over, late]);
  clearTimeout(timer);
  return recorder.current;
}
