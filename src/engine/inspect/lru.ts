/** A cache by weight: when all that it holds is too heavy together, what was used longest ago goes. */

export interface LruOptions<V> {
  /** The most that all values may weigh together; the newest stays, however heavy. */
  readonly limit: number;
  weigh(value: V): number;
  /** Called with each value that leaves, also when another takes its place. */
  onLeave?(value: V): void;
}

export class Lru<V> {
  private readonly entries = new Map<string, V>();
  private readonly options: LruOptions<V>;

  constructor(options: LruOptions<V>) {
    this.options = options;
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key); // to the young end
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    this.entries.set(key, value);
    let weight = 0;
    for (const held of this.entries.values()) weight += this.options.weigh(held);
    for (const [oldest, held] of this.entries) {
      if (weight <= this.options.limit || held === value) return;
      weight -= this.options.weigh(held);
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.options.onLeave?.(value);
  }

  clear(): void {
    for (const key of [...this.entries.keys()]) this.delete(key);
  }
}
