/** The most extreme values of many units, each with the row and the place where it was seen: the few best of each unit are kept. */

export interface Peak {
  readonly row: number;
  readonly at: number;
  readonly value: number;
}

export class Peaks {
  readonly units: number;
  private readonly most: number;
  private readonly sign: 1 | -1;
  /** Of each unit, the most extreme first. */
  private readonly best: readonly Peak[][];

  /** Keeps `most` values of each unit: the largest for sign 1, the smallest for -1. */
  constructor(units: number, most: number, sign: 1 | -1) {
    this.units = units;
    this.most = most;
    this.sign = sign;
    this.best = Array.from({ length: units }, () => []);
  }

  /** One row: a value of each unit, and where it was. Of equal values the lower row comes first; what is no number is passed over. */
  add(row: number, values: ArrayLike<number>, places: ArrayLike<number>): void {
    for (let unit = 0; unit < this.units; unit++) {
      const value = values[unit] as number;
      const kept = this.best[unit] as Peak[];
      const last = kept[kept.length - 1];
      if (!Number.isFinite(value)) continue;
      const peak = { row, at: places[unit] as number, value };
      if (kept.length === this.most && last !== undefined && !this.isBefore(peak, last)) continue;
      let at = kept.length;
      while (at > 0 && this.isBefore(peak, kept[at - 1] as Peak)) at--;
      kept.splice(at, 0, peak);
      if (kept.length > this.most) kept.pop();
    }
  }

  of(unit: number): readonly Peak[] {
    return this.best[unit] ?? [];
  }

  private isBefore(a: Peak, b: Peak): boolean {
    return a.value === b.value ? a.row < b.row : this.sign * (a.value - b.value) > 0;
  }
}
