/**
 * Takes wanted files out of a tar archive (POSIX ustar and pax, GNU long names) that is read once, as a stream.
 *
 * A name in the archive is only ever compared, never used as a path, so it cannot point outside the target folder. Links,
 * devices and folders are passed over. It does not restore modes, owners or times.
 */
import { open } from 'node:fs/promises';
import { LabError } from '../../../shared/errors.ts';

export interface TarLimits {
  /** What messages call the archive. */
  readonly name: string;
  /** Cap on the unpacked archive as a whole. */
  readonly maxBytes: number;
  /** Cap on the number of entries; default 10,000. */
  readonly maxEntries?: number;
}

const BLOCK = 512;
/** A pax header or a long name is some hundred bytes; more is not for us. */
const MAX_META_BYTES = 64 * 1024;

/**
 * Reads the archive to its end and writes each wanted file.
 *
 * `target` is asked for every plain file with its name (as it stands there, `/` between parts) and size in bytes; it returns the
 * path to write, null to pass over, or throws. Returns the names that were written.
 * Throws a LabError: `data/tar` for a damaged archive, `data/too-large` above a limit.
 */
export async function extractTar(
  chunks: AsyncIterable<Uint8Array>,
  target: (name: string, bytes: number) => string | null,
  limits: TarLimits,
): Promise<string[]> {
  const written: string[] = [];
  await walkTar(chunks, limits, async (name, bytes, pass) => {
    const path = target(name, bytes);
    if (path === null) return false;
    const file = await open(path, 'w');
    try {
      await pass(async (piece) => {
        await file.writeFile(piece);
      });
    } finally {
      await file.close();
    }
    written.push(name);
    return true;
  });
  return written;
}

/**
 * Reads the archive to its end and hands over the content of each wanted plain file, which is the visitor's to keep. `isWanted` is asked
 * with name and size before memory is taken, as `target` of `extractTar` is.
 */
export async function readTar(
  chunks: AsyncIterable<Uint8Array>,
  isWanted: (name: string, bytes: number) => boolean,
  visit: (name: string, content: Uint8Array) => void,
  limits: TarLimits,
): Promise<void> {
  await walkTar(chunks, limits, async (name, bytes, pass) => {
    if (!isWanted(name, bytes)) return false;
    const content = new Uint8Array(bytes);
    let at = 0;
    await pass((piece) => {
      content.set(piece, at);
      at += piece.length;
    });
    visit(name, content);
    return true;
  });
}

/** Calls `visit` for every plain file; it takes all of the content by `pass`, or none and answers false. */
async function walkTar(
  chunks: AsyncIterable<Uint8Array>,
  limits: TarLimits,
  visit: (
    name: string,
    bytes: number,
    pass: (use: (piece: Uint8Array) => Promise<void> | void) => Promise<void>,
  ) => Promise<boolean>,
): Promise<void> {
  const reader = new ChunkReader(chunks, limits);
  const { maxEntries = 10_000 } = limits;
  let entries = 0;
  let longName: string | undefined;
  let pax: { path?: string; size?: number } = {};

  for (;;) {
    const block = await reader.take(BLOCK);
    // The end is two blocks of zeros, but one is enough for everybody who reads.
    if (block.every((byte) => byte === 0)) break;
    if (++entries > maxEntries) {
      throw new LabError(
        'data/too-large',
        `Expected at most ${maxEntries} entries in "${limits.name}", got more.`,
        { hint: 'Check that this is the archive you meant.' },
      );
    }
    const header = parseTarHeader(block, limits.name);
    const size = pax.size ?? header.size;
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;

    if (header.type === 'x' || header.type === 'L') {
      if (size > MAX_META_BYTES) throw tarError(limits.name, `an extended header of ${size} bytes`);
      const content = await reader.take(size);
      if (header.type === 'x') pax = parsePax(content, limits.name);
      else longName = textUntilZero(content);
      await reader.skip(padding);
      continue;
    }
    const name = pax.path ?? longName ?? header.name;
    pax = {};
    longName = undefined;
    const isFile = header.type === '0' || header.type === '\0';
    const isTaken = isFile && (await visit(name, size, (use) => reader.pass(size, use)));
    await reader.skip(isTaken ? padding : size + padding);
  }
  await reader.drain();
}

