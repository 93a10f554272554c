/** Examples per second: the median over windows of steps, warm-up left out. */

/** Steps before measuring begins: compilers and caches warm up. */
const WARM_UP_STEPS = 20;

export class Speed {
  private readonly rates: number[] = [];
  private steps = 0;

  /** Notes that `steps` steps of `examples` examples in all took `seconds`. */
  note(steps: number, examples: number, seconds: number): void {
    const warm = this.steps >= WARM_UP_STEPS;
    this.steps += steps;
    if (warm && seconds > 0) this.rates.push(examples / seconds);
  }

  /** The median rate so far; null before the warm-up is over. */
  get examplesPerSecond(): number | null {
    return median(this.rates);
  }

  /** The median of the last few windows, for a display that follows. */
  get current(): number | null {
    return median(this.rates.slice(-10));
  }
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
