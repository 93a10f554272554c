/** The beginning of a file or folder of texts, as a person sees it before the import. */
import { existsSync, statSync } from 'node:fs';
import type { RowProblem, TextOptions, TextPreview } from '../../../shared/texts.ts';
import { missingFile, sizeOfFile } from '../files.ts';
import { isBad, type GoodRow } from '../readers/rows.ts';
import { MAX_CLASSES } from './class-names.ts';
import { findClassFiles } from './find-class-files.ts';
import { openTable } from './text-table.ts';
import { textOf } from './texts.ts';

const SHOWN_ROWS = 20;
const SHOWN_PROBLEMS = 20;
/** Characters of a value. */
const SHOWN_CHARACTERS = 500;
/** Files of a folder that are opened. */
const LOOK_FILES = 200;

/**
 * What `path` holds: formats, columns and guesses, first rows, and what could not be used among the rows that were looked at.
 *
 * Throws what `openTable` and, for a folder, `findClassFiles` throw, and `data/not-found`.
 */
export async function previewTexts(
  path: string,
  options: TextOptions = {},
  signal?: AbortSignal,
): Promise<TextPreview> {
  if (!existsSync(path)) throw missingFile(path);
  return statSync(path).isDirectory() ? previewFolder(path) : await previewTable(path, options, signal);
}

async function previewTable(
  path: string,
  options: TextOptions,
  signal: AbortSignal | undefined,
): Promise<TextPreview> {
  const table = await openTable(path, options, signal);
  const { format, charset, delimiter, header, columns, textColumn, labelColumn, idColumn } = table;
  const good = table.looked.filter((row): row is GoodRow => !isBad(row));
  const problems: RowProblem[] = [];
  const labels: string[] = [];
  for (const row of table.looked) {
    const problem = isBad(row) ? row.problem : missingIn(row, textColumn, labelColumn);
    if (problem !== null) problems.push({ name: `line ${row.line}`, problem });
    else if (!isBad(row) && labelColumn !== null) labels.push((row.values.get(labelColumn) ?? '').trim());
  }
  return {
    format,
    charset,
    delimiter,
    header,
    columns,
    rows: good.slice(0, SHOWN_ROWS).map(({ values }) => columns.map((name) => shown(values.get(name) ?? ''))),
    textColumn,
    labelColumn,
    idColumn,
    classes: countsOf(labels),
    looked: table.looked.length,
    isWhole: table.isWhole,
    bytes: sizeOfFile(path) ?? 0,
    problems: problems.slice(0, SHOWN_PROBLEMS),
  };
}

function previewFolder(folder: string): TextPreview {
  const { classes, files } = findClassFiles(folder, { testShare: 0, seed: 0, what: 'texts' });
  const problems: RowProblem[] = [];
  const rows: string[][] = [];
  const labels: string[] = [];
  for (const { path, name, label } of files.slice(0, LOOK_FILES)) {
    const text = textOf(path, name);
    const className = classes[label] as string;
    if (typeof text !== 'string') {
      problems.push(text);
      continue;
    }
    rows.push([className, shown(text)]);
    labels.push(className);
  }
  return {
    format: 'folder',
    charset: null,
    delimiter: null,
    header: false,
    columns: ['folder', 'text'],
    rows: rows.slice(0, SHOWN_ROWS),
    textColumn: 'text',
    labelColumn: 'folder',
    idColumn: null,
    classes: countsOf(labels),
    looked: Math.min(files.length, LOOK_FILES),
    isWhole: files.length <= LOOK_FILES,
    bytes: files.slice(0, LOOK_FILES).reduce((sum, { path }) => sum + (sizeOfFile(path) ?? 0), 0),
    problems: problems.slice(0, SHOWN_PROBLEMS),
  };
}

function missingIn(
  { values }: GoodRow,
  textColumn: string | null,
  labelColumn: string | null,
): string | null {
  const isEmpty = (column: string | null): boolean =>
    column !== null && (values.get(column) ?? '').trim() === '';
  if (isEmpty(textColumn)) return `Expected a text in "${textColumn ?? ''}", got none.`;
  return isEmpty(labelColumn) ? `Expected a label in "${labelColumn ?? ''}", got none.` : null;
}

function countsOf(labels: readonly string[]): TextPreview['classes'] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .map(([name, rows]) => ({ name, rows }))
    .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_CLASSES);
}

const shown = (value: string): string =>
  value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
