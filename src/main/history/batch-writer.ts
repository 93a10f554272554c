/** Writes a batch: SQL for points, histograms, and what goes with them. */
import type { Batch, Chunk, HistogramEntry, Waiting } from './batch.ts';
import type { Connection, SqlValue } from './connection.ts';
import { columnsOf, runOf, updateStatement, type Owner } from './run-rows.ts';
import { writeColumns } from './run-writes.ts';
import { searchText } from './search-text.ts';
import type { WriteQueue } from './write-queue.ts';

/** Rows that one statement writes. Unused ones cost a comparison. */
const SIZES = [1, 16, 128, 512] as const;
const LARGEST = 512;
/** Points of the same time, on average, from which on a statement for each chunk is cheaper than three parameters a point. */
const LONG_CHUNK = 32;

/**
 * Binding is what costs: 0.5 µs a parameter, on the thread of JavaScript. So a chunk binds one parameter a point, and its
 * series, first step, time and count once. As JSON a batch would be a single parameter, but SQLite reads some doubles from
 * text with an error of one unit in the last place.
 */
const INSERT_CHUNK = statements(
  (i) => `(${i}, ?${i + 5})`,
  'SELECT ?1, ?2 + column1, column2, ?3',
  'column1 < ?4',
);
/** Points of any step and time of one series; rows that are not bound are NULL. */
const INSERT_POINTS = statements(
  (i) => `(?${3 * i + 2}, ?${3 * i + 3}, ?${3 * i + 4})`,
  'SELECT ?1, column1, column2, column3',
  'column1 IS NOT NULL',
);

function statements(row: (i: number) => string, select: string, used: string): (rows: number) => string {
  const bySize = SIZES.map((size) => {
    const values = Array.from({ length: size }, (_, i) => row(i)).join(', ');
    return `INSERT OR REPLACE INTO metrics (series, step, value, time) ${select} FROM (VALUES ${values}) WHERE ${used}`;
  });
  return (rows) => bySize[SIZES.findIndex((size) => size >= rows)] as string;
}

export class BatchWriter {
  private readonly queue: WriteQueue;
  private readonly owner: Owner;
  private readonly series = new SeriesIds();

  constructor(queue: WriteQueue, owner: Owner) {
    this.queue = queue;
    this.owner = owner;
  }

  /** In a transaction of its own. What belongs to runs that are there no more is dropped. */
  async write(batch: Batch): Promise<void> {
    try {
      await this.queue.run('normal', async (connection) => {
        for (const [run, waiting] of batch.entries) await this.writeRun(connection, run, waiting);
      });
    } catch (error) {
      // The series that it made are undone with the rest.
      this.series.forget();
      throw error;
    }
  }

  /** For a run that is there no more. */
  forget(run: number): void {
    this.series.forget(run);
  }

  private async writeRun(connection: Connection, run: number, waiting: Waiting): Promise<void> {
    const columns = { ...columnsOf(waiting.patch, this.owner), heartbeat_at: Date.now() };
    const { sql, parameters } = updateStatement(columns);
    const [row] = await connection.all(sql, [...parameters, run]);
    if (row === undefined) return this.series.forget(run);
    if (waiting.patch.config !== undefined) {
      await writeColumns(connection, run, { search: searchText(runOf(row)) });
    }
    for (const [name, chunks] of waiting.chunks) {
      const series = await this.series.of(connection, run, name);
      await writePoints(connection, series, chunks);
    }
    for (const [epoch, step] of waiting.epochs) {
      await connection.run(
        `INSERT INTO epochs (run, epoch, step) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET step = excluded.step WHERE excluded.step < step`,
        [run, epoch, step],
      );
    }
    for (const entry of waiting.histograms) await writeHistogram(connection, run, entry);
  }
}

/** The ids of series, made where they are missing. */
class SeriesIds {
  private known = new Map<number, Map<string, number>>();

  async of(connection: Connection, run: number, name: string): Promise<number> {
    const known = this.known.get(run)?.get(name);
    if (known !== undefined) return known;
    const [row] = await connection.all(
      `INSERT INTO series (run, name) VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id`,
      [run, name],
    );
    const id = row?.['id'] as number;
    const names = this.known.get(run) ?? new Map<string, number>();
    this.known.set(run, names.set(name, id));
    return id;
  }

  forget(run?: number): void {
    if (run === undefined) this.known.clear();
    else this.known.delete(run);
  }
}

/** A later point of the same step takes the place of an earlier one. */
async function writePoints(connection: Connection, series: number, chunks: readonly Chunk[]): Promise<void> {
  const points = chunks.reduce((sum, { values }) => sum + values.length, 0);
  if (points >= chunks.length * LONG_CHUNK) {
    for (const chunk of chunks) await writeChunk(connection, series, chunk);
    return;
  }
  const rows = chunks.flatMap(({ step, time, values }) =>
    Array.from(values, (value, i) => [step + i, value, time] as const),
  );
  for (let from = 0; from < rows.length; from += LARGEST) {
    const some = rows.slice(from, from + LARGEST);
    await connection.run(INSERT_POINTS(some.length), [series, ...some.flat()]);
  }
}

async function writeChunk(
  connection: Connection,
  series: number,
  { step, time, values }: Chunk,
): Promise<void> {
  for (let from = 0; from < values.length; from += LARGEST) {
    const some = values.subarray(from, from + LARGEST);
    await connection.run(INSERT_CHUNK(some.length), [series, step + from, time, some.length, ...some]);
  }
}

async function writeHistogram(
  connection: Connection,
  run: number,
  { tensor, of, shape, histogram }: HistogramEntry,
): Promise<void> {
  const { step, min, max, mean, deviation, zeros, notFinite, counts } = histogram;
  const parameters: SqlValue[] = [
    ...[run, tensor, of, step, JSON.stringify(shape)],
    ...[min, max, mean, deviation, zeros, notFinite],
    Buffer.from(counts.buffer, counts.byteOffset, counts.byteLength),
  ];
  await connection.run(
    `INSERT OR REPLACE INTO histograms
       (run, tensor, kind, step, shape, min, max, mean, deviation, zeros, not_finite, counts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    parameters,
  );
}
