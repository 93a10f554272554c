/** A file of texts as a table: what it is made of, found out or as a person says, and its rows. */
import { extname } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { TextCharset, TextOptions } from '../../../shared/texts.ts';
import { readStart } from '../files.ts';
import { charsetOf, decodeFile } from '../readers/charset.ts';
import { readDelimited } from '../readers/delimited.ts';
import { readJsonLines } from '../readers/json-lines.ts';
import { isBad, type Row } from '../readers/rows.ts';
import { columnNames, DELIMITERS, guessColumns, guessDelimiter, guessHeader } from './text-guess.ts';

/** Rows that are looked at before anything is decided. */
const LOOK_ROWS = 1000;
/** Characters that are tried with each delimiter. */
const TRY_CHARACTERS = 256 * 1024;
const TRY_ROWS = 50;
const MAX_COLUMNS = 1000;

const EXTENSIONS: Readonly<Record<string, 'csv' | 'tsv' | 'jsonl'>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

/** Whether a path is called like a table of texts. */
export const isTableName = (path: string): boolean => extname(path).toLowerCase() in EXTENSIONS;

export interface TextTable {
  readonly path: string;
  readonly format: 'csv' | 'tsv' | 'jsonl';
  readonly charset: TextCharset;
  readonly delimiter: string | null;
  readonly header: boolean;
  readonly columns: readonly string[];
  /** As chosen, or what looks like them; null where nothing does. */
  readonly textColumn: string | null;
  readonly labelColumn: string | null;
  readonly idColumn: string | null;
  /** The first rows: all of a short file. */
  readonly looked: readonly Row[];
  readonly isWhole: boolean;
}

/**
 * Finds out how a table is to be read, from what the person says and its first 1,000 rows.
 *
 * Throws a LabError: `data/binary`, `data/rows` for a file without rows or with too many columns, `data/column` for a column that is not
 * there, `data/delimiter`, `data/charset`, `data/aborted`.
 */
export async function openTable(
  path: string,
  options: TextOptions,
  signal?: AbortSignal,
): Promise<TextTable> {
  const start = readStart(path, 8 * 1024 * 1024);
  const charset = options.charset ?? charsetOf(start);
  if (!charset.startsWith('utf-16') && start.subarray(0, 4096).includes(0)) {
    throw new LabError('data/binary', `Expected text in "${path}", got zero bytes, as no text has them.`, {
      hint: 'Export a sheet as CSV, and unpack an archive first.',
    });
  }
  const format = EXTENSIONS[extname(path).toLowerCase()] ?? (await sniffFormat(path, charset, signal));
  const table =
    format === 'jsonl'
      ? { path, format, charset, delimiter: null, header: false, columns: [] }
      : await openDelimited({ path, format, charset }, options, signal);
  const looked: Row[] = [];
  let isWhole = true;
  for await (const row of readRows(table, signal)) {
    if (looked.length === LOOK_ROWS) {
      isWhole = false;
      break;
    }
    looked.push(row);
  }
  const columns = format === 'jsonl' ? fieldsOf(looked) : table.columns;
  if (columns.length === 0) {
    const first = looked.find(isBad);
    const got = first === undefined ? 'none' : `none that can be read (line ${first.line}: ${first.problem})`;
    throw new LabError('data/rows', `Expected rows of texts and labels in "${path}", got ${got}.`, {
      hint: 'Give a CSV, TSV or JSONL file with a text and a label in each row.',
    });
  }
  if (columns.length > MAX_COLUMNS) {
    throw new LabError(
      'data/rows',
      `Expected at most ${MAX_COLUMNS} columns in "${path}", got ${columns.length}.`,
      { hint: 'Keep the columns with the texts and the labels.' },
    );
  }
  return { ...table, columns, looked, isWhole, ...chosenColumns(path, columns, looked, options) };
}

