/** Many texts in one piece of memory: a text is decoded when someone looks at it, and no second copy of all is kept. */
export class Texts {
  /** UTF-8, one text after another. Nobody writes to it. */
  readonly bytes: Uint8Array;
  /** Text i is the bytes from `offsets[i]` to `offsets[i + 1]`, or one less where `gap` is 1: [n + 1], ascending. */
  readonly offsets: Uint32Array;
  /** Bytes between two texts that belong to neither: 1 where each ends with a zero. */
  readonly gap: 0 | 1;

  constructor(bytes: Uint8Array, offsets: Uint32Array, gap: 0 | 1 = 0) {
    this.bytes = bytes;
    this.offsets = offsets;
    this.gap = gap;
  }

  /** Texts of strings; what is no sound UTF-16 in them becomes U+FFFD. */
  static from(strings: readonly string[]): Texts {
    const parts = strings.map((text) => Buffer.from(text, 'utf8'));
    const offsets = new Uint32Array(strings.length + 1);
    parts.forEach((part, i) => {
      offsets[i + 1] = (offsets[i] as number) + part.length;
    });
    return new Texts(new Uint8Array(Buffer.concat(parts)), offsets);
  }

  /** How many texts. */
  get length(): number {
    return this.offsets.length - 1;
  }

  /** Bytes in memory. */
  get byteLength(): number {
    return this.bytes.byteLength + this.offsets.byteLength;
  }

  /** Text `index`, decoded. Throws RangeError where there is none. */
  at(index: number): string {
    const part = this.bytesOf(index);
    return Buffer.from(part.buffer, part.byteOffset, part.length).toString('utf8');
  }

  /** The UTF-8 of text `index`, not copied. Throws RangeError where there is none. */
  bytesOf(index: number): Uint8Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`Expected a text from 0 to ${this.length - 1}, got ${index}.`);
    }
    return this.bytes.subarray(this.offsets[index], (this.offsets[index + 1] as number) - this.gap);
  }
}
