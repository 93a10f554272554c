/**
 * The one place that says what a word is, and what a character is.
 *
 * Both take a line break of HTML, `<br />`, for a space. A word is a run of letters, marks, digits (Unicode's categories L, M and N) and
 * apostrophes, in lower case; what lies between words is dropped. A character is a code point, in its own case.
 */
import { addToHash, NO_HASH, type PieceTable } from './piece-table.ts';

/** The pieces of one text, side by side; the arrays are longer than `count`, and used again for the next text. */
export class Pieces {
  count = 0;
  /** Numbers in the piece table. */
  numbers = new Int32Array(1024);
  /** Where each begins and ends in the text, in UTF-16 units. */
  starts = new Int32Array(1024);
  ends = new Int32Array(1024);

  push(number: number, start: number, end: number): void {
    if (this.count === this.numbers.length) {
      this.numbers = longer(this.numbers);
      this.starts = longer(this.starts);
      this.ends = longer(this.ends);
    }
    this.numbers[this.count] = number;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * array.length);
  more.set(array);
  return more;
}

/** The lower-case byte of those that ASCII words are made of; 0 of all others. */
const LOWER = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9']/.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});
const BREAK = Buffer.from('<br />');
const WORD = /[\p{L}\p{M}\p{N}]/u;
/** What is known of each code point: 0 nothing yet, 1 no part of a word, 2 part of one. */
let known: Uint8Array | undefined;

function isInWord(codePoint: number): boolean {
  known ??= new Uint8Array(0x110000);
  const answer = known[codePoint] as number;
  if (answer !== 0) return answer === 2;
  const isIn = WORD.test(String.fromCodePoint(codePoint));
  known[codePoint] = isIn ? 2 : 1;
  return isIn;
}

/** Puts the words of `bytes`, sound UTF-8, into `pieces`. */
export function scanWords(bytes: Uint8Array, table: PieceTable, pieces: Pieces): void {
  pieces.count = 0;
  const end = bytes.length;
  const word = scratchFor(end);
  let at = 0;
  let place = 0; // of `at`, in UTF-16 units
  while (at < end) {
    const start = place;
    let length = 0;
    let hash = NO_HASH;
    let isAscii = true;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte < 0x80) {
        const lower = LOWER[byte] as number;
        if (lower === 0) break;
        word[length++] = lower;
        hash = addToHash(hash, lower);
        at++;
        place++;
      } else {
        const size = sizeFrom(byte);
        if (!isInWord(codePointAt(bytes, at, size))) break;
        isAscii = false;
        for (let i = 0; i < size; i++) word[length++] = bytes[at + i] as number;
        at += size;
        place += unitsOf(size);
      }
    }
    if (length > 0) {
      const number = isAscii
        ? table.find(word, length, hash)
        : table.findText(Buffer.from(word.buffer, 0, length).toString('utf8').toLowerCase());
      pieces.push(number, start, place);
    }
    if (at === end) break;
    const size = isBreak(bytes, at) ? BREAK.length : sizeFrom(bytes[at] as number);
    at += size;
    place += size === BREAK.length ? size : unitsOf(size);
  }
}

/** Puts the characters of `bytes`, sound UTF-8, into `pieces`. */
export function scanCharacters(bytes: Uint8Array, table: PieceTable, pieces: Pieces): void {
  pieces.count = 0;
  const character = scratchFor(4);
  let at = 0;
  let place = 0;
  while (at < bytes.length) {
    const start = place;
    if (isBreak(bytes, at)) {
      at += BREAK.length;
      place += BREAK.length;
      character[0] = 0x20;
      pieces.push(table.find(character, 1, addToHash(NO_HASH, 0x20)), start, place);
      continue;
    }
    const size = sizeFrom(bytes[at] as number);
    let hash = NO_HASH;
    for (let i = 0; i < size; i++) {
      const byte = bytes[at + i] as number;
      character[i] = byte;
      hash = addToHash(hash, byte);
    }
    at += size;
    place += unitsOf(size);
    pieces.push(table.find(character, size, hash), start, place);
  }
}

let scratch = new Uint8Array(4096);

/** Room for a word: as long as the text, at most. */
function scratchFor(length: number): Uint8Array<ArrayBuffer> {
  if (scratch.length < length) scratch = new Uint8Array(2 * length);
  return scratch;
}

/** Bytes of the character that begins with `byte`. */
function sizeFrom(byte: number): 1 | 2 | 3 | 4 {
  if (byte < 0x80) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

/** UTF-16 units of a character of `size` bytes. */
const unitsOf = (size: number): number => (size === 4 ? 2 : 1);

function codePointAt(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at] as number;
  let code = size === 2 ? lead & 0x1f : size === 3 ? lead & 0x0f : lead & 0x07;
  for (let i = 1; i < size; i++) code = (code << 6) | ((bytes[at + i] as number) & 0x3f);
  return code;
}

function isBreak(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== BREAK[0]) return false;
  for (let i = 1; i < BREAK.length; i++) if (bytes[at + i] !== BREAK[i]) return false;
  return true;
}
