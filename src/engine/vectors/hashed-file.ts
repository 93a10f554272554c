/** A file that is written in blocks and hashed on the way. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 1 << 20;

export class HashedFile {
  private readonly hash = createHash('sha256');
  private readonly file: FileHandle;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'wx'));
  }

  /** Puts the bytes at the end; they must not change any more. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    return this.waitingBytes < BLOCK_BYTES ? undefined : this.write();
  }

  /** Writes what waits, down to the disk; returns the SHA-256 of all of it. */
  async end(): Promise<string> {
    await this.write();
    await this.file.sync();
    return this.hash.digest('hex');
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async write(): Promise<void> {
    const block = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    this.hash.update(block);
    await this.file.writeFile(block);
  }
}
