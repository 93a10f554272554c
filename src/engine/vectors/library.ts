/**
 * The sets of word vectors that are kept: a folder each in `vectors`, with the record in `vectors.json`, the words, one a line, in
 * `words.txt`, and their vectors, float32 and little-endian, in that order in `vectors.f32`. What they came from is not needed again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import {
  MOST_VECTOR_WIDTH,
  RANDOM_VECTORS,
  VECTOR_FILE_KINDS,
  VECTORS_ID,
  type WordVectors,
} from '../../shared/vectors.ts';
import { homeFolder, isRunning } from '../data/index.ts';
import { HashedFile } from './hashed-file.ts';
import { MOST_WORDS, openVectors, tooMany, type WordVector } from './read-vectors.ts';

const LONGEST_ID = 40;
const FORMAT = 'gradient-lab vectors 1';
/** Bytes of all words together, which are in memory while they are told apart. */
const MOST_WORD_BYTES = 128 * 1024 * 1024;
const MOST_VECTOR_BYTES = 8 * 1024 ** 3;

export interface ImportOptions {
  /** Made up from the file's name where it is left out. */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file of word vectors and keeps it. The same words and vectors again, under no name, are the set that is there already.
 * Throws `vectors/exists`, `vectors/id`, and what `openVectors` and `keepVectors` do.
 */
export async function importVectors(
  path: string,
  { name, signal }: ImportOptions = {},
): Promise<WordVectors> {
  const id = name ?? freeId(basename(path));
  checkFree(id);
  const { kind, width, rows } = await openVectors(path, signal);
  const kept = await keepVectors({ id, kind, source: basename(path), width }, rows);
  const same = listVectors().find((set) => set.sha256 === kept.sha256 && set.id !== id);
  if (name !== undefined || same === undefined) return kept;
  await removeVectors(id);
  return same;
}

/**
 * Keeps words and their vectors, in their order, under a new name. The set appears when it is whole, and nothing is left of one that is
 * not. Throws `vectors/exists`, `vectors/id`, `vectors/not-finite`, `vectors/none`, `vectors/too-large`, and what `rows` throw.
 */
export async function keepVectors(
  set: Pick<WordVectors, 'id' | 'kind' | 'source' | 'width'>,
  rows: AsyncIterable<WordVector> | Iterable<WordVector>,
): Promise<WordVectors> {
  checkFree(set.id);
  const folder = vectorsFolder();
  await mkdir(folder, { recursive: true });
  await removeLeftOver(folder);
  const partial = await mkdtemp(join(folder, `.partial-${process.pid}-`));
  try {
    const info: WordVectors = { ...set, ...(await writeRows(partial, set, rows)), importedAt: Date.now() };
    await writeFile(join(partial, 'vectors.json'), JSON.stringify({ format: FORMAT, info }));
    checkFree(set.id); // reading takes a while
    await rename(partial, join(folder, set.id));
    return info;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** All of them, by name. One whose record cannot be read is left out. */
export function listVectors(): WordVectors[] {
  const folder = vectorsFolder();
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => VECTORS_ID.test(name));
  return names.sort().flatMap((name) => {
    try {
      return [findVectors(name)];
    } catch {
      return []; // not ours, or damaged: using it says why
    }
  });
}

/** The record of a set. Throws `vectors/id`, `vectors/unknown`, `vectors/damaged`. */
export function findVectors(id: string): WordVectors {
  checkId(id);
  const file = join(folderOf(id), 'vectors.json');
  if (!existsSync(file)) throw unknown(id);
  const record = parse(readFileSync(file, 'utf8'));
  if (record?.format === FORMAT && isSound(record.info, id)) return record.info;
  throw damaged(id);
}

/** Throws `vectors/id`, `vectors/unknown`. */
export async function removeVectors(id: string): Promise<void> {
  checkId(id);
  if (!existsSync(folderOf(id))) throw unknown(id);
  await rm(folderOf(id), { recursive: true });
}

/** Where a set's files lie. */
export function folderOf(id: string): string {
  return join(vectorsFolder(), id);
}

export function damaged(id: string): LabError {
  return new LabError(
    'vectors/damaged',
    `The word vectors "${id}" cannot be read: their files are not whole.`,
    {
      hint: `Remove them (\`gradient-lab vectors remove ${id}\`), and import their file again.`,
    },
  );
}

type Written = Pick<WordVectors, 'sha256' | 'words' | 'repeated' | 'unreadable'>;

async function writeRows(
  folder: string,
  { source, width }: Pick<WordVectors, 'source' | 'width'>,
  rows: AsyncIterable<WordVector> | Iterable<WordVector>,
): Promise<Written> {
  const words = await HashedFile.create(join(folder, 'words.txt'));
  const vectors = await HashedFile.create(join(folder, 'vectors.f32'));
  const known = new Set<string>();
  const most = Math.min(MOST_WORDS, Math.floor(MOST_VECTOR_BYTES / (4 * width)));
  let [row, bytes, unreadable] = [0, 0, 0];
  try {
    for await (const { word, vector } of rows) {
      row++;
      checkVector(vector, width, word, row, source);
      if (word === null || word === '' || word.includes('\n')) {
        unreadable++;
        continue;
      }
      if (known.has(word)) continue;
      known.add(word);
      const line = Buffer.from(`${word}\n`);
      bytes += line.length;
      if (known.size > most || bytes > MOST_WORD_BYTES) throw tooMany(source, 'more than can be kept');
      await words.add(line);
      await vectors.add(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    }
    if (known.size === 0) {
      throw new LabError('vectors/none', `Expected words in "${source}", got none that can be read.`, {
        hint: 'Words are UTF-8: write the file again.',
      });
    }
    const hashes = [await words.end(), await vectors.end()];
    return {
      sha256: createHash('sha256').update(hashes.join('')).digest('hex'),
      words: known.size,
      repeated: row - unreadable - known.size,
      unreadable,
    };
  } finally {
    await words.close();
    await vectors.close();
  }
}

function checkVector(
  vector: Float32Array,
  width: number,
  word: string | null,
  row: number,
  source: string,
): void {
  if (vector.length !== width) {
    throw new RangeError(`Expected ${width} numbers as vector ${row} of "${source}", got ${vector.length}.`);
  }
  const wrong = vector.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new LabError(
    'vectors/not-finite',
    `Expected finite numbers of 32 bits for "${(word ?? '?').slice(0, 40)}" (word ${row} of "${source}"), got ${wrong}.`,
    { hint: 'The file is damaged, or its training has diverged: write it again.' },
  );
}

function vectorsFolder(): string {
  return join(homeFolder(), 'vectors');
}

/** Removes what processes that are gone left of sets in the making. */
async function removeLeftOver(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\.partial-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || Number(pid) === process.pid || isRunning(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function parse(text: string): { readonly format?: unknown; readonly info?: unknown } | null {
  try {
    return JSON.parse(text) as { readonly format?: unknown } | null;
  } catch {
    return null; // whoever needs it says that it is damaged
  }
}

function isSound(info: unknown, id: string): info is WordVectors {
  const { id: own, kind, width, words } = (info ?? {}) as Partial<WordVectors>;
  const isCount = (value: unknown, most: number): boolean =>
    Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most;
  return (
    own === id &&
    VECTOR_FILE_KINDS.some((known) => known === kind) &&
    isCount(width, MOST_VECTOR_WIDTH) &&
    isCount(words, MOST_WORDS)
  );
}

/** The file's name in lower-case words; with a number where that is taken. */
function freeId(file: string): string {
  const base =
    file
      .replace(/(\.(gz|txt|vec|bin|word2vec|w2v|model))+$/i, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, LONGEST_ID - 4)
      .replace(/-$/, '') || 'vectors';
  for (let i = 1; ; i++) {
    const id = i === 1 ? base : `${base}-${i}`;
    if (id !== RANDOM_VECTORS && !existsSync(folderOf(id))) return id;
  }
}

function checkFree(id: string): void {
  checkId(id);
  if (!existsSync(folderOf(id))) return;
  throw new LabError('vectors/exists', `Word vectors called "${id}" are there already.`, {
    hint: 'Choose another name, or remove those first.',
  });
}

function checkId(id: string): void {
  if (VECTORS_ID.test(id) && id.length <= LONGEST_ID && id !== RANDOM_VECTORS) return;
  throw new LabError('vectors/id', `Expected a name for word vectors, got "${id}".`, {
    hint: `Use up to ${LONGEST_ID} lower-case letters, digits and single hyphens, such as "glove-100"; not "${RANDOM_VECTORS}".`,
  });
}

function unknown(id: string): LabError {
  const known = listVectors().map((set) => set.id);
  return new LabError('vectors/unknown', `There are no word vectors called "${id}".`, {
    hint:
      known.length === 0
        ? 'Import a file of them first: `gradient-lab vectors import FILE`.'
        : `There are ${known.join(', ')}.`,
  });
}
