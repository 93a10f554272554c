/**
 * Reads a file of word vectors as a stream, plain or gzipped: the text that word2vec, fastText and gensim write (a line "words width",
 * then a word and its numbers on each line), GloVe's (the same without that line), and word2vec's binary form (the line, then each word,
 * a space, and its numbers as float32, little-endian). Which it is, the file's beginning says.
 *
 * The file may be anything: no more than a line, or a word and its numbers, is ever in memory.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LabError } from '../../shared/errors.ts';
import { MOST_VECTOR_WIDTH, type VectorFileKind } from '../../shared/vectors.ts';
import { missingFile, readStart, sizeOfFile } from '../data/index.ts';
import { ByteSource } from './byte-source.ts';

export interface WordVector {
  /** Null: what stands there is no UTF-8. */
  readonly word: string | null;
  readonly vector: Float32Array;
}

export interface VectorsFile {
  readonly kind: VectorFileKind;
  readonly width: number;
  /** In the file's order. Its end closes the file; throws `vectors/unsound` and `vectors/aborted`. */
  readonly rows: AsyncIterable<WordVector>;
}

/** A vector's text: 1,024 numbers of 25 characters, and a word. */
const MOST_LINE_BYTES = 64 * 1024;
const MOST_WORD_BYTES = 1000;
/** More words than any set that is known has (Google's news: 3 million). */
export const MOST_WORDS = 5_000_000;

const LINE_END = 0x0a;
const SPACE = 0x20;
const PIECE_BYTES = 1 << 20;

/** What a reader knows of its file. */
interface Reading {
  readonly name: string;
  readonly source: ByteSource;
  readonly width: number;
  /** As the first line says it. */
  readonly count: number;
}

