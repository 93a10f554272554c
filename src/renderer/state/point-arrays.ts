/** Points that grow: typed arrays with room to spare, as they come from the history and live. */
import type { Curve, PointBatch } from '../../shared/runs.ts';

export class PointArrays {
  step: Float64Array = new Float64Array(0);
  value: Float64Array = new Float64Array(0);
  /** Never falls, even if a clock was set back: charts search in it. */
  time: Float64Array = new Float64Array(0);
  resumedAt: readonly number[] = [];
  length = 0;

  /** The last step there is; 0 before the first. */
  get lastStep(): number {
    return this.length === 0 ? 0 : (this.step[this.length - 1] as number);
  }

  /** Takes over all points as the history has them; those that came live since then, and lie after them, are kept. */
  load(curve: Pick<Curve, 'step' | 'value' | 'time' | 'resumedAt'>): void {
    const newer = this.#after(curve.step[curve.step.length - 1] ?? -1);
    this.step = curve.step;
    this.value = curve.value;
    this.time = rising(curve.time);
    this.resumedAt = curve.resumedAt;
    this.length = curve.step.length;
    for (const [step, value, time] of newer) this.#add(step, value, time);
  }

  /** Adds consecutive points; those that are there already are left as they are. False when all were. */
  append(batch: Pick<PointBatch, 'step' | 'time'>, values: ArrayLike<number>): boolean {
    const last = this.lastStep;
    const before = this.length;
    for (let i = 0; i < values.length; i++) {
      const step = batch.step + i;
      if (step > last || before === 0) this.#add(step, values[i] as number, batch.time);
    }
    return this.length > before;
  }

  /** Adds those points of a curve that lie after the last one there is. */
  extend(curve: Pick<Curve, 'step' | 'value' | 'time' | 'resumedAt'>): void {
    const last = this.length === 0 ? -1 : this.lastStep;
    for (let i = 0; i < curve.step.length; i++) {
      const step = curve.step[i] as number;
      if (step > last) this.#add(step, curve.value[i] as number, curve.time[i] as number);
    }
    this.resumedAt = curve.resumedAt;
  }

  /** Points after `step` are void: the run went on from there. From 0 it starts anew, and has nothing to break. */
  rewind(step: number): void {
    while (this.length > 0 && (this.step[this.length - 1] as number) > step) this.length--;
    this.resumedAt = step > 0 ? [...this.resumedAt.filter((each) => each < step), step] : [];
  }

  #after(step: number): (readonly [step: number, value: number, time: number])[] {
    const newer: (readonly [number, number, number])[] = [];
    for (let i = this.length - 1; i >= 0 && (this.step[i] as number) > step; i--) {
      newer.push([this.step[i] as number, this.value[i] as number, this.time[i] as number]);
    }
    return newer.reverse();
  }

  #add(step: number, value: number, time: number): void {
    if (this.length === this.step.length) this.#grow();
    this.step[this.length] = step;
    this.value[this.length] = value;
    this.time[this.length] = this.length > 0 ? Math.max(time, this.time[this.length - 1] as number) : time;
    this.length++;
  }

  #grow(): void {
    const room = Math.max(256, this.step.length * 2);
    const larger = (array: Float64Array): Float64Array => {
      const copy = new Float64Array(room);
      copy.set(array);
      return copy;
    };
    this.step = larger(this.step);
    this.value = larger(this.value);
    this.time = larger(this.time);
  }
}

function rising(time: Float64Array): Float64Array {
  for (let i = 1; i < time.length; i++) {
    if ((time[i] as number) < (time[i - 1] as number)) time[i] = time[i - 1] as number;
  }
  return time;
}
