/** What waits to be written: points, histograms, and changes of runs that a later change may replace. */
import type { PointBatch, TensorHistogram, TensorHistory } from '../../shared/runs.ts';
import type { Values } from '../../shared/run-events.ts';
import { mergePatches, type RunPatch } from './run-rows.ts';

/** Values of one metric at consecutive steps from `step` on, all of the same time (milliseconds since 1970). */
export interface Chunk {
  readonly step: number;
  readonly time: number;
  readonly values: Float64Array;
}

export interface HistogramEntry {
  readonly tensor: string;
  readonly of: TensorHistory['of'];
  readonly shape: readonly number[];
  readonly histogram: TensorHistogram;
}

/** All that waits for one run. */
export interface Waiting {
  /** By metric, in the order of arrival. */
  readonly chunks: ReadonlyMap<string, readonly Chunk[]>;
  /** The first step that was seen of an epoch. */
  readonly epochs: ReadonlyMap<number, number>;
  readonly histograms: readonly HistogramEntry[];
  readonly patch: RunPatch;
}

interface Gathered extends Waiting {
  readonly chunks: Map<string, Chunk[]>;
  readonly epochs: Map<number, number>;
  readonly histograms: HistogramEntry[];
  patch: RunPatch;
}

export class Batch {
  private runs = new Map<number, Gathered>();
  private pointCount = 0;

  get isEmpty(): boolean {
    return this.runs.size === 0;
  }

  get points(): number {
    return this.pointCount;
  }

  get entries(): Iterable<readonly [number, Waiting]> {
    return this.runs;
  }

  of(run: number): Waiting {
    return this.runs.get(run) ?? nothing();
  }

  addChunk(run: number, name: string, chunk: Chunk): void {
    const { chunks } = this.gather(run);
    const list = chunks.get(name);
    if (list === undefined) chunks.set(name, [chunk]);
    else list.push(chunk);
    this.pointCount += chunk.values.length;
  }

  /** Keeps the arrays: they must not change any more. */
  append({ run, step, epoch, time, values }: PointBatch): void {
    const columns = Object.entries(values).filter(([, column]) => column.length > 0);
    if (columns.length === 0) return;
    const whole = Math.round(time);
    for (const [name, column] of columns) this.addChunk(run, name, { step, time: whole, values: column });
    this.addEpoch(run, epoch, step);
  }

  appendAt(run: number, step: number, time: number, values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      this.addChunk(run, name, { step, time: Math.round(time), values: Float64Array.of(value) });
    }
  }

  addHistogram(run: number, entry: HistogramEntry): void {
    this.gather(run).histograms.push(entry);
  }

  touch(run: number, patch: RunPatch): void {
    const gathered = this.gather(run);
    gathered.patch = mergePatches([gathered.patch, patch]);
  }

  /** Takes the change of a run out, to be written some other way. */
  takePatch(run: number): RunPatch {
    const gathered = this.runs.get(run);
    if (gathered === undefined) return {};
    const { patch } = gathered;
    gathered.patch = {};
    return patch;
  }

  /** Forgets what lies after `step`. */
  rewind(run: number, step: number): void {
    const { chunks, epochs, histograms, patch } = this.of(run);
    if (!this.runs.delete(run)) return;
    for (const list of chunks.values()) for (const { values } of list) this.pointCount -= values.length;
    this.gather(run).patch = patch;
    for (const [name, list] of chunks) {
      for (const chunk of list) {
        const values = chunk.values.subarray(0, Math.max(0, step - chunk.step + 1));
        if (values.length > 0) this.addChunk(run, name, { ...chunk, values });
      }
    }
    for (const [epoch, first] of epochs) if (first <= step) this.addEpoch(run, epoch, first);
    for (const entry of histograms) if (entry.histogram.step <= step) this.addHistogram(run, entry);
  }

  /** Adds what `older` has as if it had come before all that is here. */
  prepend(older: Batch): void {
    const newer = this.runs;
    this.runs = new Map();
    this.pointCount = 0;
    for (const [run, waiting] of [...older.runs, ...newer]) {
      for (const [name, list] of waiting.chunks) for (const chunk of list) this.addChunk(run, name, chunk);
      for (const [epoch, first] of waiting.epochs) this.addEpoch(run, epoch, first);
      for (const entry of waiting.histograms) this.addHistogram(run, entry);
      this.touch(run, waiting.patch);
    }
  }

  private gather(run: number): Gathered {
    let gathered = this.runs.get(run);
    if (gathered === undefined) {
      gathered = nothing();
      this.runs.set(run, gathered);
    }
    return gathered;
  }

  private addEpoch(run: number, epoch: number, step: number): void {
    const { epochs } = this.gather(run);
    epochs.set(epoch, Math.min(epochs.get(epoch) ?? step, step));
  }
}

function nothing(): Gathered {
  return { chunks: new Map(), epochs: new Map(), histograms: [], patch: {} };
}
