/**
 * Writes what an engine tells of a run into the history, and tells the windows.
 *
 * Everything happens in the order in which it came: a change of state is on the disk before the windows hear of it, every point
 * goes to the history, and the windows get points and progress a few times a second (live-window.ts).
 */
import { stat } from 'node:fs/promises';
import type { AppEvent, Problem } from '../../shared/app.ts';
import type { EngineRunEvent, RecalledEvent } from '../../shared/engine-protocol.ts';
import type { RunEnded, RunMetrics, Values } from '../../shared/run-events.ts';
import type { Run, RunState } from '../../shared/runs.ts';
import type { History, RunPatch } from '../history/index.ts';
import { LiveWindow } from './live-window.ts';
import { TrainingClock } from './training-clock.ts';

/** How often a run's own row follows its progress, and the windows hear of new means. */
const TOUCH_MS = 500;

export interface RecorderOptions {
  readonly history: History;
  /** The run as the history has it. */
  readonly run: Run;
  readonly publish: (event: AppEvent) => void;
  /** Told of what could not be written. Recording goes on. */
  readonly onError: (error: unknown) => void;
}

export class Recorder {
  private readonly history: History;
  private readonly publish: (event: AppEvent) => void;
  private readonly onError: (error: unknown) => void;
  private readonly live: LiveWindow;
  private readonly clock: TrainingClock;
  private readonly waiters = new Set<() => void>();
  private run: Run;
  private chain: Promise<void> = Promise.resolve();
  private touchedAt = -Infinity;
  /** An epoch has ended since the windows were told of the run. */
  private hasNews = false;
  private hasFetched = false;
  private hasBegun = false;
  private hasEnded = false;
  private isOver = false;
  /** Why the run is to be 'interrupted' when it stops, or null: then it is 'stopped'. */
  private interruption: string | null = null;

  constructor({ history, run, publish, onError }: RecorderOptions) {
    this.history = history;
    this.run = run;
    this.publish = publish;
    this.onError = onError;
    this.live = new LiveWindow(run.number, publish);
    this.clock = new TrainingClock(run.seconds);
  }

  /** The run as it was last told of. */
  get current(): Run {
    return this.run;
  }

  /** A process has taken the run. */
  started(pid: number): void {
    this.inTurn(() => this.update({ state: 'running', pid, reason: null, endedAt: null }));
  }

  onEvent(event: EngineRunEvent): void {
    this.inTurn(() => this.record(event));
  }

  /** Why the run is 'interrupted' when it stops from now on; null: because the person stopped it. */
  interruptBecause(reason: string | null): void {
    this.interruption = reason;
  }

  /**
   * The execution is over. `problem`: why it could not go on, as the engine says (`failed`) or because the engine is gone
   * (`lost`); none for a run that said its own end, or was taken out of the queue. Resolves to the run when all is written.
   */
  async finish(outcome?: { readonly kind: 'failed' | 'lost'; readonly problem: Problem }): Promise<Run> {
    this.inTurn(async () => {
      // A failure that the engine told as the run's end comes again, with what to do about it.
      if (this.hasEnded) return outcome && this.update({ reason: inWords(outcome.problem) });
      if (outcome === undefined) return this.end(this.stateOfStop(), this.interruption);
      return this.end(outcome.kind === 'lost' ? 'interrupted' : 'failed', inWords(outcome.problem));
    });
    await this.chain;
    this.isOver = true;
    this.wake();
    return this.run;
  }

