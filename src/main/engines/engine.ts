/** One engine process: its requests, its heartbeat, its last words, and its end. */
import type { DeviceInfo, Problem } from '../../shared/app.ts';
import type {
  EngineMethod,
  EngineMethods,
  EngineRunEvent,
  FromEngine,
  RunTask,
  ToEngine,
} from '../../shared/engine-protocol.ts';
import type { LabInfo } from '../../shared/labs.ts';
import { ProblemError } from '../../shared/problems.ts';
import type { RunEnded } from '../../shared/run-events.ts';
import type { EngineChild } from './child.ts';
import { describeExit } from './exit-reason.ts';
import type { EngineLimits } from './limits.ts';
import { Tail } from './tail.ts';

/** What an engine can do, once it has said so. */
export interface EngineAbilities {
  readonly device: DeviceInfo;
  readonly labs: readonly LabInfo[];
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onUpdate?: (value: unknown) => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: ProblemError): void;
  /** Told of updates of a call, or events of a run. */
  heard(value: unknown): void;
}

export class Engine {
  readonly child: EngineChild;
  readonly startedAt = Date.now();
  /** Rejects with why it cannot compute, or why it is gone. */
  readonly ready: Promise<EngineAbilities>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  rssBytes = 0;
  private readonly limits: EngineLimits;
  private readonly pending = new Map<number, Pending>();
  private readonly tail = new Tail();
  private readonly watch: NodeJS.Timeout;
  private settleReady!: { resolve(abilities: EngineAbilities): void; reject(error: ProblemError): void };
  private settleGone!: () => void;
  private settleIdle: (() => void) | undefined;
  private isReady = false;
  private isGone = false;
  private lastId = 0;
  /** Checks since it was started, or last heard of once it was ready. Counted, not timed: a computer that slept is no engine that hung. */
  private silentChecks = 0;
  private ended: string | null = null;
  private inability: Problem | null = null;

  constructor(child: EngineChild, limits: EngineLimits) {
    this.child = child;
    this.limits = limits;
    this.ready = new Promise((resolve, reject) => (this.settleReady = { resolve, reject }));
    this.ready.catch(() => undefined); // not everyone who starts an engine waits for it
    this.gone = new Promise((resolve) => (this.settleGone = resolve));
    this.watch = setInterval(() => this.check(), limits.checkMs);
    child.on({
      message: (message) => this.receive(message),
      text: (text) => this.tail.add(text),
      exit: (code, signal) => this.lost(code, signal),
    });
  }

  /** Rejects with a ProblemError: what the method found wrong, or why the engine is gone. */
  async call<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
    { signal, onUpdate = () => undefined }: CallOptions = {},
  ): Promise<EngineMethods[M]['result']> {
    const { id, answer } = this.expect(onUpdate);
    const cancel = (): void => this.child.send({ kind: 'cancel', id });
    this.child.send({ kind: 'call', id, method, params });
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
    try {
      return (await answer) as EngineMethods[M]['result'];
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Trains to the end of the run. Rejects as `call` does. */
  async train(task: RunTask, resume: boolean, onEvent: (event: EngineRunEvent) => void): Promise<RunEnded> {
    const { id, answer } = this.expect((event) => onEvent(event as EngineRunEvent));
    this.child.send({ kind: 'train', id, task, resume });
    return (await answer) as RunEnded;
  }

  control(action: Extract<ToEngine, { kind: 'control' }>['action']): void {
    this.child.send({ kind: 'control', action });
  }

  /** Asks it to leave, waits, and ends it when it has not left by then. */
  async end(waitMs: number = this.limits.leaveMs): Promise<void> {
    this.child.disconnect();
    const timer = setTimeout(() => this.kill('It was closed.'), waitMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** As `end`, after the answers that are waited for: nobody may ask it for more. */
  async retire(): Promise<void> {
    if (this.pending.size > 0) await new Promise<void>((resolve) => (this.settleIdle = resolve));
    await this.end();
  }

  /** Ends it at once; `reason` is the sentence that whoever waits for an answer gets. */
  kill(reason: string): void {
    this.ended ??= reason;
    this.child.kill();
  }

  private expect(heard: (value: unknown) => void): { id: number; answer: Promise<unknown> } {
    const id = ++this.lastId;
    const answer = new Promise((resolve, reject) => {
      if (this.isGone) reject(this.problemOfExit(null, null));
      else this.pending.set(id, { resolve, reject, heard });
    });
    return { id, answer };
  }

  private receive(message: FromEngine): void {
    if (this.isReady || message.kind === 'ready') this.silentChecks = 0;
    switch (message.kind) {
      case 'ready':
        this.isReady = true;
        return this.settleReady.resolve({ device: message.device, labs: message.labs });
      case 'unable':
        this.inability = message.problem;
        return;
      case 'heartbeat':
        this.rssBytes = message.rssBytes;
        return;
      case 'run':
        return this.pending.get(message.id)?.heard(message.event);
      case 'update':
        return this.pending.get(message.id)?.heard(message.value);
      case 'result':
        return this.take(message.id)?.resolve(message.value);
      case 'problem':
        return this.take(message.id)?.reject(new ProblemError(message.problem));
    }
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) this.settleIdle?.();
    return pending;
  }

  private check(): void {
    const { checkMs, startMs, silentMs } = this.limits;
    const allowedMs = this.isReady ? silentMs : startMs;
    if (++this.silentChecks * checkMs <= allowedMs) return;
    const seconds = Math.round(allowedMs / 1000);
    this.kill(
      this.isReady
        ? `The engine did not answer for ${seconds} s and was ended.`
        : `The engine did not start within ${seconds} s and was ended.`,
    );
  }

  private lost(code: number | null, signal: string | null): void {
    this.isGone = true;
    clearInterval(this.watch);
    const error = this.problemOfExit(code, signal);
    this.settleReady.reject(error);
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const pending of waiting) pending.reject(error);
    this.settleIdle?.();
    this.settleGone();
  }

  private problemOfExit(code: number | null, signal: string | null): ProblemError {
    const { ended, rssBytes } = this;
    const lines = this.tail.lines;
    return new ProblemError(this.inability ?? describeExit({ code, signal, ended, lines, rssBytes }));
  }
}