/** Opens the file at `path`. Throws `data/not-found`, `data/not-a-file`, `vectors/kind`, and what its beginning has wrong. */
export async function openVectors(path: string, signal?: AbortSignal): Promise<VectorsFile> {
  const name = basename(path);
  if (sizeOfFile(path) === null) throw missingFile(path);
  const source = new ByteSource(piecesOf(path, name, signal));
  try {
    return await open(source, name);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function open(source: ByteSource, name: string): Promise<VectorsFile> {
  await source.has(4);
  if (source.rest.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf') source.take(3);
  if (source.rest.length === 0) throw otherKind(name, 'no bytes');
  if (source.rest.toString('latin1', 0, 2) === 'PK')
    throw otherKind(name, 'a zip archive', 'Unpack it first.');
  const end = await source.find(LINE_END, MOST_LINE_BYTES);
  if (end < 0 && source.rest.length > MOST_LINE_BYTES) throw longLine(name, 1);
  const line = source.rest.subarray(0, end < 0 ? source.rest.length : end).toString('latin1');
  // eslint-disable-next-line no-control-regex -- what no text has
  if (/[\0-\x08\x0e-\x1f]/.test(line)) throw otherKind(name, 'bytes that are no text');
  const header = /^(\d{1,15})[ \t]+(\d{1,15})[ \t\r]*$/.exec(line);
  if (header === null) {
    const width = fieldsOf(line).length - 1;
    const reading = { name, source, width: checkWidth(name, width), count: Infinity };
    numbersIn(fieldsOf(line), width, name, 1); // where it has none, the file is of another kind
    return { kind: 'glove', width, rows: closing(textRows(reading, 1), source) };
  }
  source.take(end < 0 ? source.rest.length : end + 1);
  const count = Number(header[1]);
  const width = checkWidth(name, Number(header[2]));
  if (count === 0) throw otherKind(name, 'a first line that says "0 words"');
  if (count > MOST_WORDS) throw tooMany(name, count.toLocaleString('en'));
  const reading = { name, source, width, count };
  return (await isText(source, width))
    ? { kind: 'word2vec', width, rows: closing(textRows(reading, 2), source) }
    : { kind: 'word2vec-binary', width, rows: closing(binaryRows(reading), source) };
}

/**
 * Whether what comes is text: its first line is a word and its numbers, or the bytes behind the first word, as many as binary numbers
 * would take, are all of a kind that text has.
 */
async function isText(source: ByteSource, width: number): Promise<boolean> {
  const end = await source.find(LINE_END, MOST_LINE_BYTES);
  const line = source.rest.subarray(0, end < 0 ? undefined : end);
  const numbers = fieldsOf(line.toString('latin1', 0, MOST_LINE_BYTES)).slice(-width);
  if (numbers.length === width && numbers.every(isNumber)) return true;
  const space = await source.find(SPACE, MOST_WORD_BYTES);
  await source.has(space + 1 + 4 * width);
  const behind = source.rest.subarray(space + 1, space + 1 + 4 * width).toString('latin1');
  // eslint-disable-next-line no-control-regex -- what no text has
  return !/[\0-\x08\x0e-\x1f\x7f-\xff]/.test(behind);
}

async function* textRows(
  { name, source, width, count }: Reading,
  firstLine: number,
): AsyncGenerator<WordVector> {
  let rows = 0;
  for (let number = firstLine; ; number++) {
    const end = await source.find(LINE_END, MOST_LINE_BYTES);
    if (end < 0 && source.rest.length > MOST_LINE_BYTES) throw longLine(name, number);
    if (end < 0 && source.rest.length === 0) break;
    const line = source.take(end < 0 ? source.rest.length : end);
    if (end >= 0) source.take(1);
    const fields = fieldsOf(line.toString('latin1'));
    if (fields.length === 1 && fields[0] === '') {
      if (end < 0 || (await source.has(1)))
        throw unsound(name, 'a word and its numbers', `an empty line ${number}`);
      break; // behind the last line
    }
    if (rows === count) throw moreWords(name, count);
    const vector = numbersIn(fields, width, name, number);
    const word = Buffer.from(fields.slice(0, -width).join(' '), 'latin1');
    yield { word: isUtf8(word) ? word.toString() : null, vector };
    rows++;
  }
  if (rows < count && count !== Infinity) throw fewerWords(name, count, rows);
}

async function* binaryRows({ name, source, width, count }: Reading): AsyncGenerator<WordVector> {
  const bytes = 4 * width;
  for (let rows = 0; rows < count; rows++) {
    // Some writers end each vector with a line's end, some do not.
    if ((await source.has(1)) && source.rest[0] === LINE_END) source.take(1);
    const space = await source.find(SPACE, MOST_WORD_BYTES);
    if (space < 0 && source.rest.length > MOST_WORD_BYTES) {
      throw unsound(
        name,
        `a word of at most ${MOST_WORD_BYTES} bytes and a space`,
        `none as word ${rows + 1}`,
      );
    }
    if (space < 0 || !(await source.has(space + 1 + bytes))) throw fewerWords(name, count, rows);
    const word = source.take(space);
    const text = isUtf8(word) ? word.toString() : null;
    source.take(1);
    const vector = new Float32Array(width);
    Buffer.from(vector.buffer).set(source.take(bytes));
    yield { word: text, vector };
  }
  if ((await source.has(1)) && source.rest[0] === LINE_END) source.take(1);
  if (await source.has(1)) throw moreWords(name, count);
}

/** The parts of a line. Bytes stand for themselves: only ASCII spaces and tabs part words. */
function fieldsOf(line: string): string[] {
  const text = line.replace(/[ \t\r]+$/, '');
  return /\t| {2}/.test(text) ? text.split(/[ \t]+/) : text.split(' ');
}

/** The numbers at a line's end: a word may have spaces. */
function numbersIn(fields: readonly string[], width: number, name: string, line: number): Float32Array {
  const first = fields.length - width;
  if (first < 1) throw unsound(name, `a word and ${width} numbers on line ${line}`, `${fields.length} parts`);
  const numbers = new Float32Array(width);
  for (let i = 0; i < width; i++) {
    const text = fields[first + i] as string;
    const value = Number(text);
    if (text === '' || Number.isNaN(value)) {
      throw unsound(name, `${width} numbers behind the word on line ${line}`, `"${shown(text)}"`);
    }
    numbers[i] = value;
  }
  return numbers;
}

const isNumber = (text: string): boolean => text !== '' && !Number.isNaN(Number(text));

/** What anyone may have written, fit for a message. */
function shown(latin1: string): string {
  const text = Buffer.from(latin1.slice(0, 40), 'latin1').toString();
  return `${text.replace(/\p{C}/gu, '?')}${latin1.length > 40 ? '…' : ''}`;
}

async function* closing(rows: AsyncIterable<WordVector>, source: ByteSource): AsyncGenerator<WordVector> {
  try {
    yield* rows;
  } finally {
    await source.close();
  }
}

/** The file's bytes, unpacked where it is gzipped. */
async function* piecesOf(path: string, name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const isPacked = Buffer.from(readStart(path, 2)).toString('latin1') === '\x1f\x8b';
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const stream = isPacked
    ? pipeline(file, createGunzip({ chunkSize: PIECE_BYTES }), () => undefined) // its error comes out below
    : file;
  try {
    for await (const piece of stream) {
      if (signal?.aborted) {
        throw new LabError('vectors/aborted', 'The import was cancelled.', { hint: 'Start it again.' });
      }
      yield piece as Uint8Array;
    }
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw unsound(name, 'sound gzip data', `an error: ${(error as Error).message}`, error);
  } finally {
    file.destroy();
    stream.destroy();
  }
}

function checkWidth(name: string, width: number): number {
  if (width >= 1 && width <= MOST_VECTOR_WIDTH) return width;
  throw otherKind(name, width === 0 ? 'a first line without numbers' : `vectors of ${width} numbers`);
}

function otherKind(name: string, got: string, hint?: string): LabError {
  return new LabError(
    'vectors/kind',
    `Expected word vectors of 1 to ${MOST_VECTOR_WIDTH} numbers in "${name}", got ${got}.`,
    {
      hint:
        hint ??
        'There are: the text of word2vec, fastText or GloVe, and word2vec’s binary form, plain or as .gz; gensim writes them with save_word2vec_format.',
    },
  );
}

function unsound(name: string, expected: string, got: string, cause?: unknown): LabError {
  return new LabError('vectors/unsound', `Expected ${expected} in "${name}", got ${got}.`, {
    hint: 'The file is damaged or cut off: fetch or write it again.',
    cause,
  });
}

function longLine(name: string, line: number): LabError {
  return unsound(name, `a line of at most ${MOST_LINE_BYTES} bytes`, `a longer line ${line}`);
}

function fewerWords(name: string, count: number, rows: number): LabError {
  return unsound(name, `${count} words, as its first line says,`, `${rows} whole ones`);
}

function moreWords(name: string, count: number): LabError {
  return unsound(name, `${count} words, as its first line says,`, 'more');
}

/** Of a file, or of what is kept. */
export function tooMany(name: string, count: string): LabError {
  return new LabError(
    'vectors/too-large',
    `Expected at most ${MOST_WORDS.toLocaleString('en')} words in "${name}", got ${count}.`,
    { hint: 'Keep the most frequent words: they usually come first.' },
  );
}
