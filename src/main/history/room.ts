/** Whether the file can grow: what is there already can be changed in a file for which there is no more room. */
import type { Connection } from './connection.ts';

/** No setting has this name, and one that is unknown is not read. */
const NAME = 'room';
const BYTES = 64 * 1024;

/** Inside a transaction: writes as much as a batch of points may take. */
export async function takeRoom(connection: Connection): Promise<void> {
  await connection.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', [
    NAME,
    JSON.stringify(' '.repeat(BYTES)),
  ]);
}

/** Inside a later transaction: the pages stay with the file, for whatever is written next. */
export async function leaveRoom(connection: Connection): Promise<void> {
  await connection.run('DELETE FROM settings WHERE name = ?', [NAME]);
}
