/** Steps at which runs went on after an interruption. */
import type { Connection } from './connection.ts';
import { parseJson } from './json.ts';

/** By run; one that does not exist is not in it. */
export async function resumesOf(
  connection: Connection,
  runs: readonly number[],
): Promise<Map<number, readonly number[]>> {
  const rows = await connection.all(
    'SELECT number, resumed_at FROM runs WHERE number IN (SELECT value FROM json_each(?))',
    [JSON.stringify(runs)],
  );
  return new Map(rows.map((row) => [row['number'] as number, parseJson<number[]>(row['resumed_at'], [])]));
}