interface TarHeader {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

function parseTarHeader(block: Uint8Array, archive: string): TarHeader {
  const declared = octal(block.subarray(148, 156), archive);
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (block[i] as number);
  if (sum !== declared) throw tarError(archive, `a header with checksum ${sum}, recorded as ${declared}`);
  const isUstar = textUntilZero(block.subarray(257, 263)).startsWith('ustar');
  const prefix = isUstar ? textUntilZero(block.subarray(345, 500)) : '';
  const name = textUntilZero(block.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: octal(block.subarray(124, 136), archive),
    type: String.fromCharCode(block[156] as number),
  };
}

/** Numbers stand in octal text; the binary form is for files from 8 GiB, which are refused anyway. */
function octal(field: Uint8Array, archive: string): number {
  const text = textUntilZero(field).trim();
  if (!/^[0-7]{0,12}$/.test(text)) throw tarError(archive, 'a header field that is no octal number');
  return text === '' ? 0 : parseInt(text, 8);
}

/** pax records: `<length> <key>=<value>\n`, the length in bytes counting the whole record. */
function parsePax(content: Uint8Array, archive: string): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(text(content.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at || at + length > content.length) {
      throw tarError(archive, 'a pax record with an impossible length');
    }
    const record = text(content.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    if (record.startsWith('path=')) found.path = value;
    if (record.startsWith('size=')) {
      const size = Number(value);
      if (!Number.isSafeInteger(size) || size < 0) throw tarError(archive, `a pax size of "${value}"`);
      found.size = size;
    }
    at += length;
  }
  return found;
}

/** Hands out a stream of chunks in the pieces that are asked for, and counts them. */
class ChunkReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private readonly limits: TarLimits;
  private chunk: Uint8Array = new Uint8Array(0);
  private total = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, limits: TarLimits) {
    this.iterator = chunks[Symbol.asyncIterator]();
    this.limits = limits;
  }

  /** Calls `use` with views of the next `length` bytes; they are valid until it returns. */
  async pass(length: number, use: (piece: Uint8Array) => Promise<void> | void): Promise<void> {
    let left = length;
    while (left > 0) {
      if (this.chunk.length === 0 && !(await this.next())) {
        throw tarError(this.limits.name, `its end ${left} bytes early`);
      }
      const piece = this.chunk.subarray(0, left);
      this.chunk = this.chunk.subarray(piece.length);
      left -= piece.length;
      await use(piece);
    }
  }

  /** The next `length` bytes as a copy; for small lengths. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let at = 0;
    await this.pass(length, (piece) => {
      bytes.set(piece, at);
      at += piece.length;
    });
    return bytes;
  }

  async skip(length: number): Promise<void> {
    await this.pass(length, () => undefined);
  }

  /** Reads what is left, so that whoever checks the whole stream sees all of it. */
  async drain(): Promise<void> {
    while (await this.next());
  }

  private async next(): Promise<boolean> {
    const step = await this.iterator.next();
    if (step.done === true) return false;
    this.chunk = step.value;
    this.total += step.value.length;
    if (this.total > this.limits.maxBytes) {
      throw new LabError(
        'data/too-large',
        `Expected at most ${this.limits.maxBytes} unpacked bytes in "${this.limits.name}", got more.`,
        { hint: 'Check that this is the archive you meant.' },
      );
    }
    return true;
  }
}

function tarError(archive: string, got: string): LabError {
  return new LabError('data/tar', `Expected a sound tar archive in "${archive}", got ${got}.`, {
    hint: 'The archive is damaged or of another kind: fetch it again.',
  });
}

const decoder = new TextDecoder();
const text = (bytes: Uint8Array): string => decoder.decode(bytes);

function textUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return text(end < 0 ? bytes : bytes.subarray(0, end));
}
