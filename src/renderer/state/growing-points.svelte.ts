/** Points of one metric of one run that grow while it trains, with a version that charts watch. */
import type { Curve, PointBatch } from '../../shared/runs.ts';
import type { SeriesPoints } from '../charts/types.ts';
import { PointArrays } from './point-arrays.ts';

export class GrowingPoints implements SeriesPoints {
  readonly #arrays = new PointArrays();
  #generation = 0;
  #version = $state(0);
  #start = $state(0);

  // Reading any of these makes an effect follow the points.

  get version(): number {
    return this.#version;
  }

  get generation(): number {
    void this.#version;
    return this.#generation;
  }

  get length(): number {
    void this.#version;
    return this.#arrays.length;
  }

  get step(): Float64Array {
    void this.#version;
    return this.#arrays.step;
  }

  get value(): Float64Array {
    void this.#version;
    return this.#arrays.value;
  }

  get time(): Float64Array {
    void this.#version;
    return this.#arrays.time;
  }

  get resumedAt(): readonly number[] {
    void this.#version;
    return this.#arrays.resumedAt;
  }

  /** The last step there is, for whoever follows nothing. */
  get lastStep(): number {
    return this.#arrays.lastStep;
  }

  /** When the first point came, in milliseconds since 1970; 0 without one. Who reads this follows nothing else of the points. */
  get start(): number {
    return this.#start;
  }

  load(curve: Curve): void {
    this.#arrays.load(curve);
    this.#generation++;
    this.#changed();
  }

  append(batch: Pick<PointBatch, 'step' | 'time'>, values: Float64Array): void {
    if (this.#arrays.append(batch, values)) this.#changed();
  }

  extend(curve: Curve): void {
    this.#arrays.extend(curve);
    this.#changed();
  }

  rewind(step: number): void {
    this.#arrays.rewind(step);
    this.#generation++;
    this.#changed();
  }

  #changed(): void {
    this.#version++;
    this.#start = this.#arrays.length === 0 ? 0 : (this.#arrays.time[0] as number);
  }
}
