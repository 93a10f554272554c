/** Rows of a file that is read as a stream, whatever its format. */

/** Characters of one row. Longer ones are told of and passed over, so that memory stays bounded whatever a file holds. */
export const MAX_ROW_CHARACTERS = 1_000_000;

/** Values by column; null where there is none. */
export interface GoodRow {
  /** The line on which the row begins, from 1. */
  readonly line: number;
  readonly values: ReadonlyMap<string, string | null>;
}

/** A row that cannot be used, and why. */
export interface BadRow {
  readonly line: number;
  readonly problem: string;
}

export type Row = GoodRow | BadRow;

export const isBad = <T extends object>(row: T | BadRow): row is BadRow => 'problem' in row;
