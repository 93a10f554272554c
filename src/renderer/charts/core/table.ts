/** A chart's data as a table: only the rows on screen are asked for. */
export interface TableSource {
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** Text of a cell. */
  cell(row: number, column: number): string;
}

export interface TableColumn {
  readonly name: string;
  /** Numbers stand to the right. */
  readonly numeric: boolean;
}
