/**
 * Whether the steps of an experiment give the same bits on one thread as on all.
 *
 * Kernels that share out a sum by the number of threads round it in another order. Which ones do follows from shapes alone, so
 * that a few steps tell it for a whole run: taken once, beside those that count, and thrown away.
 */
import { tf } from '../runtime/index.ts';
import { snapshot } from './checkpoints.ts';
import type { ModelState } from './experiment.ts';
import type { StepsResult } from './steps.ts';

/** Longer steps are work enough for all threads, and the second copy of a large state is not worth it. */
const LONGEST_STEP_MS = 20;
/** A run is left alone at its very start, and where less than this is left of it. */
const AFTER_MS = 300;
const LEFT_MS = 3000;

export class SameBits {
  private readonly began = performance.now();
  private readonly onSame: () => void;
  private checked: Promise<void> | undefined;

  constructor(onSame: () => void) {
    this.onSame = onSame;
  }

  /** Whether a check should go along with the next call: once a run, given how long a step takes and how many are to come. */
  isDue(stepMs: number | undefined, stepsLeft: number): boolean {
    if (this.checked !== undefined || stepMs === undefined || stepMs > LONGEST_STEP_MS) return false;
    return performance.now() - this.began > AFTER_MS && stepMs * stepsLeft > LEFT_MS;
  }

  /** Compares steps that are being taken on one thread with the same ones on all; neither may have come back yet. */
  compare(onOne: Promise<StepsResult>, onAll: Promise<StepsResult>): void {
    // At once when they come back: the loop goes on and frees that state.
    const expected = onAll.then(bytesOf);
    this.checked = Promise.allSettled([onOne, expected]).then(([one, all]) => {
      if (one.status === 'rejected') return; // what cannot be taken on one thread is not
      const same = all.status === 'fulfilled' && Buffer.compare(bytesOf(one.value), all.value) === 0;
      tf.dispose(one.value.state as never);
      if (same) this.onSame();
    });
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.checked;
  }
}

function bytesOf({ state, metrics }: { state: ModelState; metrics: StepsResult['metrics'] }): Buffer {
  const tensors = Object.values(snapshot(state)).map(({ bytes }) => bytes);
  const numbers = Object.values(metrics).map((values) => Buffer.from(Float32Array.from(values).buffer));
  return Buffer.concat([...tensors, ...numbers]);
}
