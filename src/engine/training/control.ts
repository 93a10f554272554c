/** How a person pauses, resumes and stops a run from outside of the loop. */

export class TrainingControl {
  private wanted: 'run' | 'pause' | 'stop' = 'run';
  private wake: (() => void) | undefined;
  private readonly stopped = new AbortController();

  /** Takes effect after the steps that are under way. */
  pause(): void {
    if (this.wanted === 'run') this.wanted = 'pause';
  }

  resume(): void {
    if (this.wanted === 'pause') this.change('run');
  }

  /** Ends the run after the steps that are under way, with a checkpoint; also a paused one. */
  stop(): void {
    this.change('stop');
    this.stopped.abort();
  }

  /** Aborted when the run is to stop, for what comes before the loop: fetching data. */
  get signal(): AbortSignal {
    return this.stopped.signal;
  }

  get stopping(): boolean {
    return this.wanted === 'stop';
  }

  get pausing(): boolean {
    return this.wanted === 'pause';
  }

  /** Resolves when the run may go on, or is to stop. */
  async whilePaused(): Promise<void> {
    while (this.wanted === 'pause') await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private change(to: 'run' | 'stop'): void {
    this.wanted = to;
    this.wake?.();
    this.wake = undefined;
  }
}
