/** One run on its way through an engine: waiting for one, training, and over. */
import type { EngineRunEvent, RunTask } from '../../shared/engine-protocol.ts';
import type { Problem } from '../../shared/app.ts';
import { LabError } from '../../shared/errors.ts';
import { toProblem } from '../../shared/problems.ts';
import type { RunEnded } from '../../shared/run-events.ts';
import type { Engine } from './engine.ts';
import type { EngineLimits } from './limits.ts';

export interface RunRequest {
  /** The run's number, for the list of engines. */
  readonly run: number;
  readonly task: RunTask;
  readonly resume: boolean;
  /** An engine has taken it. */
  readonly onStart: (pid: number) => void;
  readonly onEvent: (event: EngineRunEvent) => void;
}

export type RunOutcome =
  | { readonly kind: 'ended'; readonly end: RunEnded }
  /** The engine says why the run cannot go on. */
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** The engine is gone. */
  | { readonly kind: 'lost'; readonly problem: Problem }
  /** It was taken out of the queue. */
  | { readonly kind: 'cancelled' };

export class RunJob {
  readonly request: RunRequest;
  /** Never rejects. */
  readonly done: Promise<RunOutcome>;
  private readonly limits: EngineLimits;
  private settle!: (outcome: RunOutcome) => void;
  private engine: Engine | undefined;
  private stopTimer: NodeJS.Timeout | undefined;
  private state: 'waiting' | 'running' | 'over' = 'waiting';

  constructor(request: RunRequest, limits: EngineLimits) {
    this.request = request;
    this.limits = limits;
    this.done = new Promise((resolve) => (this.settle = resolve));
  }

  get isWaiting(): boolean {
    return this.state === 'waiting';
  }

  pause(): void {
    this.engine?.control('pause');
  }

  resume(): void {
    this.engine?.control('resume');
  }

  /** Takes it out of the queue, or asks its engine to stop with a checkpoint and ends the engine when it does not. */
  stop(): void {
    if (this.state === 'waiting') return this.finish({ kind: 'cancelled' });
    if (this.state === 'over' || this.stopTimer !== undefined) return;
    const { engine } = this;
    engine?.control('stop');
    const seconds = Math.round(this.limits.stopMs / 1000);
    this.stopTimer = setTimeout(
      () => engine?.kill(`The engine did not stop within ${seconds} s and was ended.`),
      this.limits.stopMs,
    );
  }

  /** Trains on `engine`, which is the job's own until it is over, as soon as that is ready. */
  async runOn(engine: Engine): Promise<void> {
    const { task, resume, onStart, onEvent } = this.request;
    try {
      await engine.ready;
      if (this.state !== 'waiting') return;
      this.engine = engine;
      this.state = 'running';
      onStart(engine.child.pid);
      this.finish({ kind: 'ended', end: await engine.train(task, resume, onEvent) });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends it without an engine: none could be started. */
  fail(error: unknown): void {
    const lost = error instanceof LabError && error.code === 'engine/lost';
    this.finish({ kind: lost ? 'lost' : 'failed', problem: toProblem(error) });
  }

  private finish(outcome: RunOutcome): void {
    clearTimeout(this.stopTimer);
    this.state = 'over';
    this.engine = undefined;
    this.settle(outcome);
  }
}
