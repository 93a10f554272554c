/**
 * The schema, as the list of steps that lead to it. `user_version` of a file is the number of steps it has taken.
 *
 * Only ever add to the end: a step that was released is in people's files, and a change to it would reach none of them. The
 * tests hold the checksum of each.
 */
import type { Connection } from './connection.ts';
import { foreignError, newerError } from './errors.ts';
import { VERSION_1 } from './schema-1.ts';
import { VERSION_2 } from './schema-2.ts';

export const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2];

/** SQLite's `application_id` of our files: "GLab". */
const APPLICATION_ID = 0x474c6162;

/**
 * Brings the file to the newest version, in one transaction: all of it or nothing. Before anything is written, throws
 * `history/newer` for a file that has taken more steps than there are here, and `history/damaged` for another program's.
 */
export async function migrate(connection: Connection, migrations: readonly string[]): Promise<void> {
  if ((await versionOf(connection, migrations)) === migrations.length) return;
  await connection.exec('BEGIN IMMEDIATE');
  try {
    // Once more under the lock: another process may have been faster.
    const version = await versionOf(connection, migrations);
    for (const step of migrations.slice(version)) await connection.exec(step);
    await connection.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`,
    );
    await connection.exec('COMMIT');
  } catch (error) {
    // Where SQLite has rolled back by itself, there is nothing left to do; the first error is the one that tells.
    await connection.exec('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function versionOf(connection: Connection, migrations: readonly string[]): Promise<number> {
  const [row] = await connection.all(
    `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) AS tables
     FROM pragma_user_version, pragma_application_id`,
  );
  const version = Number(row?.['user_version']);
  const isFresh = version === 0 && row?.['application_id'] === 0 && row['tables'] === 0;
  if (!isFresh && row?.['application_id'] !== APPLICATION_ID) throw foreignError(connection.file);
  if (version > migrations.length) throw newerError(connection.file, version, migrations.length);
  return version;
}
