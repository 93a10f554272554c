/** Points of one metric of one run that grow while it trains: arrays with room to spare, and a version that charts watch. */
import type { Curve, PointBatch } from '../../shared/runs.ts';
import type { SeriesPoints } from '../charts/types.ts';

export class GrowingPoints implements SeriesPoints {
  step: Float64Array = new Float64Array(0);
  value: Float64Array = new Float64Array(0);
  time: Float64Array = new Float64Array(0);
  resumedAt: readonly number[] = [];
  #length = 0;
  #generation = 0;
  #version = $state(0);

  /** Reading any of these makes an effect follow the points. */
  get version(): number {
    return this.#version;
  }

  get length(): number {
    void this.#version;
    return this.#length;
  }

  get generation(): number {
    void this.#version;
    return this.#generation;
  }

  /** Takes over all points as the history has them; those that came live since then and go on from there are kept. */
  load(curve: Curve): void {
    const lastLoaded = curve.step[curve.step.length - 1] ?? -Infinity;
    const newer = this.#after(lastLoaded);
    this.step = curve.step;
    this.value = curve.value;
    this.time = curve.time;
    this.resumedAt = curve.resumedAt;
    this.#length = curve.step.length;
    for (const [step, value, time] of newer) this.#add(step, value, time);
    this.#generation++;
    this.#version++;
  }

  /** The last step there is; 0 before the first. */
  get lastStep(): number {
    return this.#length === 0 ? 0 : (this.step[this.#length - 1] as number);
  }

  /** Adds consecutive points; those that are there already are left as they are. */
  append(batch: Pick<PointBatch, 'step' | 'time'>, values: Float64Array): void {
    const last = this.lastStep;
    const before = this.#length;
    for (let i = 0; i < values.length; i++) {
      const step = batch.step + i;
      if (step > last) this.#add(step, values[i] as number, batch.time);
    }
    if (this.#length > before) this.#version++;
  }

  /** Points after `step` are void: the run went on from there. */
  rewind(step: number): void {
    while (this.lastStep > step) this.#length--;
    // A run that starts anew has nothing to break.
    this.resumedAt = step > 0 ? [...this.resumedAt.filter((each) => each < step), step] : [];
    this.#generation++;
    this.#version++;
  }

  #after(step: number): [step: number, value: number, time: number][] {
    const newer: [number, number, number][] = [];
    for (let i = this.#length - 1; i >= 0 && (this.step[i] as number) > step; i--) {
      newer.push([this.step[i] as number, this.value[i] as number, this.time[i] as number]);
    }
    return newer.reverse();
  }

  #add(step: number, value: number, time: number): void {
    if (this.#length === this.step.length) this.#grow();
    this.step[this.#length] = step;
    this.value[this.#length] = value;
    // A clock that was set back must not make the time axis run backwards.
    this.time[this.#length] = Math.max(
      time,
      this.#length > 0 ? (this.time[this.#length - 1] as number) : time,
    );
    this.#length++;
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
