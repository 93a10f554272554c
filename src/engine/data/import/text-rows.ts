/** Rows of a person's texts, checked one by one: what is left is a text, a class and a place in the draw for testing. */
import { LabError } from '../../../shared/errors.ts';
import type { RowProblem } from '../../../shared/texts.ts';
import { isBad, type Row } from '../readers/rows.ts';
import { MAX_CLASS_NAME_LENGTH, MAX_CLASSES } from './class-names.ts';
import { drawOf } from './find-class-files.ts';
import type { TextTable } from './text-table.ts';

/** Of a data set of texts, before it is written: as much as one file may hold. */
const MAX_TEXT_BYTES = 512 * 1024 * 1024;
/** Problems that are listed one by one. */
export const MOST_LISTED = 1000;
/** More bad rows than this share: the columns or the format are wrong, not the rows. */
const MOST_BAD = 0.2;

export interface GoodText {
  readonly text: string;
  readonly label: string;
  /** Decides, with the seed, which texts are for testing, and their order. */
  readonly order: string;
}

/** Takes rows in, and keeps texts and problems. */
export class TextRows {
  readonly texts: GoodText[] = [];
  readonly problems: RowProblem[] = [];
  /** All problems, also those that are not listed. */
  problemCount = 0;
  private readonly table: TextTable;
  private readonly seed: number;
  private readonly ids = new Map<string, number>();
  private readonly classes = new Set<string>();
  private bytes = 0;

  /** Throws `data/column` unless the table has a column of texts and another of labels. */
  constructor(table: TextTable, seed: number) {
    const { path, textColumn, labelColumn, columns } = table;
    if (textColumn === null || labelColumn === null || textColumn === labelColumn) {
      const missing = textColumn === null ? 'texts' : 'labels';
      throw new LabError(
        'data/column',
        `Expected one column of texts and another of labels in "${path}", found none that looks like ${missing} among ${columns.length}: ${columns.slice(0, 20).join(', ')}.`,
        { hint: 'Choose the columns: --text-column and --label-column on the command line.' },
      );
    }
    this.table = table;
    this.seed = seed;
  }

  /** Throws `data/classes` for one class too many, `data/too-large`. */
  add(row: Row): void {
    const name = `line ${row.line}`;
    const good = isBad(row) ? row.problem : this.read(row);
    if (typeof good === 'string') this.leaveOut(name, good);
    else this.keep(good);
  }

  leaveOut(name: string, problem: string): void {
    this.problemCount++;
    if (this.problems.length < MOST_LISTED) this.problems.push({ name, problem });
  }

  /** Throws `data/rows` where no row, or too small a share of them, can be used. */
  check(): void {
    const total = this.texts.length + this.problemCount;
    if (this.texts.length > 0 && this.problemCount <= MOST_BAD * total) return;
    const first = this.problems[0];
    throw new LabError(
      'data/rows',
      `Expected rows with a text and a label in "${this.table.path}", got ${first === undefined ? 'none' : `${this.problemCount} of ${total} that cannot be used (${first.name}: ${first.problem})`}.`,
      { hint: 'Check the columns, the delimiter and the encoding in a preview of the file.' },
    );
  }

  private read(row: Exclude<Row, { problem: string }>): Omit<GoodText, 'order'> | string {
    const { textColumn, labelColumn, idColumn } = this.table;
    const text = row.values.get(textColumn as string)?.trim() ?? '';
    const label = row.values.get(labelColumn as string)?.trim() ?? '';
    if (text === '') return `Expected a text in "${textColumn}", got none.`;
    if (label === '') return `Expected a label in "${labelColumn}", got none.`;
    if (label.length > MAX_CLASS_NAME_LENGTH) {
      return `Expected a label of at most ${MAX_CLASS_NAME_LENGTH} characters in "${labelColumn}", got one of ${label.length}.`;
    }
    const id = idColumn === null ? '' : (row.values.get(idColumn)?.trim() ?? '');
    if (id !== '') {
      const before = this.ids.get(id);
      if (before !== undefined) {
        return `Expected another value of "${idColumn}" in each row, got "${id.slice(0, 60)}" as in line ${before}.`;
      }
      this.ids.set(id, row.line);
    }
    return { text, label };
  }

  private keep({ text, label }: Omit<GoodText, 'order'>): void {
    this.classes.add(label);
    if (this.classes.size > MAX_CLASSES) {
      throw new LabError(
        'data/classes',
        `Expected at most ${MAX_CLASSES} classes in "${this.table.labelColumn}", got more, such as "${label.slice(0, 60)}".`,
        { hint: 'Choose the column of the labels, or put rare classes together.' },
      );
    }
    this.bytes += Buffer.byteLength(text);
    if (this.bytes > MAX_TEXT_BYTES) {
      throw new LabError(
        'data/too-large',
        `Expected at most ${MAX_TEXT_BYTES} bytes of texts in "${this.table.path}", got more.`,
        { hint: 'Take fewer rows.' },
      );
    }
    this.texts.push({ text, label, order: drawOf(this.seed, text) });
  }
}
