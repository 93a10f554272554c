/** One connection to a SQLite file, with promises. The only file that knows the `sqlite3` package. */
import sqlite3 from 'sqlite3';
import { closedError, historyError } from './errors.ts';

/** What a column can hold. NaN is written as NULL by SQLite itself; infinities survive. */
export type SqlValue = number | string | Buffer | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** How long SQLite waits for another connection's lock before it gives up with `history/busy`. */
const BUSY_MS = 5000;
/** Statements that stay prepared; the ones used longest ago make room. */
const KEPT_STATEMENTS = 100;

const CREATE = sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE | sqlite3.OPEN_FULLMUTEX;

/** Rejections of every method are LabErrors, see errors.ts. */
export class Connection {
  readonly file: string;
  private readonly database: sqlite3.Database;
  private readonly statements = new Map<string, sqlite3.Statement>();
  private readonly running = new Set<Promise<unknown>>();
  private isClosed = false;

  private constructor(file: string, database: sqlite3.Database) {
    this.file = file;
    this.database = database;
  }

  /** Opens `file`; a missing one is made, empty, in a folder that must exist. */
  static async open(file: string): Promise<Connection> {
    const database = await settle<sqlite3.Database>(file, (done) => {
      const opened: sqlite3.Database = new sqlite3.Database(file, CREATE, (error) => done(error, opened));
    });
    const connection = new Connection(file, database);
    database.configure('busyTimeout', BUSY_MS);
    return connection;
  }

  /** Runs one or more statements without parameters or results. */
  async exec(sql: string): Promise<void> {
    if (this.isClosed) throw closedError();
    await settle(this.file, (done) => this.database.exec(sql, (error) => done(error, undefined)));
  }

  /** All rows of a statement, which stays prepared for the next call with the same text. */
  async all(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const result = this.query(sql, parameters);
    this.running.add(result);
    try {
      return await result;
    } finally {
      this.running.delete(result);
    }
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    await this.all(sql, parameters);
  }

  /** Ends what runs, then closes. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.running);
    for (const statement of this.statements.values()) statement.finalize();
    this.statements.clear();
    await settle(this.file, (done) => this.database.close((error) => done(error, undefined)));
  }

  private async query(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    if (this.isClosed) throw closedError();
    const statement = await this.prepare(sql);
    // Not `get`: that leaves the statement open, and with it a read transaction that holds up the checkpoints of the WAL.
    return settle(this.file, (done) => statement.all([...parameters], done));
  }

  private async prepare(sql: string): Promise<sqlite3.Statement> {
    const known = this.statements.get(sql);
    if (known !== undefined) {
      this.statements.delete(sql);
      this.statements.set(sql, known);
      return known;
    }
    const statement = await settle<sqlite3.Statement>(this.file, (done) => {
      const prepared: sqlite3.Statement = this.database.prepare(sql, (error: Error | null) =>
        done(error, prepared),
      );
    });
    const rival = this.statements.get(sql);
    if (rival !== undefined) {
      statement.finalize();
      return rival;
    }
    this.statements.set(sql, statement);
    const [oldest] = this.statements.keys();
    if (this.statements.size > KEPT_STATEMENTS && oldest !== undefined) {
      this.statements.get(oldest)?.finalize();
      this.statements.delete(oldest);
    }
    return statement;
  }
}

/** A callback of the `sqlite3` package as a promise. */
function settle<T>(file: string, start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) resolve(value);
      else reject(historyError(error, file));
    });
  });
}
