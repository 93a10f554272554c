/** A run, or whatever else a plot of many has one mark for. */
export interface Item {
  readonly id: number;
  readonly label: string;
  /** A token where it is drawn in a colour; null: one of the many. */
  readonly colour: string | null;
}
