/**
 * The engines: one for each run that trains, one kept warm for the next where a run may start at once, one for calls.
 *
 * What happens to one engine stays with it. A run's place is free when its process is gone, so there are never more engines than
 * `runsAtOnce` and the one for calls.
 */
import type { EngineInfo, Problem, Settings } from '../../shared/app.ts';
import type { EngineMethod, EngineMethods } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { toProblem } from '../../shared/problems.ts';
import type { SpawnEngine } from './child.ts';
import { Engine, type CallOptions, type EngineAbilities } from './engine.ts';
import { LIMITS, type EngineLimits } from './limits.ts';
import { RunJob, type RunRequest } from './run-job.ts';

export type EngineSettings = Pick<Settings, 'runsAtOnce' | 'threads' | 'device'>;

export interface SupervisorOptions {
  readonly spawn: SpawnEngine;
  /** The folder of data, runs and history, for the engines. */
  readonly home: string;
  readonly settings: EngineSettings;
  /** Told when an engine starts, is gone, or says what it can do or cannot. */
  readonly onChange: () => void;
  readonly limits?: Partial<EngineLimits>;
}

/** An engine with what it was started for. */
interface Place {
  readonly engine: Engine;
  readonly threads: number;
  readonly device: string;
  role: EngineInfo['role'];
  run: number | null;
  /** Settings have changed since it was started, and it leaves. */
  isReplaced: boolean;
}

