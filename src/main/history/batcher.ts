/**
 * Gathers what need not be on the disk at once, and writes it in one transaction at most every 250 ms.
 *
 * Nothing is lost to a write that fails: what it had is kept, counts as not yet written, and is tried again.
 */
import { LabError } from '../../shared/errors.ts';
import { Batch } from './batch.ts';
import { mergePatches, type RunPatch } from './run-rows.ts';

const BATCH_MS = 250;
const RETRY_MS = 2000;
/** Points that are kept while they cannot be written: 8 bytes each, so at most about 40 MB. */
const MAX_WAITING_POINTS = 5_000_000;

export interface BatcherOptions {
  /** Writes in a transaction, after all that was asked for before it; rejects with a LabError. */
  readonly write: (batch: Batch) => Promise<void>;
  /** Told once when writing begins to fail, not at each try. */
  readonly onProblem: (problem: Error) => void;
}

export class Batcher {
  private readonly options: BatcherOptions;
  /** Handed to the queue and not yet known to be written; the oldest first. */
  private readonly leaving: Batch[] = [];
  private waiting = new Batch();
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private problem: string | undefined;
  private isStopped = false;

  constructor(options: BatcherOptions) {
    this.options = options;
  }

  /** All that may not be in the file yet, the oldest first. */
  get unwritten(): readonly Batch[] {
    return [...this.leaving, this.waiting];
  }

  /** Adds something to what waits. */
  add(change: (waiting: Batch) => void): void {
    if (this.waiting.points > MAX_WAITING_POINTS) return this.fail(tooMany());
    change(this.waiting);
    this.schedule(BATCH_MS);
  }

  /** Resolves when all that was added so far is written; rejects with the LabError that keeps it from being written. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.isEmpty) return this.leaving.length > 0 ? this.last : Promise.resolve();
    const batch = this.waiting;
    this.waiting = new Batch();
    this.leaving.push(batch);
    this.last = this.leave(batch);
    return this.last;
  }

  /** As `flush`, for whoever has no use for a failure: `onProblem` is told. */
  async flushQuietly(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.fail(error as LabError);
    }
  }

  /** Takes the change of a run that is not yet written out of all batches; the newest value of each field. */
  takePatch(run: number): RunPatch {
    return mergePatches(this.unwritten.map((batch) => batch.takePatch(run)));
  }

  /** After `takePatch`, where it could not be written: it waits again, older than what has come since. */
  giveBackPatch(run: number, patch: RunPatch): void {
    if (Object.keys(patch).length === 0) return;
    const batch = new Batch();
    batch.touch(run, patch);
    this.keep(batch);
  }

  patchOf(run: number): RunPatch {
    return mergePatches(this.unwritten.map((batch) => batch.of(run).patch));
  }

  rewind(run: number, step: number): void {
    for (const batch of this.unwritten) batch.rewind(run, step);
  }

  /** No more tries; what waits is lost. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async leave(batch: Batch): Promise<void> {
    try {
      await this.options.write(batch);
      this.leaving.splice(this.leaving.indexOf(batch), 1);
      this.problem = undefined;
    } catch (error) {
      this.leaving.splice(this.leaving.indexOf(batch), 1);
      if ((error as LabError).code !== 'history/failed') this.keep(batch);
      throw error;
    }
  }

  /** A batch that could not be written goes in front of the next one. */
  private keep(batch: Batch): void {
    const next = this.leaving[0] ?? this.waiting;
    next.prepend(batch);
    this.schedule(RETRY_MS);
  }

  private schedule(ms: number): void {
    if (this.isStopped) return;
    this.timer ??= setTimeout(() => void this.flushQuietly(), ms);
  }

  private fail(problem: LabError): void {
    if (problem.code === this.problem) return;
    this.problem = problem.code;
    this.options.onProblem(problem);
  }
}

function tooMany(): LabError {
  return new LabError(
    'history/points-lost',
    `More than ${MAX_WAITING_POINTS.toLocaleString('en')} points could not be written; new ones are lost.`,
    { hint: 'See what was said of the history before, and start Gradient Lab again.' },
  );
}
