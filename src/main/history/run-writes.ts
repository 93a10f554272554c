/** What changes runs; each function inside a transaction. */
import { LabError } from '../../shared/errors.ts';
import { ACTIVE_STATES, RESUMABLE_STATES, type Run, type RunChanges } from '../../shared/runs.ts';
import { readCheckpoints } from './checkpoints.ts';
import type { Connection, Row, SqlValue } from './connection.ts';
import { runByNumber, unknownRun } from './find-run.ts';
import { freeId } from './run-ids.ts';
import {
  columnsOf,
  insertStatement,
  RUN_COLUMNS,
  runOf,
  updateStatement,
  type Columns,
  type NewRun,
  type Owner,
  type RunPatch,
} from './run-rows.ts';
import { resumesOf } from './resumes.ts';
import { searchText } from './search-text.ts';

/** Queues a run. Throws `run/exists` where the id that is wanted is taken. */
export async function createRun(connection: Connection, run: NewRun, owner: Owner): Promise<Run> {
  const now = Date.now();
  const id = await freeId(connection, run.lab, now, run.id);
  if (run.id !== undefined && id !== run.id) {
    throw new LabError('run/exists', `A run with the id "${run.id}" exists already.`, {
      hint: 'Leave the id out, and the run gets one.',
    });
  }
  const { config, device, plan, epochs, versions } = run;
  const metrics = { train: {}, validation: {}, test: {} };
  return insertRun(connection, {
    ...columnsOf({ state: 'queued', config, device, plan, epochs, versions, metrics }, owner),
    id,
    lab: run.lab,
    seed: run.seed,
    threads: run.threads,
    created_at: now,
    heartbeat_at: now,
  });
}

export async function insertRun(connection: Connection, columns: Columns): Promise<Run> {
  // The text that a search looks through has the number, which the row gets only now.
  const { sql, parameters } = insertStatement({ ...columns, search: '' });
  const [row] = await connection.all(sql, parameters);
  const run = runOf(row as Row);
  return writeColumns(connection, run.number, { search: searchText(run) });
}

/** Throws `run/unknown`. */
export async function updateRun(
  connection: Connection,
  number: number,
  patch: RunPatch,
  owner: Owner,
): Promise<Run> {
  const run = await runByNumber(connection, number);
  const search = searchText({ ...run, config: patch.config ?? run.config });
  return writeColumns(connection, number, { ...columnsOf(patch, owner), search, heartbeat_at: Date.now() });
}

/**
 * As `updateRun`, for a run that has ended before its end and is there: of several that ask at once, one gets it. Throws
 * `run/elsewhere`, `run/completed` or `run/deleted`.
 */
export async function claimRun(
  connection: Connection,
  number: number,
  patch: RunPatch,
  owner: Owner,
): Promise<Run> {
  // The transaction keeps every other writer out between this look and the update.
  const run = await runByNumber(connection, number);
  if (run.deletedAt !== null) {
    throw new LabError('run/deleted', `Run ${number} is deleted.`, {
      hint: 'Restore it first, if it was deleted since Gradient Lab was started.',
    });
  }
  if (ACTIVE_STATES.includes(run.state)) throw runElsewhere(run);
  if (!RESUMABLE_STATES.includes(run.state)) {
    throw new LabError('run/completed', `Run ${number} is complete; there is nothing left to do.`, {
      hint: 'Start a new run, with more epochs for example.',
    });
  }
  return updateRun(connection, number, patch, owner);
}

/** An engine works on the run already, or is about to, and it is none of whoever asks. */
export function runElsewhere({ number, state, pid }: Run): LabError {
  const where = pid === null ? 'elsewhere' : `in another program, process ${pid}`;
  return new LabError('run/elsewhere', `Run ${number} is ${state} ${where}.`, {
    hint: 'It was started from the command line or in another window of Gradient Lab: go on there.',
  });
}