export class EngineSupervisor {
  private readonly options: SupervisorOptions;
  private readonly limits: EngineLimits;
  private readonly places = new Set<Place>();
  private readonly waiting: RunJob[] = [];
  private readonly running = new Set<RunJob>();
  private settings: EngineSettings;
  private warm: Place | undefined;
  private interactive: Place | undefined;
  /** Resolves when the warm engine that was replaced is gone: its place is taken until then. */
  private leaving: Promise<void> | undefined;
  private known: EngineAbilities | undefined;
  private inability: Problem | null = null;
  private isClosing = false;
  private isWarm = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.settings = options.settings;
    this.limits = { ...LIMITS, ...options.limits };
  }

  /** What the last engine said that started; undefined until one has. */
  get abilities(): EngineAbilities | undefined {
    return this.known;
  }

  /** Why the last engine could not start, or null. */
  get problem(): Problem | null {
    return this.inability;
  }

  get engines(): readonly EngineInfo[] {
    return [...this.places].map(({ engine, role, run }) => ({
      pid: engine.child.pid,
      role,
      run,
      rssBytes: engine.rssBytes,
      startedAt: engine.startedAt,
    }));
  }

  /** Keeps an engine warm from now on, whenever a run could start at once. */
  warmUp(): void {
    this.isWarm = true;
    this.fill();
  }

  /** Resolves when an engine has said what it can do; rejects with why none can. */
  async ready(): Promise<EngineAbilities> {
    if (this.known !== undefined) return this.known;
    while (this.leaving !== undefined) await this.leaving;
    if (this.isClosing) throw closing();
    const hasRoom = this.running.size < this.settings.runsAtOnce;
    const place =
      this.warm ??
      this.interactive ??
      (hasRoom ? (this.warm = this.start('warm')) : (this.interactive = this.start('interactive')));
    try {
      return await place.engine.ready;
    } catch (error) {
      // It was replaced before it was ready, because the settings have changed: another can say.
      if (!place.isReplaced) throw error;
      return this.ready();
    }
  }

  /** Calls the engine for calls, and starts it first where there is none. */
  async call<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
    options?: CallOptions,
  ): Promise<EngineMethods[M]['result']> {
    if (this.isClosing) throw closing();
    this.interactive ??= this.start('interactive');
    return this.interactive.engine.call(method, params, options);
  }

  /** Puts a run at the end of the queue. */
  run(request: RunRequest): RunJob {
    if (this.isClosing) throw closing();
    const job = new RunJob(request, this.limits);
    this.waiting.push(job);
    void job.done.then(() => this.forget(job));
    this.fill();
    return job;
  }

  /** New settings count for engines that start from now on; idle ones that do not fit them are replaced. */
  configure(settings: EngineSettings): void {
    const { device, threads } = this.settings;
    this.settings = settings;
    if (device !== settings.device || threads !== settings.threads) {
      this.known = undefined;
      this.inability = null;
      this.replaceIdle();
    }
    this.fill();
  }

  /** Stops every run with a checkpoint, and ends all engines. */
  async close(): Promise<void> {
    this.isClosing = true;
    const jobs = [...this.waiting, ...this.running];
    for (const job of jobs) job.stop();
    const idle = [...this.places].filter((place) => place.role !== 'run');
    await Promise.all([...idle.map((place) => place.engine.end()), ...jobs.map((job) => job.done)]);
    await Promise.all([...this.places].map((place) => place.engine.gone));
  }

  /** From now on nobody gets one of the engines that wait; calls that are under way on them end first. */
  private replaceIdle(): void {
    const { warm, interactive } = this;
    this.warm = undefined;
    this.interactive = undefined;
    for (const place of [warm, interactive]) if (place !== undefined) place.isReplaced = true;
    void interactive?.engine.retire();
    if (warm === undefined) return;
    this.leaving = warm.engine.end().then(() => {
      this.leaving = undefined;
      this.fill();
    });
  }

  /** Starts what there is room for: queued runs in their order, else an engine that waits warm for the next. */
  private fill(): void {
    if (this.isClosing) return;
    while (this.running.size < this.settings.runsAtOnce) {
      const job = this.waiting.shift();
      if (job === undefined) break;
      if (!job.isWaiting) continue;
      this.running.add(job);
      void this.execute(job);
    }
    const hasRoom = this.running.size < this.settings.runsAtOnce;
    if (
      this.isWarm &&
      hasRoom &&
      this.warm === undefined &&
      this.leaving === undefined &&
      this.inability === null
    ) {
      try {
        this.warm = this.start('warm');
      } catch (error) {
        this.cannot(toProblem(error));
      }
    }
  }

  private async execute(job: RunJob): Promise<void> {
    try {
      const place = await this.placeFor(job);
      if (place === undefined) return;
      await job.runOn(place.engine);
      await place.engine.end();
    } catch (error) {
      job.fail(error);
    } finally {
      this.running.delete(job);
      this.fill();
    }
  }

  /** The warm engine where it fits the run, else a new one in its stead; none for a job that was stopped meanwhile. */
  private async placeFor(job: RunJob): Promise<Place | undefined> {
    const { task, run } = job.request;
    const { warm } = this;
    this.warm = undefined;
    const device = warm?.device === task.device || this.known?.device.device === task.device;
    if (warm !== undefined && device && warm.threads === task.threads) {
      warm.role = 'run';
      warm.run = run;
      this.options.onChange();
      return warm;
    }
    await warm?.engine.end();
    await this.leaving;
    if (!job.isWaiting) return undefined;
    return this.start('run', { run, device: task.device, threads: task.threads });
  }

  private start(
    role: Place['role'],
    { run = null, device, threads }: { run?: number | null; device: string; threads: number } = this.settings,
  ): Place {
    const child = this.options.spawn({
      GRADIENT_LAB_HOME: this.options.home,
      GRADIENT_LAB_DEVICE: device,
      GRADIENT_LAB_THREADS: String(threads),
    });
    const engine = new Engine(child, this.limits);
    const place: Place = { engine, role, run, device, threads, isReplaced: false };
    this.places.add(place);
    const fitsSettings = (): boolean => device === this.settings.device && threads === this.settings.threads;
    engine.ready.then(
      (abilities) => {
        this.inability = null;
        if (fitsSettings()) this.known = abilities;
        this.options.onChange();
      },
      (error: unknown) => {
        if (!this.isClosing && fitsSettings()) this.cannot(toProblem(error));
      },
    );
    void engine.gone.then(() => {
      this.places.delete(place);
      if (this.warm === place) this.warm = undefined;
      if (this.interactive === place) this.interactive = undefined;
      this.options.onChange();
    });
    this.options.onChange();
    return place;
  }

  private cannot(problem: Problem): void {
    this.inability = problem;
    this.options.onChange();
  }

  private forget(job: RunJob): void {
    const index = this.waiting.indexOf(job);
    if (index >= 0) this.waiting.splice(index, 1);
  }
}

function closing(): LabError {
  return new LabError('app/closing', 'Gradient Lab is closing.', { hint: 'Start it again.' });
}
