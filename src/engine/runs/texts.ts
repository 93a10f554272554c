/** The texts of a run as rows of numbers, by the vocabulary that the run keeps. */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunTask } from '../../shared/engine-protocol.ts';
import type { LoadedDataSet } from '../data/index.ts';
import type { Lab } from '../labs/index.ts';
import {
  encoderFor,
  encoderToText,
  encodeWith,
  readEncoderFile,
  VOCABULARY_FILE,
  type Encoder,
} from '../text/index.ts';

export interface TextRun {
  readonly config: RunTask['config'];
  /** The run's own folder: its vocabulary lies there from its start. */
  readonly folder: string;
  /** False: nothing is written for the run. */
  readonly keepsVocabulary: boolean;
  readonly signal: AbortSignal;
}

/**
 * The data as the lab's experiment takes it: as it is, or texts encoded, and by what. A run that has a vocabulary reads by it, any other
 * by that of its training texts. Throws what `encoderFor`, `encodeWith` and `readEncoderFile` throw.
 */
export async function readable(
  lab: Lab,
  data: LoadedDataSet,
  { config, folder, keepsVocabulary, signal }: TextRun,
): Promise<{ readonly loaded: LoadedDataSet; readonly encoder: Encoder | null }> {
  const encoding = lab.encoding?.(config);
  if (encoding === undefined) return { loaded: data, encoder: null };
  const file = join(folder, VOCABULARY_FILE);
  const isKept = existsSync(file);
  const encoder = isKept ? readEncoderFile(file) : await encoderFor(data, encoding, signal);
  if (!isKept && keepsVocabulary) {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.partial`, encoderToText(encoder));
    await rename(`${file}.partial`, file);
  }
  return { loaded: (await encodeWith(data, encoder, signal)).data, encoder };
}
