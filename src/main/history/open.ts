/** Opens the file of the history: checks that it is ours, whole and writable, and brings it to the newest version. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection } from './connection.ts';
import { damagedError, historyError } from './errors.ts';
import { migrate, MIGRATIONS } from './migrations.ts';

export interface Connections {
  readonly file: string;
  /** The only one that writes. */
  readonly writer: Connection;
  readonly reader: Connection;
}

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
/** After a burst, the WAL is cut back to this. */
const WAL_BYTES = 64 * 1024 * 1024;
/** Pages that a reader keeps in memory: those of the table of 10,000 runs. */
const READER_CACHE_KIB = 32 * 1024;

/**
 * Throws a LabError: `history/damaged`, `history/newer`, `history/read-only`, `history/disk-full`, `history/busy`,
 * `history/cannot-open`, `history/io`. A file that it refuses stays as it is, byte for byte. One that was cut short is refused;
 * damage inside of it, for which seconds of reading would be needed here, is noticed when that part is read.
 */
export async function openConnections(file: string, migrations = MIGRATIONS): Promise<Connections> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await checkHeader(file);
  } catch (error) {
    throw historyError(error, file);
  }
  const writer = await openWriter(file, migrations);
  try {
    return { file, writer, reader: await openReader(file) };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** SQLite takes a file of a few bytes for an empty one, and would write over it. */
async function checkHeader(file: string): Promise<void> {
  const start = Buffer.alloc(MAGIC.length);
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    if (bytesRead > 0 && !start.equals(MAGIC)) throw damagedError(file);
  } finally {
    await handle.close();
  }
}

async function openWriter(file: string, migrations: readonly string[]): Promise<Connection> {
  const connection = await Connection.open(file);
  try {
    await migrate(connection, migrations);
    await connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA journal_size_limit = ${WAL_BYTES};
      PRAGMA foreign_keys = ON;
      -- On macOS only this reaches the disk; elsewhere it does nothing.
      PRAGMA fullfsync = ON;
      -- Fails now, not at the first point of a run, where the file may only be read.
      BEGIN IMMEDIATE; ROLLBACK;
    `);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openReader(file: string): Promise<Connection> {
  const connection = await Connection.open(file);
  try {
    await connection.exec(`PRAGMA query_only = ON; PRAGMA cache_size = -${READER_CACHE_KIB}`);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
