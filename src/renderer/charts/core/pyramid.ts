/**
 * Least and greatest of any range of a long array in a few dozen reads: level 0 is the array, and each level above holds the
 * extremes of 8 entries of the one below. Values that are not finite do not count.
 */

const SHIFT = 3;
const FAN = 1 << SHIFT;

interface Level {
  length: number;
  min: Float64Array;
  max: Float64Array;
}

export class MinMaxPyramid {
  /** Results of the last `range`; `min` is greater than `max` when no value was finite. */
  min = Infinity;
  max = -Infinity;

  #values: Float64Array = new Float64Array(0);
  readonly #levels: Level[] = [];

  /** Takes over `values[0 .. length)`, of which those before `from` are as they were at the last call. */
  update(values: Float64Array, length: number, from: number): void {
    this.#values = values;
    let count = length;
    let changed = from;
    for (let depth = 0; count > FAN; depth++) {
      const blocks = Math.ceil(count / FAN);
      const first = changed >> SHIFT;
      const level = this.#levelOf(depth, blocks);
      if (depth === 0) fillFirst(level, values, first, blocks, count);
      else fillAbove(level, this.#levels[depth - 1] as Level, first, blocks, count);
      count = blocks;
      changed = first;
      // The top may be lower than it was, after points were taken away.
      if (count <= FAN) this.#levels.length = depth + 1;
    }
    if (length <= FAN) this.#levels.length = 0;
  }

  /** Finds the extremes of `values[from .. to)`; they are left in `min` and `max`. */
  range(from: number, to: number): void {
    this.min = Infinity;
    this.max = -Infinity;
    let a = from;
    let b = to;
    const values = this.#values;
    while (a < b && (a & (FAN - 1)) !== 0) this.#see(values[a++] as number);
    while (a < b && (b & (FAN - 1)) !== 0) this.#see(values[--b] as number);
    if (this.#levels.length === 0) {
      while (a < b) this.#see(values[a++] as number);
      return;
    }
    a >>= SHIFT;
    b >>= SHIFT;
    const top = this.#levels.length - 1;
    for (let depth = 0; a < b; depth++) {
      const { min, max } = this.#levels[depth] as Level;
      const last = depth === top;
      while (a < b && (last || (a & (FAN - 1)) !== 0)) this.#merge(min[a] as number, max[a++] as number);
      while (a < b && (b & (FAN - 1)) !== 0) this.#merge(min[--b] as number, max[b] as number);
      a >>= SHIFT;
      b >>= SHIFT;
    }
  }

  #see(value: number): void {
    // Comparisons with NaN are false, so only the infinities need a word.
    if (value < this.min && value !== -Infinity) this.min = value;
    if (value > this.max && value !== Infinity) this.max = value;
  }

  #merge(min: number, max: number): void {
    if (min < this.min) this.min = min;
    if (max > this.max) this.max = max;
  }

  #levelOf(depth: number, blocks: number): Level {
    let level = this.#levels[depth];
    if (level === undefined) {
      level = { length: 0, min: new Float64Array(blocks), max: new Float64Array(blocks) };
      this.#levels[depth] = level;
    }
    if (level.min.length < blocks) {
      level.min = grown(level.min, blocks);
      level.max = grown(level.max, blocks);
    }
    level.length = blocks;
    return level;
  }
}

/** Blocks `first` to `blocks` of the lowest level. One long loop: it runs over every point of a chart before its first frame. */
function fillFirst(
  { min, max }: Level,
  values: Float64Array,
  first: number,
  blocks: number,
  count: number,
): void {
  for (let block = first; block < blocks; block++) {
    let least = Infinity;
    let most = -Infinity;
    const to = Math.min(count, (block + 1) << SHIFT);
    for (let i = block << SHIFT; i < to; i++) {
      const value = values[i] as number;
      if (value < least && value !== -Infinity) least = value;
      if (value > most && value !== Infinity) most = value;
    }
    min[block] = least;
    max[block] = most;
  }
}

/** The same from the `count` blocks of the level below. */
function fillAbove({ min, max }: Level, below: Level, first: number, blocks: number, count: number): void {
  for (let block = first; block < blocks; block++) {
    let least = Infinity;
    let most = -Infinity;
    const to = Math.min(count, (block + 1) << SHIFT);
    for (let i = block << SHIFT; i < to; i++) {
      if ((below.min[i] as number) < least) least = below.min[i] as number;
      if ((below.max[i] as number) > most) most = below.max[i] as number;
    }
    min[block] = least;
    max[block] = most;
  }
}

/** A copy with room for at least `length`, and for as much again, so that growing point by point stays cheap. */
export function grown(array: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
