/** One run on the disk: `run.json` (what it is and how it stands), `metrics.jsonl` (every point), `checkpoints/`. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { LabError, messageOf } from '../../shared/errors.ts';
import type { Config } from '../../shared/fields.ts';
import type { RunEnded, Values } from '../../shared/run-events.ts';
import { CheckpointStore } from '../training/index.ts';

export type RunState = 'running' | 'completed' | 'stopped' | 'failed' | 'interrupted';

export interface RunRecord {
  readonly id: string;
  readonly lab: string;
  readonly config: Config;
  readonly seed: number;
  /** 'cpu' or 'gpu'; the plan that was asked for, then the one that 'auto' chose. */
  readonly device: string;
  readonly plan: string;
  readonly threads: number;
  readonly dataSet: { readonly id: string; readonly sha256: string };
  readonly state: RunState;
  /** The process that runs it. */
  readonly pid: number;
  /** Version of Gradient Lab and of TensorFlow. */
  readonly versions: { readonly gradientLab: string; readonly tensorflow: string };
  /** ISO 8601. */
  readonly created: string;
  readonly ended?: RunEnded;
}

/** One line of metrics.jsonl. `time`: milliseconds since 1970. */
export interface MetricLine {
  readonly step: number;
  readonly epoch: number;
  readonly time: number;
  readonly values: Values;
}

const FORMAT = 1;

export class RunFolder {
  readonly path: string;
  readonly checkpoints: CheckpointStore;
  private record: RunRecord;
  private metrics: number | undefined;

  private constructor(path: string, record: RunRecord) {
    this.path = path;
    this.record = record;
    this.checkpoints = new CheckpointStore(join(path, 'checkpoints'));
  }

  /** A new folder under `runsFolder`, with an id that sorts by time and says the lab. */
  static create(runsFolder: string, record: Omit<RunRecord, 'id' | 'created' | 'pid' | 'state'>): RunFolder {
    const created = new Date().toISOString();
    const stamp = created.replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    const id = `${stamp}-${record.lab}-${randomBytes(2).toString('hex')}`;
    const path = join(runsFolder, id);
    mkdirSync(path, { recursive: true });
    const folder = new RunFolder(path, { ...record, id, created, pid: process.pid, state: 'running' });
    folder.update({});
    return folder;
  }

  /** An existing run; `id` may be 'last', or the beginning of an id that fits only one. */
  static open(runsFolder: string, id: string): RunFolder {
    const ids = runIds(runsFolder);
    const fitting =
      id === 'last' ? ids.slice(-1) : ids.includes(id) ? [id] : ids.filter((known) => known.startsWith(id));
    const [found, second] = fitting;
    if (found === undefined || second !== undefined) {
      const what = second === undefined ? 'Unknown' : 'More than one';
      const recent = ids.slice(-3).reverse().join(', ');
      throw new LabError('run/unknown', `${what} run "${id}".`, {
        hint: recent ? `The latest are ${recent}; "last" names the newest.` : 'There are no runs yet.',
      });
    }
    const path = join(runsFolder, found);
    return new RunFolder(path, readRecord(path));
  }

  get current(): RunRecord {
    return this.record;
  }

  /** Changes the record; safely on the disk when it returns. */
  update(change: Partial<RunRecord>): void {
    this.record = { ...this.record, ...change };
    const path = join(this.path, 'run.json');
    const partial = `${path}.partial`;
    const file = openSync(partial, 'w');
    try {
      writeSync(file, `${JSON.stringify({ format: FORMAT, ...this.record }, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  }

  /** Appends lines in one write. */
  appendMetrics(lines: readonly MetricLine[]): void {
    this.metrics ??= openSync(join(this.path, 'metrics.jsonl'), 'a');
    writeSync(this.metrics, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /**
   * Cuts off what was noted after `step`: a run that goes on from a checkpoint takes those steps again. A last line that a crash
   * cut in half goes too.
   */
  forgetMetricsAfter(step: number): void {
    const path = join(this.path, 'metrics.jsonl');
    if (!existsSync(path)) return;
    let kept = 0;
    for (const line of readFileSync(path, 'utf8').split(/(?<=\n)/)) {
      if (!line.endsWith('\n') || (JSON.parse(line) as MetricLine).step > step) break;
      kept += Buffer.byteLength(line);
    }
    truncateSync(path, kept);
  }

  /** All lines noted so far. */
  readMetrics(): MetricLine[] {
    const path = join(this.path, 'metrics.jsonl');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as MetricLine);
  }

  close(): void {
    if (this.metrics !== undefined) closeSync(this.metrics);
    this.metrics = undefined;
  }
}

/** Ids of all runs, oldest first. */
export function runIds(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder)
    .filter((name) => existsSync(join(runsFolder, name, 'run.json')))
    .sort();
}

function readRecord(path: string): RunRecord {
  const file = join(path, 'run.json');
  try {
    const { format, ...record } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord & { format: number };
    if (format > FORMAT) throw new Error(`its format is ${format}, this version knows ${FORMAT}`);
    return record;
  } catch (error) {
    throw new LabError('run/damaged', `The record "${file}" cannot be read: ${messageOf(error)}.`, {
      hint: 'Use the version of Gradient Lab that wrote it, or start a new run.',
      cause: error,
    });
  }
}
