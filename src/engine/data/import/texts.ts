/** A personal data set from texts: a table (CSV, TSV, JSONL), or a folder with a folder of .txt files for each class. */
import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SkippedFile, SplitName } from '../../../shared/data.ts';
import { LabError, messageOf } from '../../../shared/errors.ts';
import type { TextOptions } from '../../../shared/texts.ts';
import { checkDiskSpace } from '../assemble.ts';
import { readWholeFile, throwIfAborted } from '../files.ts';
import { charsetOf, decodeText } from '../readers/charset.ts';
import { MAX_ROW_CHARACTERS } from '../readers/rows.ts';
import { writeTextSplit } from '../text-data-set.ts';
import { countClassFiles, findClassFiles } from './find-class-files.ts';
import { finishPersonal } from './finish-personal.ts';
import { classesOf, splitTexts, type LabelledSplit } from './split-texts.ts';
import { MOST_LISTED, TextRows } from './text-rows.ts';
import { openTable, readRows } from './text-table.ts';

export const DEFAULT_TEST_SHARE = 0.2;
const TEXT_NAME = /\.txt$/i;

/** What was left out, and how much of it: the list has the first thousand. */
export interface LeftOut {
  readonly skipped: readonly SkippedFile[];
  readonly skippedCount: number;
}

/** How many texts lie in folders of classes. Never throws: what cannot be read holds none. */
export const countTexts = (folder: string): number => countClassFiles(folder, TEXT_NAME);

/**
 * Makes a personal data set of the texts in `from`, and returns the rows or files that were left out.
 *
 * Throws a LabError: `data/texts` for options out of bounds or a split without a text, `data/column`, `data/classes`, `data/rows` where a
 * fifth of the rows cannot be used, `data/charset`, `data/binary`, `data/too-large`, `data/disk-full`, `data/aborted`.
 */
export async function importTexts(
  id: string,
  partial: string,
  root: string,
  from: string,
  options: TextOptions,
  signal: AbortSignal | undefined,
): Promise<LeftOut> {
  const { testShare = DEFAULT_TEST_SHARE, seed = 0 } = options;
  if (!(testShare >= 0 && testShare <= 0.9)) {
    throw outOfBounds('a share for testing from 0 to 0.9', testShare);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw outOfBounds('a whole number from 0 as the seed', seed);
  const found = statSync(from).isDirectory()
    ? await readFolder(from, { testShare, seed }, signal)
    : await readTable(from, options, { testShare, seed }, signal);
  const { classes, splits } = found;
  for (const needed of ['train', 'test'] as const) {
    if ((splits[needed]?.texts.length ?? 0) > 0) continue;
    const first = found.skipped[0];
    throw new LabError(
      'data/texts',
      `Expected texts for the ${needed} split in "${basename(from)}", got none${first ? ` (${found.skippedCount} were left out; ${first.name}: ${first.problem})` : ''}.`,
      { hint: 'Give at least two texts of each class, and a share above 0 for testing.' },
    );
  }
  const infos: { name: SplitName; examples: number }[] = [];
  for (const name of ['train', 'validation', 'test'] as const) {
    const split = splits[name];
    if (split === undefined || split.texts.length === 0) continue;
    await checkDiskSpace(
      root,
      split.texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0),
    );
    await writeTextSplit(partial, name, split);
    infos.push({ name, examples: split.texts.length });
  }
  await finishPersonal(id, { format: 'texts', splits: infos, classes }, partial, root, from, signal);
  return found;
}

interface Found extends LeftOut {
  readonly classes: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, LabelledSplit>>>;
}

interface Draw {
  readonly testShare: number;
  readonly seed: number;
}

async function readTable(
  path: string,
  options: TextOptions,
  { testShare, seed }: Draw,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const table = await openTable(path, options, signal);
  const rows = new TextRows(table, seed);
  let count = 0;
  for await (const row of readRows(table, signal)) {
    rows.add(row);
    // Reading a large file takes seconds: whoever waits for something else gets a turn now and then.
    if (++count % 2000 === 0) await nextTurn();
  }
  rows.check();
  const classes = classesOf(rows.texts, `"${table.labelColumn ?? ''}"`);
  return {
    classes,
    splits: splitTexts(rows.texts, classes, testShare),
    skipped: rows.problems,
    skippedCount: rows.problemCount,
  };
}

async function readFolder(folder: string, draw: Draw, signal: AbortSignal | undefined): Promise<Found> {
  const { classes, files } = findClassFiles(folder, { ...draw, what: 'texts' });
  const splits: Partial<Record<SplitName, { texts: string[]; labels: number[] }>> = {};
  const skipped: SkippedFile[] = [];
  let skippedCount = 0;
  for (const [i, { path, name, label, split }] of files.entries()) {
    if (i % 200 === 0) {
      throwIfAborted(signal, `Reading "${folder}"`);
      await nextTurn();
    }
    const read = textOf(path, name);
    if (typeof read !== 'string') {
      skippedCount++;
      if (skipped.length < MOST_LISTED) skipped.push(read);
      continue;
    }
    const rows = (splits[split] ??= { texts: [], labels: [] });
    rows.texts.push(read);
    rows.labels.push(label);
  }
  return { classes, splits, skipped, skippedCount };
}

/** The text of a file, or why it is left out. */
export function textOf(path: string, name: string): string | SkippedFile {
  try {
    if (extname(name).toLowerCase() !== '.txt') {
      return { name, problem: 'Expected a file whose name ends in .txt.' };
    }
    const bytes = readWholeFile(path, 4 * MAX_ROW_CHARACTERS);
    const charset = charsetOf(bytes);
    if (!charset.startsWith('utf-16') && bytes.includes(0)) {
      return { name, problem: 'Expected text, got zero bytes, as no text has them.' };
    }
    const text = decodeText(bytes, charset, name).trim();
    if (text === '') return { name, problem: 'Expected a text, got an empty file.' };
    if (text.length <= MAX_ROW_CHARACTERS) return text;
    const limit = MAX_ROW_CHARACTERS.toLocaleString('en-US');
    return { name, problem: `Expected at most ${limit} characters, got ${text.length}.` };
  } catch (error) {
    return { name, problem: messageOf(error) };
  }
}

function outOfBounds(expected: string, got: unknown): LabError {
  return new LabError('data/texts', `Expected ${expected}, got ${String(got)}.`, {
    hint: 'See `gradient-lab data import --help`.',
  });
}
