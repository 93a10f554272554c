/** Finds the run that a person means. */
import { LabError } from '../../shared/errors.ts';
import type { Run } from '../../shared/runs.ts';
import type { Connection } from './connection.ts';
import { RUN_COLUMNS, runOf } from './run-rows.ts';

/** More than one run whose id begins alike is told up to this many. */
const TOLD = 5;

/** By its number, deleted or not. Throws `run/unknown`. */
export async function runByNumber(connection: Connection, number: number): Promise<Run> {
  const [row] = await connection.all(`SELECT ${RUN_COLUMNS} FROM runs WHERE number = ?`, [number]);
  if (row === undefined) throw await unknownRun(connection, String(number));
  return runOf(row);
}

/**
 * By 'last', a number, an id, or the beginning of an id that no other run has; deleted ones are not found. Throws
 * `run/unknown`, or `run/ambiguous` where the beginning fits several.
 */
export async function findRun(connection: Connection, text: string): Promise<Run> {
  const wanted = text.trim();
  if (wanted === 'last') return (await latest(connection)) ?? (await fail(connection, wanted));
  const number = /^#?(\d{1,15})$/.exec(wanted)?.[1];
  if (number !== undefined) {
    const run = await one(connection, 'number = ?', Number(number));
    if (run !== undefined) return run;
  }
  if (wanted === '') return fail(connection, wanted);
  const rows = await connection.all(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE deleted_at IS NULL AND substr(id, 1, length(?1)) = ?1
     ORDER BY id = ?1 DESC, number DESC LIMIT ?2`,
    [wanted, TOLD],
  );
  const runs = rows.map(runOf);
  const [first] = runs;
  if (first === undefined) return fail(connection, wanted);
  if (runs.length === 1 || first.id === wanted) return first;
  throw new LabError('run/ambiguous', `Expected one run, but the ids of several begin with "${wanted}".`, {
    hint: `Write more of it, or the number: ${runs.map(({ number, id }) => `${number} (${id})`).join(', ')}.`,
  });
}

/** `run/unknown`, with the latest run in its hint. */
export async function unknownRun(connection: Connection, wanted: string): Promise<LabError> {
  const run = await latest(connection);
  const hint =
    run === undefined
      ? 'There are no runs yet.'
      : `The latest is run ${run.number} (${run.id}); \`gradient-lab runs\` lists all.`;
  return new LabError('run/unknown', `Unknown run "${wanted}".`, { hint });
}

async function fail(connection: Connection, wanted: string): Promise<never> {
  throw await unknownRun(connection, wanted);
}

async function latest(connection: Connection): Promise<Run | undefined> {
  const [row] = await connection.all(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE deleted_at IS NULL ORDER BY number DESC LIMIT 1`,
  );
  return row === undefined ? undefined : runOf(row);
}

async function one(connection: Connection, where: string, value: number): Promise<Run | undefined> {
  const [row] = await connection.all(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE deleted_at IS NULL AND ${where}`,
    [value],
  );
  return row === undefined ? undefined : runOf(row);
}
