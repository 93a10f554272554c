/** Seconds of training, pauses left out. */
export class TrainingClock {
  private before: number;
  private startedAt: number | undefined;

  /** `before`: seconds of earlier executions. */
  constructor(before: number) {
    this.before = before;
  }

  get seconds(): number {
    const now = this.startedAt === undefined ? 0 : (performance.now() - this.startedAt) / 1000;
    return this.before + now;
  }

  start(): void {
    this.startedAt ??= performance.now();
  }

  stop(): void {
    this.before = this.seconds;
    this.startedAt = undefined;
  }
}
