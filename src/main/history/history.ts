/** The history of runs: what was trained, how it stands, and every point of every metric. */
import type { Settings } from '../../shared/app.ts';
import type { EpochStart, RunExport, RunPart } from '../../shared/run-export.ts';
import type { Values } from '../../shared/run-events.ts';
import type {
  Curve,
  PointBatch,
  Run,
  RunChanges,
  RunPage,
  RunQuery,
  TensorHistory,
} from '../../shared/runs.ts';
import type { Batch, HistogramEntry } from './batch.ts';
import { BatchWriter } from './batch-writer.ts';
import { Batcher } from './batcher.ts';
import { readCheckpoints, writeCheckpoint, type CheckpointRecord } from './checkpoints.ts';
import type { Connection } from './connection.ts';
import { countPoints, readCurves, readMetricNames } from './curves.ts';
import { closedError } from './errors.ts';
import { checkSize, csvOf, exportRun } from './export.ts';
import { findRun, runByNumber } from './find-run.ts';
import { readHistograms } from './histograms.ts';
import { importRun } from './import.ts';
import type { Connections } from './open.ts';
import { purgeRuns, type PurgeOptions } from './purge.ts';
import { resumesOf } from './resumes.ts';
import { listRuns } from './run-query.ts';
import { mergePatches, RUN_COLUMNS, runOf, type NewRun, type Owner, type RunPatch } from './run-rows.ts';
import {
  changeRun,
  claimRun,
  createRun,
  deleteRuns,
  restoreRuns,
  rewindRun,
  updateRun,
  writeColumns,
} from './run-writes.ts';
import { leaveRoom, takeRoom } from './room.ts';
import { closeSession, openSession } from './session.ts';
import { interruptStale } from './stale-runs.ts';
import { readSettings, writeSettings, type SettingsChanges } from './stored-settings.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * Methods that return a promise reject with a LabError: `run/unknown` for a run that is not there, `history/...` for what the
 * file or the disk refuses. What they write is on the disk when they resolve; before it, all that was appended so far is.
 */
export class History {
  /** Told when what was appended cannot be written, once until writing works again. What waits is kept and tried again. */
  onProblem: ((problem: Error) => void) | undefined;

