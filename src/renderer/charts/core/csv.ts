/** CSV as spreadsheets and programs read it (RFC 4180), in parts, so that a million points are no problem. */

export type CsvCell = string | number;

/** Rows to one part. */
const PART = 5000;

/** The text of a table, in parts to be joined; numbers keep every digit, what is not finite is written in words. */
export function csvParts(head: readonly string[], rows: Iterable<readonly CsvCell[]>): string[] {
  const parts: string[] = [];
  let lines: string[] = [head.map(cell).join(',')];
  for (const row of rows) {
    lines.push(row.map(cell).join(','));
    if (lines.length >= PART) {
      parts.push(`${lines.join('\r\n')}\r\n`);
      lines = [];
    }
  }
  if (lines.length > 0) parts.push(`${lines.join('\r\n')}\r\n`);
  return parts;
}

function cell(value: CsvCell): string {
  if (typeof value === 'number') return String(value);
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