/** What a person changes. Tags lose the space around them, and those that are there twice; an empty name is none. */
export async function changeRun(connection: Connection, number: number, changes: RunChanges): Promise<Run> {
  const run = await runByNumber(connection, number);
  const name = changes.name === undefined ? run.name : (changes.name?.trim() ?? '') || null;
  const tags = (changes.tags ?? run.tags).map((tag) => tag.trim()).filter((tag) => tag !== '');
  const changed = {
    ...run,
    name,
    tags: [...new Set(tags)],
    note: changes.note ?? run.note,
    pinned: changes.pinned ?? run.pinned,
  };
  return writeColumns(connection, number, {
    name: changed.name,
    note: changed.note,
    tags: JSON.stringify(changed.tags),
    pinned: changed.pinned ? 1 : 0,
    search: searchText(changed),
  });
}

/**
 * Hides runs from every list until they are restored or purged, all of them or none. Only a run that an engine works on, or is
 * about to, is refused: `run/active`.
 */
export async function deleteRuns(connection: Connection, numbers: readonly number[]): Promise<Run[]> {
  const runs = await runsOf(connection, numbers);
  const active = runs.filter(({ state, deletedAt }) => deletedAt === null && ACTIVE_STATES.includes(state));
  if (active.length > 0) {
    const which = active.map(({ number, state }) => `run ${number} is ${state}`).join(', ');
    throw new LabError('run/active', `Expected runs that have ended, but ${which}.`, {
      hint: 'Stop them first. Nothing was deleted.',
    });
  }
  await setDeletedAt(connection, numbers, 'ifnull(deleted_at, ?2)', Date.now());
  return runsOf(connection, numbers);
}

/** Takes `deleteRuns` back. */
export async function restoreRuns(connection: Connection, numbers: readonly number[]): Promise<Run[]> {
  await runsOf(connection, numbers);
  await setDeletedAt(connection, numbers, '?2', null);
  return runsOf(connection, numbers);
}

/** Removes what lies after `step`: the run goes on from there. Curves break at that step. */
export async function rewindRun(connection: Connection, number: number, step: number): Promise<void> {
  const { checkpointStep } = await runByNumber(connection, number);
  const earlier = (await resumesOf(connection, [number])).get(number) ?? [];
  const resumedAt = [...earlier.filter((at) => at < step), ...(step > 0 ? [step] : [])];
  await connection.run(
    'DELETE FROM metrics WHERE series IN (SELECT id FROM series WHERE run = ?) AND step > ?',
    [number, step],
  );
  for (const table of ['epochs', 'histograms', 'checkpoints']) {
    await connection.run(`DELETE FROM ${table} WHERE run = ? AND step > ?`, [number, step]);
  }
  const [newest] = await readCheckpoints(connection, number);
  const isVoid = checkpointStep !== null && checkpointStep > step;
  await writeColumns(connection, number, {
    resumed_at: JSON.stringify(resumedAt),
    checkpoint_step: isVoid ? (newest?.step ?? null) : checkpointStep,
  });
}

/** In the order of `numbers`. Throws `run/unknown` where one is missing. */
async function runsOf(connection: Connection, numbers: readonly number[]): Promise<Run[]> {
  const rows = await connection.all(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE number IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(numbers)],
  );
  const byNumber = new Map(rows.map((row) => [row['number'], row]));
  const missing = numbers.find((number) => !byNumber.has(number));
  if (missing !== undefined) throw await unknownRun(connection, String(missing));
  return [...new Set(numbers)].map((number) => runOf(byNumber.get(number) as Row));
}

async function setDeletedAt(
  connection: Connection,
  numbers: readonly number[],
  value: string,
  at: number | null,
): Promise<void> {
  await connection.run(
    `UPDATE runs SET deleted_at = ${value} WHERE number IN (SELECT value FROM json_each(?1))`,
    [JSON.stringify(numbers), at],
  );
}

export async function writeColumns(
  connection: Connection,
  number: number,
  columns: Readonly<Record<string, SqlValue>>,
): Promise<Run> {
  const { sql, parameters } = updateStatement(columns);
  const [row] = await connection.all(sql, [...parameters, number]);
  if (row === undefined) throw await unknownRun(connection, String(number));
  return runOf(row);
}
