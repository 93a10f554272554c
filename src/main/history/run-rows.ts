/** Runs between the table `runs` and the rest of the app. */
import type { Config } from '../../shared/fields.ts';
import type { LabId } from '../../shared/labs.ts';
import { fromJsonValues, toJsonValues, type JsonNumber } from '../../shared/run-export.ts';
import type { RunMetrics } from '../../shared/run-events.ts';
import { ACTIVE_STATES, type Run, type RunSpec, type RunState } from '../../shared/runs.ts';
import type { StartReport } from '../../shared/start.ts';
import type { Row, SqlValue } from './connection.ts';
import { parseJson } from './json.ts';
import { bestOf, lossOf } from './run-figures.ts';

/** What a run is created with. */
export interface NewRun extends RunSpec {
  readonly epochs: number;
  readonly versions: Run['versions'];
  /** Made up from the time and the lab where it is left out. */
  readonly id?: string;
}

/** What the execution of a run changes; fields that are left out stay. */
export type RunPatch = {
  readonly [
    Field in
      | 'state'
      | 'reason'
      | 'config'
      | 'device'
      | 'plan'
      | 'dataSet'
      | 'start'
      | 'versions'
      | 'endedAt'
      | 'seconds'
      | 'step'
      | 'steps'
      | 'epoch'
      | 'epochs'
      | 'examplesPerSecond'
      | 'peakRssBytes'
      | 'metrics'
      | 'weightsSha256'
      | 'checkpointStep'
      | 'pid'
  ]?: Run[Field] | undefined;
};

/** Several patches as one: the later wins. What is undefined says nothing, and hides nothing. */
export function mergePatches(patches: readonly RunPatch[]): RunPatch {
  const said = patches.flatMap((patch) => Object.entries(patch).filter(([, value]) => value !== undefined));
  return Object.fromEntries(said);
}

export type Columns = Readonly<Record<string, SqlValue>>;

/** Who asks for a run's execution: this process, and which time it has the file open. */
export interface Owner {
  readonly pid: number;
  readonly session: string;
}

/** The columns of `runs` that `runOf` reads. */
export const RUN_COLUMNS = `number, id, lab, state, created_at, ended_at, deleted_at, pinned, pid, seed, device, plan, threads,
  seconds, step, steps, epoch, epochs, examples_per_second, peak_rss_bytes, weights_sha256, checkpoint_step, name, reason,
  data_set, data_set_sha256, start, gradient_lab, tensorflow, config, metrics, tags, note`;

export function runOf(row: Row): Run {
  const dataSet = row['data_set'] as string | null;
  return {
    number: row['number'] as number,
    id: row['id'] as string,
    lab: row['lab'] as LabId,
    config: parseJson<Config>(row['config'], {}),
    seed: row['seed'] as number,
    device: row['device'] as string,
    plan: row['plan'] as string,
    threads: row['threads'] as number,
    state: row['state'] as RunState,
    reason: row['reason'] as string | null,
    name: row['name'] as string | null,
    note: row['note'] as string,
    tags: parseJson<readonly string[]>(row['tags'], []),
    pinned: row['pinned'] === 1,
    dataSet: dataSet === null ? null : { id: dataSet, sha256: row['data_set_sha256'] as string },
    start: parseJson<StartReport | null>(row['start'], null),
    versions: { gradientLab: row['gradient_lab'] as string, tensorflow: row['tensorflow'] as string },
    createdAt: row['created_at'] as number,
    endedAt: row['ended_at'] as number | null,
    seconds: row['seconds'] as number,
    step: row['step'] as number,
    steps: row['steps'] as number,
    epoch: row['epoch'] as number,
    epochs: row['epochs'] as number,
    examplesPerSecond: row['examples_per_second'] as number | null,
    peakRssBytes: row['peak_rss_bytes'] as number | null,
    metrics: metricsOf(row['metrics']),
    weightsSha256: row['weights_sha256'] as string | null,
    checkpointStep: row['checkpoint_step'] as number | null,
    pid: row['pid'] as number | null,
    deletedAt: row['deleted_at'] as number | null,
  };
}

/** The columns that a patch changes. An execution that goes on, or is about to, belongs to `owner` from then on. */
export function columnsOf(patch: RunPatch, owner: Owner): Columns {
  const columns: Record<string, SqlValue> = {};
  const plain = {
    state: patch.state,
    reason: patch.reason,
    device: patch.device,
    plan: patch.plan,
    ended_at: patch.endedAt,
    seconds: patch.seconds,
    step: patch.step,
    steps: patch.steps,
    epoch: patch.epoch,
    epochs: patch.epochs,
    examples_per_second: patch.examplesPerSecond,
    peak_rss_bytes: patch.peakRssBytes,
    weights_sha256: patch.weightsSha256,
    checkpoint_step: patch.checkpointStep,
    pid: patch.pid,
  };
  for (const [column, value] of Object.entries(plain)) {
    if (value !== undefined) columns[column] = value;
  }
  if (patch.config !== undefined) columns['config'] = JSON.stringify(patch.config);
  if (patch.dataSet !== undefined) {
    columns['data_set'] = patch.dataSet?.id ?? null;
    columns['data_set_sha256'] = patch.dataSet?.sha256 ?? null;
  }
  if (patch.start !== undefined) columns['start'] = patch.start && JSON.stringify(patch.start);
  if (patch.versions !== undefined) {
    columns['gradient_lab'] = patch.versions.gradientLab;
    columns['tensorflow'] = patch.versions.tensorflow;
  }
  if (patch.metrics !== undefined) Object.assign(columns, metricColumns(patch.metrics));
  if (patch.state !== undefined && ACTIVE_STATES.includes(patch.state)) {
    columns['owner_pid'] = owner.pid;
    columns['owner_session'] = owner.session;
  }
  return columns;
}

/** The metrics, and what a list sorts by. */
export function metricColumns(metrics: RunMetrics): Columns {
  return {
    metrics: JSON.stringify({
      train: toJsonValues(metrics.train),
      validation: toJsonValues(metrics.validation),
      test: toJsonValues(metrics.test),
    }),
    loss: lossOf(metrics),
    best: bestOf(metrics),
  };
}

/** `UPDATE` of one run by its number, the last parameter; returns the run's columns. */
export function updateStatement(columns: Columns): { sql: string; parameters: SqlValue[] } {
  const set = Object.keys(columns).map((column) => `${column} = ?`);
  return {
    sql: `UPDATE runs SET ${set.join(', ')} WHERE number = ? RETURNING ${RUN_COLUMNS}`,
    parameters: Object.values(columns),
  };
}

export function insertStatement(columns: Columns): { sql: string; parameters: SqlValue[] } {
  const names = Object.keys(columns);
  return {
    sql: `INSERT INTO runs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) RETURNING ${RUN_COLUMNS}`,
    parameters: Object.values(columns),
  };
}

function metricsOf(text: SqlValue | undefined): RunMetrics {
  const stored = parseJson<Readonly<Record<string, Readonly<Record<string, JsonNumber>>>>>(text, {});
  return {
    train: fromJsonValues(stored['train'] ?? {}),
    validation: fromJsonValues(stored['validation'] ?? {}),
    test: fromJsonValues(stored['test'] ?? {}),
  };
}
