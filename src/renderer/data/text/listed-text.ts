/** A text as a list shows it. */
export interface ListedText {
  /** Below each other; the second stands out. */
  readonly facts: readonly [string, string, string];
  readonly snippet: string;
}