  readonly file: string;
  private readonly writer: Connection;
  private readonly reader: Connection;
  private readonly owner: Owner = openSession();
  private readonly queue: WriteQueue;
  private readonly batchWriter: BatchWriter;
  private readonly batcher: Batcher;
  /** How often each run was rewound, and the latest of these. */
  private readonly rewinds = new Map<number, { count: number; done: Promise<void> }>();
  /** What takes many transactions: a purge must not take a run that is half imported. */
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor({ file, writer, reader }: Connections) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
    this.queue = new WriteQueue(writer);
    this.batchWriter = new BatchWriter(this.queue, this.owner);
    this.batcher = new Batcher({
      write: (batch) => this.batchWriter.write(batch),
      onProblem: (problem) => this.onProblem?.(problem),
    });
  }

  /** Queues a run; its number was never used before. Throws `run/exists` where the wanted id is taken. */
  create(run: NewRun): Promise<Run> {
    return this.write((connection) => createRun(connection, run, this.owner));
  }

  /** Deleted ones included. */
  async get(run: number): Promise<Run> {
    return this.current(await this.read((reader) => runByNumber(reader, run)));
  }

  /** By 'last', a number, an id or an unambiguous beginning of one. Throws `run/unknown` or `run/ambiguous`. */
  async find(text: string): Promise<Run> {
    return this.current(await this.read((reader) => findRun(reader, text)));
  }

  async list(query: RunQuery): Promise<RunPage> {
    const page = await this.read((reader) => listRuns(reader, query));
    return { ...page, runs: page.runs.map((run) => this.current(run)) };
  }

  /** Runs that are queued, running or paused, the oldest first. */
  async active(): Promise<readonly Run[]> {
    const rows = await this.read((reader) =>
      reader.all(
        `SELECT ${RUN_COLUMNS} FROM runs
         WHERE state IN ('queued', 'running', 'paused') AND deleted_at IS NULL ORDER BY number`,
      ),
    );
    return rows.map((row) => this.current(runOf(row)));
  }

  update(run: number, patch: RunPatch): Promise<Run> {
    return this.withTouched(run, patch, updateRun);
  }

  /**
   * As `update`, but only for a run that can go on: interrupted, stopped or failed, and not deleted. Of several that ask at
   * once, in whatever programs, one gets it. Throws `run/elsewhere`, `run/completed` or `run/deleted`.
   */
  claim(run: number, patch: RunPatch): Promise<Run> {
    return this.withTouched(run, patch, claimRun);
  }

  /** As `update`, but with the next batch: for progress, which is soon replaced. */
  touch(run: number, patch: RunPatch): void {
    this.add((waiting) => waiting.touch(run, patch));
  }

  /** Writes the points with the next batch, at most 250 ms from now. Keeps the arrays: they must not change any more. */
  append(batch: PointBatch): void {
    this.add((waiting) => waiting.append(batch));
  }

  /** As `append`, for single values such as the means of an epoch. `time`: milliseconds since 1970. */
  appendAt(run: number, step: number, time: number, values: Values): void {
    this.add((waiting) => waiting.appendAt(run, step, time, values));
  }

  addHistogram(run: number, entry: HistogramEntry): void {
    this.add((waiting) => waiting.addHistogram(run, entry));
  }

  /** Resolves when everything appended so far is committed; rejects where it cannot be. */
  async flush(): Promise<void> {
    this.refuseClosed();
    await this.batcher.flush();
  }

  /** As `flush`, and rejects also where nothing waits but nothing could be written: whether what was told is over. */
  async probe(): Promise<void> {
    await this.write(takeRoom);
    await this.write(leaveRoom);
    await this.flush();
  }

  /** Points, histograms and checkpoints after `step` are void: the run goes on from there. */
  async rewind(run: number, step: number): Promise<void> {
    this.batcher.rewind(run, step);
    const done = this.write((connection) => rewindRun(connection, run, step));
    const count = (this.rewinds.get(run)?.count ?? 0) + 1;
    this.rewinds.set(run, { count, done: done.catch(() => undefined) });
    await done;
  }

  /** Points to a checkpoint that lies in its place; the last two stay. */
  async checkpoint(run: number, step: number, path: string, bytes: number): Promise<void> {
    await this.write(async (connection) => {
      await writeColumns(connection, run, { checkpoint_step: step, heartbeat_at: Date.now() });
      await writeCheckpoint(connection, run, { step, path, bytes, createdAt: Date.now() });
    });
  }

  /** The newest first. */
  checkpoints(run: number): Promise<readonly CheckpointRecord[]> {
    return this.read((reader) => readCheckpoints(reader, run));
  }

  /**
   * A curve for each metric that a run has, points that are not committed yet included; of points after the step `after` alone,
   * where it is given. Runs that do not exist have none.
   */
  async curves(runs: readonly number[], names: readonly string[], after = -1): Promise<readonly Curve[]> {
    for (;;) {
      for (const run of runs) await this.rewinds.get(run)?.done;
      const before = this.rewindsOf(runs);
      const { unwritten } = this.batcher;
      const curves = await this.read((reader) => readCurves(reader, runs, names, after, unwritten));
      // A run that was rewound in the meantime is read again: parts of its curves may have been void already.
      if (this.rewindsOf(runs) === before) return curves;
    }
  }

  /** In the order in which they first came. */
  metricNames(run: number): Promise<readonly string[]> {
    const { unwritten } = this.batcher;
    return this.read((reader) => readMetricNames(reader, run, unwritten));
  }

  histograms(run: number): Promise<readonly TensorHistory[]> {
    const { unwritten } = this.batcher;
    return this.read((reader) => readHistograms(reader, run, unwritten));
  }

  /** What a person changes: name, note, tags, pin. */
  change(run: number, changes: RunChanges): Promise<Run> {
    return this.write((connection) => changeRun(connection, run, changes));
  }

  /** Hides runs until they are restored or purged, all of them or none. Throws `run/active` where one has not ended. */
  delete(runs: readonly number[]): Promise<readonly Run[]> {
    return this.write((connection) => deleteRuns(connection, runs));
  }

  restore(runs: readonly number[]): Promise<readonly Run[]> {
    return this.write((connection) => restoreRuns(connection, runs));
  }

  /** Removes deleted runs for good and returns them; their folders are the caller's. */
  async purge(options?: PurgeOptions): Promise<readonly Run[]> {
    this.refuseClosed();
    return this.inTurn(() => purgeRuns(this.queue, this.batchWriter, options));
  }

  /** A record that JSON can carry and `import` takes. Throws `run/too-large` above 4,000,000 points. */
  async export(run: number): Promise<RunExport> {
    const { exported, curves, epochs } = await this.whole(run);
    const resumedAt = (await resumesOf(this.reader, [run])).get(run) ?? [];
    return exportRun(exported, curves, epochs, resumedAt, await this.histograms(run));
  }

  /** A line a step: step, epoch, time (ISO 8601), and a column a metric. Throws `run/too-large` above 4,000,000 points. */
  async exportCsv(run: number): Promise<string> {
    const { curves, epochs } = await this.whole(run);
    return csvOf(curves, epochs);
  }

  /**
   * Adds a run from the parts of what `export` has made, checked, the head first. It gets a number of its own, keeps its id where that
   * is free, and has no checkpoints. Of parts that break off nothing is seen. Throws what they throw.
   */
  async import(parts: AsyncIterable<RunPart> | Iterable<RunPart>): Promise<Run> {
    this.refuseClosed();
    return this.inTurn(() => importRun(parts, this.queue, this.batchWriter, this.owner));
  }

  /**
   * Active runs whose process is gone become 'interrupted'; those of another program that lives stay. `isAlive`: whether a
   * process with this number exists. For the start of the app.
   */
  interruptStale(isAlive: (pid: number) => boolean): Promise<readonly Run[]> {
    return this.write((connection) => interruptStale(connection, isAlive));
  }

  settings(): Promise<Settings> {
    return this.read(readSettings);
  }

  /** Throws `settings/invalid`. */
  async changeSettings(changes: SettingsChanges): Promise<Settings> {
    await this.write((connection) => writeSettings(connection, changes));
    return this.settings();
  }

  /** Writes what waits and closes the file; rejects, with the file closed, where it could not be written. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const flushed = this.batcher.flush();
    try {
      await flushed;
    } finally {
      this.batcher.stop();
      await this.queue.idle();
      closeSession(this.owner);
      await this.reader.close();
      await this.writer.close();
    }
  }

  /** A durable write, after all that was appended before it. */
  private async write<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    this.refuseClosed();
    void this.batcher.flushQuietly();
    return this.queue.run('full', work);
  }

  /** What was only touched so far and is not written goes along: written later, it would undo this. */
  private async withTouched(run: number, patch: RunPatch, change: typeof updateRun): Promise<Run> {
    this.refuseClosed();
    const touched = this.batcher.takePatch(run);
    const whole = mergePatches([touched, patch]);
    try {
      return await this.write((connection) => change(connection, run, whole, this.owner));
    } catch (error) {
      this.batcher.giveBackPatch(run, touched);
      throw error;
    }
  }

  private async read<T>(work: (reader: Connection) => Promise<T>): Promise<T> {
    this.refuseClosed();
    return work(this.reader);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private add(change: (waiting: Batch) => void): void {
    if (this.isClosed) this.onProblem?.(closedError());
    else this.batcher.add(change);
  }

  private refuseClosed(): void {
    if (this.isClosed) throw closedError();
  }

  /** A run as the file has it, with what is not written yet. */
  private current(run: Run): Run {
    return { ...run, ...this.batcher.patchOf(run.number) } as Run;
  }

  private rewindsOf(runs: readonly number[]): string {
    return runs.map((run) => this.rewinds.get(run)?.count ?? 0).join();
  }

  /** For an export: the run, all its curves, and its epochs. */
  private async whole(
    run: number,
  ): Promise<{ exported: Run; curves: readonly Curve[]; epochs: EpochStart[] }> {
    this.refuseClosed();
    await this.batcher.flushQuietly();
    const exported = await this.get(run);
    checkSize(exported, await countPoints(this.reader, run));
    const curves = await this.curves([run], await this.metricNames(run));
    const rows = await this.read((reader) =>
      reader.all('SELECT epoch, step FROM epochs WHERE run = ? ORDER BY step, epoch', [run]),
    );
    const epochs = rows.map((row) => ({ epoch: row['epoch'] as number, step: row['step'] as number }));
    return { exported, curves, epochs };
  }
}
