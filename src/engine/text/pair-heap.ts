/** The pair with the highest count first; of equal ones, the one with the lower key. A pair may be in it several times. */
export class PairHeap {
  private readonly keys: number[] = [];
  private readonly counts: number[] = [];

  push(key: number, count: number): void {
    const { keys, counts } = this;
    let at = keys.length;
    keys.push(key);
    counts.push(count);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly key: number; readonly count: number } | undefined {
    const { keys, counts } = this;
    const [key, count] = [keys[0], counts[0]];
    const [lastKey, lastCount] = [keys.pop(), counts.pop()];
    if (key === undefined || count === undefined) return undefined;
    if (keys.length > 0) {
      keys[0] = lastKey as number;
      counts[0] = lastCount as number;
      this.sink();
    }
    return { key, count };
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.keys.length && this.isBefore(child, first)) first = child;
      }
      if (first === at) return;
      this.swap(at, first);
      at = first;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [countOfA, countOfB] = [this.counts[a] as number, this.counts[b] as number];
    return (
      countOfA > countOfB || (countOfA === countOfB && (this.keys[a] as number) < (this.keys[b] as number))
    );
  }

  private swap(a: number, b: number): void {
    const { keys, counts } = this;
    [keys[a], keys[b]] = [keys[b] as number, keys[a] as number];
    [counts[a], counts[b]] = [counts[b] as number, counts[a] as number];
  }
}
