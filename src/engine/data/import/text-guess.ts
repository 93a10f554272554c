/** What a table of texts looks like, by its first rows: guesses that a person can correct. Pure. */
import { isBad, type GoodRow, type Row } from '../readers/rows.ts';

export const DELIMITERS = [',', '\t', ';', '|'] as const;

const TEXT_NAMES =
  /^(text|texts|review|reviews?[ _]?text|content|body|comment|message|sentence|tweet|post|question|headline|description|document|abstract|summary|title)$/i;
const LABEL_NAMES =
  /^(label|labels|sentiment|class|classes|category|target|stars?|rating|score|topic|polarity|intent|emotion|language|lang|tag|y)$/i;
const ID_NAMES = /^(id|_id|uid|uuid|guid)$/i;
/** Longer first cells are no names. */
const MAX_NAME = 60;

/** The delimiter that gives the most rows the same number of cells, above one; a comma where none does. */
export function guessDelimiter(rowsBy: ReadonlyMap<string, readonly (readonly string[])[]>): string {
  let best = { delimiter: ',', score: 0 };
  for (const [delimiter, rows] of rowsBy) {
    const counts = new Map<number, number>();
    for (const { length } of rows) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1);
    const score = Math.max(0, ...counts.values()) / Math.max(1, rows.length);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Whether the first of these rows names the columns: short, different, not numbers, and either known names or unlike what comes below. */
export function guessHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows;
  if (first === undefined) return false;
  const names = first.map((cell) => cell.trim());
  const couldBe =
    new Set(names).size === names.length &&
    names.every((name) => name.length <= MAX_NAME && Number.isNaN(Number(name || NaN)));
  if (!couldBe || names.every((name) => name === '')) return false;
  if (names.some((name) => TEXT_NAMES.test(name) || LABEL_NAMES.test(name))) return true;
  const longest = (cells: readonly string[]): number => Math.max(...cells.map((cell) => cell.length));
  const below = rest.map(longest).sort((a, b) => a - b);
  return below.length > 0 && (below[below.length >> 1] as number) > 3 * longest(names);
}

/** Names for the columns: cells of a first row, made different from each other, or "1", "2" and so on. */
export function columnNames(first: readonly string[], isHeader: boolean): string[] {
  const names: string[] = [];
  for (const [i, cell] of first.entries()) {
    const wanted = isHeader && cell.trim() !== '' ? cell.trim().slice(0, 200) : String(i + 1);
    let name = wanted;
    for (let again = 2; names.includes(name); again++) name = `${wanted} (${again})`;
    names.push(name);
  }
  return names;
}

export interface GuessedColumns {
  readonly textColumn: string | null;
  readonly labelColumn: string | null;
  readonly idColumn: string | null;
}

/**
 * What was chosen stays. Texts: a column of a known name, else the one with the longest values on average. Labels: a column whose values
 * repeat, of a known name, else the one with the fewest different ones, of at least two.
 */
export function guessColumns(
  columns: readonly string[],
  rows: readonly Row[],
  chosen: { readonly textColumn?: string | undefined; readonly labelColumn?: string | undefined } = {},
): GuessedColumns {
  const good = rows.filter((row): row is GoodRow => !isBad(row));
  const valuesOf = (column: string): string[] =>
    good.flatMap(({ values }) => {
      const value = values.get(column);
      return value === null || value === undefined || value.trim() === '' ? [] : [value.trim()];
    });
  const facts = columns.map((column) => {
    const values = valuesOf(column);
    return {
      column,
      count: values.length,
      distinct: new Set(values).size,
      meanLength: values.reduce((sum, value) => sum + value.length, 0) / Math.max(1, values.length),
    };
  });
  // Without a single row, names are all there is.
  const filled = facts.filter(({ count }) => count > 0 || good.length === 0);
  const byLength = [...filled].sort((a, b) => b.meanLength - a.meanLength);
  const named = (pattern: RegExp) => filled.filter(({ column }) => pattern.test(column));
  const isFree = ({ column }: { readonly column: string }): boolean => column !== chosen.labelColumn;
  const text =
    facts.find(({ column }) => column === chosen.textColumn) ??
    named(TEXT_NAMES)
      .filter(isFree)
      .sort((a, b) => b.meanLength - a.meanLength)[0] ??
    byLength.filter(isFree).find(({ column }) => !LABEL_NAMES.test(column) && !ID_NAMES.test(column));
  const others = filled.filter(({ column }) => column !== text?.column);
  const repeating = others.filter(
    ({ distinct, count }) => distinct >= 2 && distinct <= Math.max(2, count / 2),
  );
  const label =
    facts.find(({ column }) => column === chosen.labelColumn) ??
    repeating.find(({ column }) => LABEL_NAMES.test(column)) ??
    [...repeating].sort((a, b) => a.distinct - b.distinct)[0] ??
    others.find(({ column }) => LABEL_NAMES.test(column));
  const id = others.find(
    ({ column, count, distinct }) =>
      column !== label?.column && ID_NAMES.test(column) && count > 1 && distinct > 0.9 * count,
  );
  return {
    textColumn: text?.column ?? null,
    labelColumn: label?.column ?? null,
    idColumn: id?.column ?? null,
  };
}
