/** Every write, one transaction after the other, on the one connection that writes. */
import type { Connection } from './connection.ts';

/** 'full': on the disk when the promise resolves, whatever happens then. 'normal': survives the process, not a power cut. */
export type Durability = 'full' | 'normal';

export class WriteQueue {
  private readonly connection: Connection;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Runs `work` in a transaction of its own, after all that came before it. It may only use the connection that it is given,
   * and wait for nothing else: no other write can come in between.
   */
  run<T>(durability: Durability, work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = this.tail.then(() => this.transact(durability, work));
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was asked for so far has been done or has failed. */
  async idle(): Promise<void> {
    await this.tail;
  }

  private async transact<T>(
    durability: Durability,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    // IMMEDIATE: waits for another process here, and not in the middle, where waiting would be in vain.
    await this.connection.exec(`PRAGMA synchronous = ${durability}; BEGIN IMMEDIATE`);
    try {
      const result = await work(this.connection);
      await this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      // Where SQLite has rolled back by itself, there is nothing left to do; the first error is the one that tells.
      await this.connection.exec('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
