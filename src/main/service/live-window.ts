/** A run's points and progress on their way to the windows: gathered, so that each window is told a few times a second. */
import { availableParallelism } from 'node:os';
import type { AppEvent } from '../../shared/app.ts';
import type { PointBatch, RunProgressUpdate } from '../../shared/runs.ts';

/**
 * Milliseconds between two tellings: 100 from ten cores on, 500 with two. What is told is read and drawn by each window, and where
 * cores are few, training waits for that: ten times a second cost it a third of its speed on two cores.
 */
export const TELL_MS = Math.max(100, 1000 / availableParallelism());

/** Columns of a batch before they are joined. */
type Columns = Readonly<Record<string, readonly ArrayLike<number>[]>>;

interface Gathered {
  readonly step: number;
  readonly epoch: number;
  readonly time: number;
  readonly length: number;
  readonly columns: Columns;
}

export interface Points {
  readonly step: number;
  readonly epoch: number;
  readonly time: number;
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
}

export class LiveWindow {
  private readonly run: number;
  private readonly publish: (event: AppEvent) => void;
  private gathered: Gathered[] = [];
  private progress: RunProgressUpdate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sentAt = -Infinity;

  constructor(run: number, publish: (event: AppEvent) => void) {
    this.run = run;
    this.publish = publish;
  }

  addPoints(points: Points): void {
    const last = this.gathered.at(-1);
    if (last !== undefined && continues(last, points))
      this.gathered[this.gathered.length - 1] = join(last, points);
    else this.gathered.push(gather(points));
    this.schedule();
  }

  /** Only the newest progress is sent. */
  setProgress(progress: Omit<RunProgressUpdate, 'run'>): void {
    this.progress = { run: this.run, ...progress };
    this.schedule();
  }

  /** Sends what was gathered, now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { gathered, progress } = this;
    this.gathered = [];
    this.progress = undefined;
    if (gathered.length === 0 && progress === undefined) return;
    this.sentAt = performance.now();
    for (const batch of gathered) this.publish({ kind: 'points', batch: this.batchOf(batch) });
    if (progress !== undefined) this.publish({ kind: 'progress', progress });
  }

  private schedule(): void {
    const waitMs = Math.max(0, this.sentAt + TELL_MS - performance.now());
    this.timer ??= setTimeout(() => this.flush(), waitMs);
  }

  private batchOf({ step, epoch, time, columns }: Gathered): PointBatch {
    const values = Object.entries(columns).map(([name, parts]) => [name, concatenate(parts)]);
    return { run: this.run, step, epoch, time, values: Object.fromEntries(values) as PointBatch['values'] };
  }
}

function gather({ step, epoch, time, values }: Points): Gathered {
  const columns = Object.fromEntries(Object.entries(values).map(([name, column]) => [name, [column]]));
  return { step, epoch, time, length: lengthOf(values), columns };
}

/** Whether the points come right after those gathered, and have the same metrics. */
function continues(last: Gathered, { step, epoch, values }: Points): boolean {
  const names = Object.keys(values);
  return (
    last.epoch === epoch &&
    last.step + last.length === step &&
    names.length === Object.keys(last.columns).length &&
    names.every((name) => name in last.columns)
  );
}

function join(last: Gathered, { time, values }: Points): Gathered {
  const columns = Object.entries(values).map(([name, column]) => [
    name,
    [...(last.columns[name] ?? []), column],
  ]);
  return {
    ...last,
    time,
    length: last.length + lengthOf(values),
    columns: Object.fromEntries(columns) as Columns,
  };
}

function lengthOf(values: Points['values']): number {
  return Object.values(values)[0]?.length ?? 0;
}

function concatenate(parts: readonly ArrayLike<number>[]): Float64Array {
  const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