  /** Resolves to the run when it has one of these states, or when its execution is over. */
  async whenIn(states: readonly RunState[]): Promise<Run> {
    while (!states.includes(this.run.state) && !this.isOver) {
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
    return this.run;
  }

  /** Takes over what a person may change of a run, and returns the run as it is told of from now on. */
  renew({ name, note, tags, pinned }: Run): Run {
    this.run = { ...this.run, name, note, tags, pinned };
    return this.run;
  }

  private inTurn(work: () => Promise<void> | void): void {
    this.chain = this.chain.then(work).catch(this.onError);
  }

  private record(event: EngineRunEvent): Promise<void> | void {
    const { run } = this;
    switch (event.kind) {
      case 'fetching':
        this.hasFetched = true;
        return this.publish({ kind: 'fetching', progress: event.progress });
      case 'begun':
        return this.begin(event);
      case 'plan':
        return this.update({ plan: event.plan });
      case 'steps':
        this.write(event);
        return this.live.addPoints(event);
      case 'epoch': {
        this.write(event);
        const single = Object.entries(event.values).map(([name, value]) => [name, [value]] as const);
        this.live.addPoints({ ...event, values: Object.fromEntries(single) });
        const { step, epoch } = event;
        this.hasNews = true;
        return this.touch({ step, epoch, metrics: bySplit(event.values) });
      }
      case 'progress': {
        const { step, steps, epoch, epochs, examplesPerSecond, secondsLeft } = event;
        this.live.setProgress({ step, steps, epoch, epochs, examplesPerSecond, secondsLeft });
        if (performance.now() - this.touchedAt < TOUCH_MS) return;
        this.touchedAt = performance.now();
        this.touch({ step, epoch, ...(examplesPerSecond !== null && { examplesPerSecond }) });
        return this.hasNews ? this.announce() : undefined;
      }
      case 'paused':
        this.clock.stop();
        return this.update({ state: 'paused', step: event.step, seconds: this.clock.seconds });
      case 'resumed':
        this.clock.start();
        return this.update({ state: 'running' });
      case 'checkpoint':
        return this.addCheckpoint(event);
      case 'histogram':
        return this.write(event);
      case 'warning':
        return this.publish({ kind: 'warning', run: run.number, message: event.message });
      case 'ended':
        return this.recordEnd(event.end);
    }
  }

  private async begin(event: Extract<EngineRunEvent, { kind: 'begun' }>): Promise<void> {
    const { number, dataSet } = this.run;
    const { config, device, plan, versions, steps, epochs, fromStep, start } = event;
    this.hasBegun = true;
    // It had begun before: what it did after the checkpoint is done again.
    if (dataSet !== null) {
      await this.history.rewind(number, fromStep);
      for (const earlier of event.recalled) this.write(earlier);
      this.publish({ kind: 'rewound', run: number, step: fromStep });
    }
    this.clock.start();
    await this.update({
      ...{ config, device, plan, versions, steps, epochs },
      dataSet: event.dataSet,
      // A checkpoint has the weights: it says nothing of where they came from.
      ...(start !== null && { start }),
      step: fromStep,
    });
    if (this.hasFetched) this.publish({ kind: 'data', id: event.dataSet.id });
  }

  /** Into the history, in the place of what is there of the same step. */
  private write(event: RecalledEvent): void {
    const { number } = this.run;
    switch (event.kind) {
      case 'steps': {
        const { step, epoch, time, values } = event;
        const wide = Object.entries(values).map(
          ([name, column]) => [name, Float64Array.from(column)] as const,
        );
        return this.history.append({ run: number, step, epoch, time, values: Object.fromEntries(wide) });
      }
      case 'epoch':
        return this.history.appendAt(number, event.step, event.time, event.values);
      case 'histogram': {
        const { tensor, of, shape, histogram } = event;
        return this.history.addHistogram(number, { tensor, of, shape, histogram });
      }
    }
  }

  private async addCheckpoint({ step, path }: { step: number; path: string }): Promise<void> {
    const bytes = await stat(path).then(
      ({ size }) => size,
      () => 0, // the next one has taken its place already
    );
    await this.history.checkpoint(this.run.number, step, path, bytes);
    this.run = { ...this.run, checkpointStep: step };
    this.publish({ kind: 'checkpoint', run: this.run.number, step });
  }

  private async recordEnd(end: RunEnded): Promise<void> {
    this.hasEnded = true;
    if (end.kind === 'stopped') return this.end(this.stateOfStop(), this.interruption, end);
    return this.end(end.kind, end.reason ?? null, end);
  }

  private async end(state: RunState, reason: string | null, end?: RunEnded): Promise<void> {
    this.hasEnded = true;
    this.clock.stop();
    this.live.flush();
    const { metrics, peakRssBytes } = this.run;
    await this.update({
      state,
      reason,
      endedAt: Date.now(),
      pid: null,
      seconds: this.clock.seconds,
      ...(end && { peakRssBytes: Math.max(peakRssBytes ?? 0, end.peakRssBytes) }),
      ...(end && this.hasBegun && { step: end.steps, plan: end.plan, metrics: latest(metrics, end.metrics) }),
      ...(end?.examplesPerSecond != null && { examplesPerSecond: end.examplesPerSecond }),
      ...(end?.weightsSha256 != null && { weightsSha256: end.weightsSha256 }),
    });
  }

  private stateOfStop(): RunState {
    return this.interruption === null ? 'stopped' : 'interrupted';
  }

  /** Durable, then told. What cannot be written now waits with the points until it can, and is told all the same. */
  private async update(patch: RunPatch): Promise<void> {
    try {
      this.run = await this.history.update(this.run.number, patch);
    } catch (error) {
      this.history.touch(this.run.number, patch);
      this.run = { ...this.run, ...patch } as Run;
      this.onError(error);
    }
    this.announce();
  }

  /** Written with the next batch. */
  private touch(patch: RunPatch): void {
    const { seconds } = this.clock;
    this.history.touch(this.run.number, { ...patch, seconds });
    this.run = { ...this.run, ...patch, seconds } as Run;
  }

  private announce(): void {
    this.hasNews = false;
    this.live.flush();
    this.publish({ kind: 'run', run: this.run });
    this.wake();
  }

  private wake(): void {
    for (const wake of this.waiters) wake();
    this.waiters.clear();
  }
}

/** Means of an epoch, `train/loss` and so on, as a run's latest metrics. */
function bySplit(values: Values): RunMetrics {
  const of = (split: string): Values =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => name.startsWith(`${split}/`))
        .map(([name, value]) => [name.slice(split.length + 1), value]),
    );
  return { train: of('train'), validation: of('validation'), test: {} };
}

/** What an execution ended with, where it came to an epoch's end; what was known before otherwise. */
function latest(before: RunMetrics, end: RunMetrics): RunMetrics {
  return Object.keys(end.train).length > 0 ? end : before;
}

function inWords({ message, hint }: Problem): string {
  return hint === null ? message : `${message} ${hint}`;
}
