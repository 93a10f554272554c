/**
 * Runs that another program trains into the same history, such as the command line: windows are told how they go on, at a slower
 * pace than their own, and one whose program is gone becomes 'interrupted'.
 */
import type { AppEvent } from '../../shared/app.ts';
import type { Run } from '../../shared/runs.ts';
import type { History } from '../history/index.ts';
import { isAlive } from './processes.ts';

const LOOK_MS = 2000;

export interface ForeignRunsOptions {
  readonly history: History;
  readonly publish: (event: AppEvent) => void;
  /** Whether this service itself has the run on an engine or in its queue. */
  readonly isOwn: (run: number) => boolean;
  readonly onError: (error: unknown) => void;
}

export class ForeignRuns {
  private readonly options: ForeignRunsOptions;
  private readonly known = new Map<number, string>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(options: ForeignRunsOptions) {
    this.options = options;
  }

  /** Marks what ended without a word, then looks again and again. */
  async start(): Promise<void> {
    this.next();
    await this.options.history.interruptStale(isAlive);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.looking;
  }

  private next(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look()
        .catch(this.options.onError)
        .finally(() => {
          if (this.timer !== undefined) this.next();
        });
    }, LOOK_MS);
  }

  private async look(): Promise<void> {
    const { history, isOwn } = this.options;
    const foreign = (await history.active()).filter(({ number }) => !isOwn(number));
    const gone = foreign.some(({ pid }) => pid !== null && !isAlive(pid));
    if (gone) for (const run of await history.interruptStale(isAlive)) this.tell(run);
    for (const run of foreign) this.tell(run);
    // Those that were active when last looked at and are not now: told how they ended, once.
    const active = new Set(foreign.map(({ number }) => number));
    for (const number of this.known.keys()) {
      if (active.has(number)) continue;
      this.tell(await history.get(number));
      this.known.delete(number);
    }
  }

  private tell(run: Run): void {
    const text = JSON.stringify(run);
    if (this.known.get(run.number) === text || this.options.isOwn(run.number)) return;
    this.known.set(run.number, text);
    this.options.publish({ kind: 'run', run });
  }
}
