/** Reads curves: all points of a metric as typed arrays, those that are not in the file yet included. */
import type { Curve } from '../../shared/runs.ts';
import type { Batch, Chunk } from './batch.ts';
import type { Connection, Row } from './connection.ts';
import { resumesOf } from './resumes.ts';

/** Points that one statement reads, so that JavaScript is never busy with an answer for more than some 10 ms. */
const PAGE = 25_000;

/**
 * Points as text that JSON.parse reads: a small part of what a JavaScript object for each row costs. 18 digits are enough for
 * every double to come back as it was, with SQLite's own rounding (good to the 18th digit) on the way; NULL is NaN. Times count
 * from the series' first, because short numbers are read faster. The inner LIMIT keeps the order, which the aggregates rely on.
 */
const READ_PAGE = `
  SELECT count(*) AS count, min(step) AS first, max(step) AS last, min(time) AS earliest, start,
    CASE WHEN max(step) - min(step) + 1 <> count(*) THEN json_group_array(step) END AS steps,
    CASE WHEN min(time) <> max(time) THEN json_group_array(time - start) END AS times,
    '[' || group_concat(CASE
      WHEN value IS NULL THEN 'null'
      WHEN value = 9e999 THEN '9e999'
      WHEN value = -9e999 THEN '-9e999'
      ELSE format('%!.18g', value) END) || ']' AS vals
  FROM (SELECT step, value, time FROM metrics WHERE series = ?1 AND step > ?2 ORDER BY step LIMIT ${PAGE}),
    (SELECT time AS start FROM metrics WHERE series = ?1 ORDER BY step LIMIT 1)`;

interface Points {
  readonly step: Float64Array;
  readonly value: Float64Array;
  readonly time: Float64Array;
}

const NO_POINTS: Points = {
  step: new Float64Array(),
  value: new Float64Array(),
  time: new Float64Array(),
};

/**
 * A curve for each metric that a run has, in the order of `runs` and, within a run, of `names`; with points after the step
 * `after` alone. `unwritten`: what may not be in the file yet, the oldest first.
 */
export async function readCurves(
  reader: Connection,
  runs: readonly number[],
  names: readonly string[],
  after: number,
  unwritten: readonly Batch[],
): Promise<Curve[]> {
  const series = await reader.all(
    `SELECT id, run, series.name FROM series WHERE run IN (SELECT value FROM json_each(?))
     AND name IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(runs), JSON.stringify(names)],
  );
  const ids = new Map(series.map((row) => [keyOf(row['run'], row['name']), row['id'] as number]));
  const resumedAt = await resumesOf(reader, runs);
  const curves: Curve[] = [];
  for (const run of runs) {
    // A run that is there no more has no curves, whatever still waits to be written for it.
    const resumes = resumedAt.get(run);
    if (resumes === undefined) continue;
    for (const name of names) {
      const id = ids.get(keyOf(run, name));
      const chunks = unwritten.flatMap((batch) => batch.of(run).chunks.get(name) ?? []);
      if (id === undefined && chunks.length === 0) continue;
      const written = id === undefined ? NO_POINTS : await readPoints(reader, id, after);
      curves.push({ run, name, ...addChunks(written, chunks, after), resumedAt: resumes });
    }
  }
  return curves;
}

/** The names of a run's metrics in the order in which they first came. */
export async function readMetricNames(
  reader: Connection,
  run: number,
  unwritten: readonly Batch[],
): Promise<string[]> {
  const rows = await reader.all('SELECT name FROM series WHERE run = ? ORDER BY id', [run]);
  const names = [
    ...rows.map((row) => row['name'] as string),
    ...unwritten.flatMap((batch) => [...batch.of(run).chunks.keys()]),
  ];
  return [...new Set(names)];
}

/** How many points a run has in the file. */
export async function countPoints(reader: Connection, run: number): Promise<number> {
  const [row] = await reader.all(
    'SELECT count(*) AS count FROM metrics WHERE series IN (SELECT id FROM series WHERE run = ?)',
    [run],
  );
  return row?.['count'] as number;
}

async function readPoints(reader: Connection, series: number, after: number): Promise<Points> {
  const pages: Points[] = [];
  let from = after;
  for (;;) {
    const [row] = await reader.all(READ_PAGE, [series, from]);
    const count = (row?.['count'] ?? 0) as number;
    if (row === undefined || count === 0) break;
    pages.push(pageOf(row, count));
    if (count < PAGE) break;
    from = row['last'] as number;
  }
  return join(pages);
}

function pageOf(row: Row, count: number): Points {
  const steps = row['steps'] as string | null;
  const times = row['times'] as string | null;
  const step =
    steps === null
      ? fill(count, (i) => (row['first'] as number) + i)
      : Float64Array.from(JSON.parse(steps) as number[]);
  const value = JSON.parse(row['vals'] as string) as (number | null)[];
  const since = times === null ? undefined : (JSON.parse(times) as number[]);
  const start = row['start'] as number;
  return {
    step,
    value: fill(count, (i) => value[i] ?? NaN),
    time:
      since === undefined
        ? new Float64Array(count).fill(row['earliest'] as number)
        : fill(count, (i) => start + (since[i] as number)),
  };
}

/** `Float64Array.from` with a function goes through an iterator, which takes several times as long. */
function fill(count: number, at: (i: number) => number): Float64Array {
  const array = new Float64Array(count);
  for (let i = 0; i < count; i++) array[i] = at(i);
  return array;
}

/** Adds points that are not written yet, or have been since they were collected; a later one takes an earlier one's place. */
function addChunks(written: Points, chunks: readonly Chunk[], after: number): Points {
  const added = new Map<number, { value: number; time: number }>();
  let start = Infinity;
  for (const chunk of chunks) {
    for (let i = Math.max(0, after + 1 - chunk.step); i < chunk.values.length; i++) {
      start = Math.min(start, chunk.step + i);
      added.set(chunk.step + i, { value: chunk.values[i] as number, time: chunk.time });
    }
  }
  if (added.size === 0) return written;
  const kept = written.step.findIndex((step) => step >= start);
  const head = kept === -1 ? written.step.length : kept;
  for (let i = head; i < written.step.length; i++) {
    const step = written.step[i] as number;
    if (!added.has(step)) {
      added.set(step, { value: written.value[i] as number, time: written.time[i] as number });
    }
  }
  const tail = [...added].sort(([a], [b]) => a - b);
  return join([
    {
      step: written.step.subarray(0, head),
      value: written.value.subarray(0, head),
      time: written.time.subarray(0, head),
    },
    {
      step: Float64Array.from(tail, ([step]) => step),
      value: Float64Array.from(tail, ([, point]) => point.value),
      time: Float64Array.from(tail, ([, point]) => point.time),
    },
  ]);
}

function join(pages: readonly Points[]): Points {
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  const length = pages.reduce((sum, { step }) => sum + step.length, 0);
  const joined: Points = {
    step: new Float64Array(length),
    value: new Float64Array(length),
    time: new Float64Array(length),
  };
  let at = 0;
  for (const page of pages) {
    joined.step.set(page.step, at);
    joined.value.set(page.value, at);
    joined.time.set(page.time, at);
    at += page.step.length;
  }
  return joined;
}

function keyOf(run: unknown, name: unknown): string {
  return `${String(run)}/${String(name)}`;
}
