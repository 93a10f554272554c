/** Functions to be called, in the order in which they came. */
export class Listeners<Arguments extends readonly unknown[]> {
  readonly #all = new Set<(...values: Arguments) => void>();

  /** Returns the way to take it away again. */
  add(listener: (...values: Arguments) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  call(...values: Arguments): void {
    for (const listener of [...this.#all]) listener(...values);
  }
}
