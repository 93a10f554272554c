/** Bytes that come in pieces, taken by what they hold: up to a line's end, or so many. */
import { Buffer } from 'node:buffer';

export class ByteSource {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private buffer = Buffer.alloc(0);
  private at = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** What has come and was not taken. */
  get rest(): Buffer {
    return this.buffer.subarray(this.at);
  }

  /** Where in `rest` the byte is; -1 where the end or `most` other bytes come first. */
  async find(byte: number, most: number): Promise<number> {
    for (let from = this.at; ;) {
      const found = this.buffer.indexOf(byte, from);
      if (found >= 0) return found - this.at <= most ? found - this.at : -1;
      const length = this.buffer.length - this.at;
      if (length > most || !(await this.more())) return -1;
      from = this.at + length;
    }
  }

  /** Whether so many bytes are left; then `rest` has them. */
  async has(bytes: number): Promise<boolean> {
    while (this.buffer.length - this.at < bytes) if (!(await this.more())) return false;
    return true;
  }

  /** The next bytes, of which `rest` has so many. The next call may write over them. */
  take(bytes: number): Buffer {
    this.at += bytes;
    return this.buffer.subarray(this.at - bytes, this.at);
  }

  /** Lets go of where the bytes come from. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  private async more(): Promise<boolean> {
    const next = await this.pieces.next();
    if (next.done === true) return false;
    this.buffer = Buffer.concat([this.rest, next.value]);
    this.at = 0;
    return true;
  }
}
