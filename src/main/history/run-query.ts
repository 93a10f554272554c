/** The list of runs: filters, order and page as SQL. */
import { LAB_IDS } from '../../shared/labs.ts';
import { RUN_STATES, type RunPage, type RunQuery, type RunSort } from '../../shared/runs.ts';
import type { Connection, SqlValue } from './connection.ts';
import { RUN_COLUMNS, runOf } from './run-rows.ts';
import { wordsOf } from './search-text.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Labs and states in the order in which people know them, not in that of the alphabet. */
const ORDER: Readonly<Record<RunSort, string>> = {
  number: 'number',
  lab: place('lab', LAB_IDS),
  state: place('state', RUN_STATES),
  loss: 'loss',
  best: 'best',
  seconds: 'seconds',
  rate: 'examples_per_second',
  created: 'created_at',
};

/**
 * The runs that fit, and how many there are. Without a sort the newest comes first. Runs without the figure that is sorted by
 * come last in both directions; equal ones, newest first. An empty list of labs or states restricts nothing.
 */
export async function listRuns(reader: Connection, query: RunQuery): Promise<RunPage> {
  const { where, parameters } = conditions(query);
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
  const [all, total, rows] = await Promise.all([
    count(reader, 'deleted_at IS NULL', []),
    count(reader, where, parameters),
    // The inner select sorts by number alone; whole rows are read for one page of them.
    reader.all(
      `SELECT ${RUN_COLUMNS} FROM runs WHERE number IN
         (SELECT number FROM runs WHERE ${where} ORDER BY ${order(query)} LIMIT ? OFFSET ?)
       ORDER BY ${order(query)}`,
      [...parameters, limit, query.offset ?? 0],
    ),
  ]);
  return { total, all, runs: rows.map(runOf) };
}

async function count(reader: Connection, where: string, parameters: readonly SqlValue[]): Promise<number> {
  const [row] = await reader.all(`SELECT count(*) AS count FROM runs WHERE ${where}`, parameters);
  return row?.['count'] as number;
}

function conditions(query: RunQuery): { where: string; parameters: SqlValue[] } {
  const where = ['deleted_at IS NULL'];
  const parameters: SqlValue[] = [];
  for (const word of wordsOf(query.text ?? '')) {
    // Not LIKE: in what a person types, % and _ are letters like others.
    where.push('instr(search, ?) > 0');
    parameters.push(word);
  }
  for (const [column, wanted] of [
    ['lab', query.labs],
    ['state', query.states],
  ] as const) {
    if (wanted === undefined || wanted.length === 0) continue;
    where.push(`${column} IN (SELECT value FROM json_each(?))`);
    parameters.push(JSON.stringify(wanted));
  }
  if (query.pinnedOnly) where.push('pinned = 1');
  return { where: where.join(' AND '), parameters };
}

function order({ sort, descending }: RunQuery): string {
  const isDescending = descending ?? sort === undefined;
  const column = ORDER[sort ?? 'number'];
  return `${column} IS NULL, ${column} ${isDescending ? 'DESC' : 'ASC'}, number DESC`;
}

function place(column: string, names: readonly string[]): string {
  const cases = names.map((name, i) => `WHEN '${name}' THEN ${i}`);
  return `CASE ${column} ${cases.join(' ')} END`;
}
