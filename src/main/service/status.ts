/** How the app stands: engines, problems, disk. Windows are told when it changes, and now and then of what only drifts. */
import type { AppEvent, AppStatus, Problem } from '../../shared/app.ts';
import type { EngineSupervisor } from '../engines/index.ts';
import { checkpointBytes, freeBytes } from './disk.ts';

/** Changes are gathered for this long. */
const GATHER_MS = 50;
/** How often memory of engines and room on the disk are looked at. */
const DRIFT_MS = 5000;
/** Counting what checkpoints take reads every run's folder: not for every one of many that are written. */
const COUNT_MS = 10_000;

export interface StatusOptions {
  readonly version: string;
  readonly home: string;
  readonly engines: EngineSupervisor;
  readonly publish: (event: AppEvent) => void;
}

export class Status {
  historyProblem: Problem | null = null;
  private readonly options: StatusOptions;
  private readonly drift: NodeJS.Timeout;
  private timer: NodeJS.Timeout | undefined;
  /** What checkpoints took when they were last counted. */
  private bytes = 0;
  private counting: NodeJS.Timeout | undefined;
  private told = '';
  private isClosed = false;

  constructor(options: StatusOptions) {
    this.options = options;
    this.drift = setInterval(() => void this.tell(), DRIFT_MS);
    this.drift.unref();
    void this.count();
  }

  async current(): Promise<AppStatus> {
    const { version, home, engines } = this.options;
    const free = await freeBytes(home);
    return {
      version,
      home,
      device: engines.abilities?.device ?? null,
      engines: engines.engines,
      engineProblem: engines.problem,
      historyProblem: this.historyProblem,
      freeBytes: free,
      checkpointBytes: this.bytes,
    };
  }

  /** Something of it has changed. */
  changed(): void {
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.tell();
    }, GATHER_MS);
  }

  /** Checkpoints were written or removed: they are counted again soon, once for all that happens until then. */
  checkpointsChanged(): void {
    this.counting ??= setTimeout(() => {
      this.counting = undefined;
      void this.count();
    }, COUNT_MS).unref();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.counting);
    clearInterval(this.drift);
    clearTimeout(this.timer);
  }

  private async tell(): Promise<void> {
    const status = await this.current();
    const text = JSON.stringify(status);
    if (text === this.told) return;
    this.told = text;
    this.options.publish({ kind: 'status', status });
  }

  private async count(): Promise<void> {
    this.bytes = await checkpointBytes(this.options.home);
    this.changed();
  }
}
