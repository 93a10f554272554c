import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveWindow, TELL_MS } from '../../../src/main/service/live-window.ts';
import type { AppEvent } from '../../../src/shared/app.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const points = (step: number, values: Record<string, number[]>, epoch = 1) => ({
  step,
  epoch,
  time: step,
  values,
});
const progress = (step: number) => ({
  ...{ step, steps: 9, epoch: 1, epochs: 1, examplesPerSecond: null, secondsLeft: null },
});

describe('a live window', () => {
  it('tells the first points at once, and later ones once in a while, all of them', () => {
    const told: { at: number; steps: number }[] = [];
    const start = performance.now();
    const window = new LiveWindow(7, (event) => {
      if (event.kind !== 'points') return;
      told.push({ at: performance.now() - start, steps: event.batch.values['loss']?.length ?? 0 });
    });
    const steps = 10 * TELL_MS;
    for (let i = 0; i < steps; i++) {
      window.addPoints(points(i + 1, { loss: [i] }));
      vi.advanceTimersByTime(1);
    }
    window.flush();
    expect(told.length).toBeLessThanOrEqual(11);
    expect(told.length).toBeGreaterThanOrEqual(10);
    expect(told[0]?.at).toBeLessThanOrEqual(1);
    for (let i = 1; i < told.length - 1; i++) {
      expect((told[i]?.at ?? 0) - (told[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(TELL_MS);
    }
    expect(told.reduce((sum, { steps }) => sum + steps, 0)).toBe(steps);
  });

  it('joins what follows on each other, and keeps apart other metrics, epochs, and gaps', () => {
    const events: AppEvent[] = [];
    const window = new LiveWindow(7, (event) => events.push(event));
    window.addPoints(points(1, { loss: [1, 2], accuracy: [0.1, 0.2] }));
    window.addPoints(points(3, { loss: [3], accuracy: [0.3] }));
    window.addPoints(points(3, { 'train/loss': [9] }));
    window.addPoints(points(4, { loss: [4], accuracy: [0.4] }, 2));
    window.addPoints(points(9, { loss: [5], accuracy: [0.5] }, 2));
    window.flush();
    const batches = events.map((event) => event.kind === 'points' && event.batch);
    expect(batches).toEqual([
      { run: 7, step: 1, epoch: 1, time: 3, values: { loss: f64(1, 2, 3), accuracy: f64(0.1, 0.2, 0.3) } },
      { run: 7, step: 3, epoch: 1, time: 3, values: { 'train/loss': f64(9) } },
      { run: 7, step: 4, epoch: 2, time: 4, values: { loss: f64(4), accuracy: f64(0.4) } },
      { run: 7, step: 9, epoch: 2, time: 9, values: { loss: f64(5), accuracy: f64(0.5) } },
    ]);
  });

  it('tells the newest progress alone, after the points that it counts', () => {
    const events: AppEvent[] = [];
    const window = new LiveWindow(7, (event) => events.push(event));
    window.setProgress(progress(1));
    window.addPoints(points(1, { loss: [1] }));
    window.setProgress(progress(2));
    vi.advanceTimersByTime(TELL_MS);
    expect(events.map((event) => event.kind)).toEqual(['points', 'progress']);
    expect(events[1]).toMatchObject({ progress: { run: 7, step: 2 } });
    vi.advanceTimersByTime(10 * TELL_MS);
    window.flush();
    expect(events).toHaveLength(2);
  });
});

function f64(...values: number[]): Float64Array {
  return Float64Array.from(values);
}