/** The rows of a table, from the first that is no header. Throws `data/charset`, `data/aborted`. */
export async function* readRows(
  {
    path,
    format,
    charset,
    delimiter,
    header,
    columns,
  }: Omit<TextTable, 'looked' | 'isWhole' | 'textColumn' | 'labelColumn' | 'idColumn'>,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  const chunks = decodeFile(path, charset, signal);
  if (format === 'jsonl') {
    yield* readJsonLines(chunks);
    return;
  }
  let isFirst = header;
  for await (const row of readDelimited(chunks, delimiter ?? ',')) {
    if (isBad(row)) {
      yield row;
    } else if (isFirst) {
      isFirst = false;
    } else if (row.cells.length !== columns.length) {
      const problem = `Expected ${columns.length} cells, got ${row.cells.length}.`;
      yield { line: row.line, problem };
    } else {
      yield { line: row.line, values: new Map(columns.map((name, i) => [name, row.cells[i] ?? null])) };
    }
  }
}

async function openDelimited(
  base: { readonly path: string; readonly format: 'csv' | 'tsv'; readonly charset: TextCharset },
  options: TextOptions,
  signal: AbortSignal | undefined,
) {
  if (options.delimiter !== undefined && !/^[^"\r\n]$/.test(options.delimiter)) {
    throw new LabError(
      'data/delimiter',
      `Expected one character between columns, no quote and no line end, got ${JSON.stringify(options.delimiter)}.`,
      { hint: 'Give a comma, a semicolon, a tab or a bar.' },
    );
  }
  const text = await beginningOf(base.path, base.charset, signal);
  const candidates =
    options.delimiter !== undefined ? [options.delimiter] : base.format === 'tsv' ? ['\t'] : DELIMITERS;
  const rowsBy = new Map<string, (readonly string[])[]>();
  for (const delimiter of candidates) rowsBy.set(delimiter, await firstCells(text, delimiter));
  const delimiter = candidates.length === 1 ? (candidates[0] as string) : guessDelimiter(rowsBy);
  const rows = rowsBy.get(delimiter) ?? [];
  const header = options.header ?? guessHeader(rows);
  return { ...base, delimiter, header, columns: columnNames(rows[0] ?? [], header) };
}

async function firstCells(text: string, delimiter: string): Promise<(readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for await (const row of readDelimited(once(text), delimiter)) {
    if (!isBad(row)) rows.push(row.cells);
    if (rows.length > TRY_ROWS) break;
  }
  // The last row may be cut off where the beginning ends.
  return text.length >= TRY_CHARACTERS && rows.length > 1 ? rows.slice(0, -1) : rows;
}

async function beginningOf(
  path: string,
  charset: TextCharset,
  signal: AbortSignal | undefined,
): Promise<string> {
  let text = '';
  for await (const piece of decodeFile(path, charset, signal)) {
    text += piece;
    if (text.length >= TRY_CHARACTERS) break;
  }
  return text;
}

/** A file with no telling name: records of JSON, or a table. */
async function sniffFormat(
  path: string,
  charset: TextCharset,
  signal: AbortSignal | undefined,
): Promise<'csv' | 'jsonl'> {
  return /^\s*\{/.test(await beginningOf(path, charset, signal)) ? 'jsonl' : 'csv';
}

/** All fields of the records, in the order in which they first occur. */
function fieldsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => (isBad(row) ? [] : [...row.values.keys()])))];
}

function chosenColumns(
  path: string,
  columns: readonly string[],
  looked: readonly Row[],
  options: TextOptions,
): Pick<TextTable, 'textColumn' | 'labelColumn' | 'idColumn'> {
  for (const column of [options.textColumn, options.labelColumn, options.idColumn]) {
    const isNone = column === '' && column === options.idColumn;
    if (column === undefined || isNone || columns.includes(column)) continue;
    throw new LabError('data/column', `Expected a column "${column}" in "${path}", got ${listed(columns)}.`, {
      hint: 'Choose one of these columns.',
    });
  }
  const guessed = guessColumns(columns, looked, options);
  const idColumn = options.idColumn ?? guessed.idColumn;
  return { ...guessed, idColumn: idColumn === '' ? null : idColumn };
}

export function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, 20).map((column) => `"${column.slice(0, 60)}"`);
  return `${shown.join(', ')}${columns.length > shown.length ? ` and ${columns.length - shown.length} more` : ''}`;
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
