/** Vocabularies that were learnt once, kept on the disk: learning pieces takes seconds. Any of them can be made again. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { TextEncoding } from '../../shared/texts.ts';
import { homeFolder, type LoadedDataSet } from '../data/index.ts';
import { Encoder } from './encoder.ts';
import { makeEncoder } from './make-encoder.ts';
import { checkEncoding, readEncoderFile, encoderToText } from './vocabulary-file.ts';

/** Grows when the same texts and settings give another vocabulary than before. */
const VERSION = 1;
/** Files that are kept: those used last. */
const MOST_FILES = 32;

/**
 * The encoder for these texts and settings, with the vocabulary (and, for byte-pair encoding, the pieces) of the training split: from the
 * disk, where it was made before. The same texts and settings give the same one on every machine. Throws as `makeEncoder` does.
 */
export async function encoderFor(
  data: LoadedDataSet,
  encoding: TextEncoding,
  signal?: AbortSignal,
): Promise<Encoder> {
  const checked = checkEncoding(encoding);
  const folder = join(homeFolder(), 'cache', 'vocabularies');
  const path = join(folder, `${keyOf(data, checked)}.json`);
  const kept = await readKept(path);
  // Where a row ends plays no part in the vocabulary.
  if (kept !== undefined) return new Encoder(checked, kept.vocabulary, kept.merges);
  const encoder = await makeEncoder(data, checked, signal);
  await keep(folder, path, encoderToText(encoder)).catch((error: unknown) => {
    // A full or read-only disk is no reason not to go on: what was to be kept is at hand.
    if (!isSystemError(error)) throw error;
  });
  return encoder;
}

function keyOf({ sha256 }: LoadedDataSet, { tokenizer, vocabularySize }: TextEncoding): string {
  const key = [VERSION, sha256, tokenizer, vocabularySize].join('\n');
  return createHash('sha256').update(key).digest('hex');
}

/** Undefined where there is none, or what there is is damaged: then it is made again. */
async function readKept(path: string): Promise<Encoder | undefined> {
  try {
    const encoder = readEncoderFile(path);
    const now = new Date();
    await utimes(path, now, now);
    return encoder;
  } catch (error) {
    if (error instanceof LabError || isSystemError(error)) return undefined;
    throw error;
  }
}

async function keep(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const own = `${path}.${process.pid}.tmp`;
  await writeFile(own, text);
  await rename(own, path);
  const names = await readdir(folder);
  if (names.length <= MOST_FILES) return;
  const files = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })),
  );
  files.sort((a, b) => b.used - a.used);
  for (const { name } of files.slice(MOST_FILES)) await rm(join(folder, name), { force: true });
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
