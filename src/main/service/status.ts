/** How the app stands: engines, problems, disk. Windows are told when it changes, and now and then of what only drifts. */
import type { AppEvent, AppStatus, Problem } from '../../shared/app.ts';
import type { EngineSupervisor } from '../engines/index.ts';
import { checkpointBytes, freeBytes } from './disk.ts';

/** Changes are gathered for this long. */
const GATHER_MS = 50;
/** How often memory of engines and room on the disk are looked at. */
const DRIFT_MS = 5000;
/** Counting what checkpoints take reads every run's folder. */
const COUNT_MS = 60_000;

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
  private counted: { readonly at: number; readonly bytes: Promise<number> } | undefined;
  private told = '';

  constructor(options: StatusOptions) {
    this.options = options;
    this.drift = setInterval(() => void this.tell(), DRIFT_MS);
    this.drift.unref();
  }

  async current(): Promise<AppStatus> {
    const { version, home, engines } = this.options;
    const [free, checkpoints] = await Promise.all([freeBytes(home), this.checkpoints()]);
    return {
      version,
      home,
      device: engines.abilities?.device ?? null,
      engines: engines.engines,
      engineProblem: engines.problem,
      historyProblem: this.historyProblem,
      freeBytes: free,
      checkpointBytes: checkpoints,
    };
  }

  /** Something of it has changed. */
  changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.tell();
    }, GATHER_MS);
  }

  close(): void {
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

  private checkpoints(): Promise<number> {
    const now = performance.now();
    if (this.counted === undefined || now - this.counted.at > COUNT_MS) {
      this.counted = { at: now, bytes: checkpointBytes(this.options.home) };
    }
    return this.counted.bytes;
  }
}
