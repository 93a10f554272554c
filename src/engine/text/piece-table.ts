/**
 * Numbers for pieces of text (words, characters), in the order in which they were first seen.
 *
 * Pieces are found by their UTF-8 bytes, so that counting six million words makes a string of each different one only.
 */
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
const FIRST_SLOTS = 1 << 14;

/** What `find` wants to know of bytes: begin with `NO_HASH`, and add each byte. FNV-1a. */
export const NO_HASH = SEED;
export const addToHash = (hash: number, byte: number): number => Math.imul(hash ^ byte, PRIME);

export class PieceTable {
  /** Number + 1 of the piece in each slot; 0: free. As many slots as a power of two, at most half of them in use. */
  private slots = new Int32Array(FIRST_SLOTS);
  private hashes = new Int32Array(FIRST_SLOTS / 2);
  /** Piece k is the bytes from `starts[k]` to `starts[k + 1]`. */
  private starts = new Uint32Array(FIRST_SLOTS / 2 + 1);
  private bytes = new Uint8Array(FIRST_SLOTS * 4);
  private count = 0;

  /** How many different pieces were seen. */
  get size(): number {
    return this.count;
  }

  /** The number of the piece that is the first `length` bytes of `piece`, whose hash is `hash`; a new one where it is new. */
  find(piece: Uint8Array, length: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = mix(hash) & mask;
    for (;;) {
      const entry = this.slots[slot] as number;
      if (entry === 0) break;
      if (this.hashes[entry - 1] === hash && this.isSame(entry - 1, piece, length)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    const number = this.add(piece, length, hash);
    this.slots[slot] = number + 1;
    if (2 * this.count > mask) this.grow();
    return number;
  }

  /** The number of a piece that is at hand as a string. */
  findText(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    let hash = NO_HASH;
    for (const byte of bytes) hash = addToHash(hash, byte);
    return this.find(bytes, bytes.length, hash);
  }

  /** Piece `number` as a string. */
  textOf(number: number): string {
    if (!Number.isInteger(number) || number < 0 || number >= this.count) {
      throw new RangeError(`Expected a piece from 0 to ${this.count - 1}, got ${number}.`);
    }
    const [from, to] = [this.starts[number] as number, this.starts[number + 1] as number];
    return Buffer.from(this.bytes.buffer, from, to - from).toString('utf8');
  }

  private isSame(number: number, piece: Uint8Array, length: number): boolean {
    const from = this.starts[number] as number;
    if ((this.starts[number + 1] as number) - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[from + i] !== piece[i]) return false;
    return true;
  }

  private add(piece: Uint8Array, length: number, hash: number): number {
    const number = this.count++;
    const from = this.starts[number] as number;
    if (from + length > this.bytes.length) {
      const more = new Uint8Array(Math.max(2 * this.bytes.length, from + length));
      more.set(this.bytes);
      this.bytes = more;
    }
    for (let i = 0; i < length; i++) this.bytes[from + i] = piece[i] as number;
    this.starts[number + 1] = from + length;
    this.hashes[number] = hash;
    return number;
  }

  private grow(): void {
    const slots = new Int32Array(2 * this.slots.length);
    const hashes = new Int32Array(slots.length / 2);
    hashes.set(this.hashes);
    const starts = new Uint32Array(slots.length / 2 + 1);
    starts.set(this.starts);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = mix(hashes[number] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.slots = slots;
    this.hashes = hashes;
    this.starts = starts;
  }
}

/** The low bits of FNV-1a depend on the last bytes most; this lets the high ones count too. */
const mix = (hash: number): number => hash ^ (hash >>> 15);
