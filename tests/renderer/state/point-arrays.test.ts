import { describe, expect, it } from 'vitest';
import { PointArrays } from '../../../src/renderer/state/point-arrays.ts';

function stepsOf(points: PointArrays): number[] {
  return [...points.step.subarray(0, points.length)];
}

const curve = (step: number[], resumedAt: number[] = []) => ({
  step: Float64Array.from(step),
  value: Float64Array.from(step, (each) => each * 10),
  time: Float64Array.from(step, (each) => each * 1000),
  resumedAt,
});

describe('PointArrays', () => {
  it('grows batch by batch, far beyond its first room', () => {
    const points = new PointArrays();
    for (let step = 1; step <= 5000; step += 7) {
      points.append(
        { step, time: step },
        Float64Array.from({ length: 7 }, (_, i) => step + i),
      );
    }
    expect(points.length).toBe(5005);
    expect([...points.value.subarray(0, 5005)]).toEqual(stepsOf(points));
  });

  it('takes a point once, however often it is told', () => {
    const points = new PointArrays();
    expect(points.append({ step: 1, time: 1 }, Float64Array.of(1, 2, 3))).toBe(true);
    expect(points.append({ step: 2, time: 2 }, Float64Array.of(9, 9, 4))).toBe(true);
    expect(points.append({ step: 1, time: 3 }, Float64Array.of(7))).toBe(false);
    expect([...points.value.subarray(0, points.length)]).toEqual([1, 2, 3, 4]);
  });

  it('has a first point at step 0', () => {
    const points = new PointArrays();
    points.append({ step: 0, time: 1 }, Float64Array.of(5));
    expect(stepsOf(points)).toEqual([0]);
  });

  it('keeps what came live while all was being loaded', () => {
    const points = new PointArrays();
    points.append({ step: 3, time: 9000 }, Float64Array.of(30, 40, 50));
    points.load(curve([1, 2, 3]));
    expect(stepsOf(points)).toEqual([1, 2, 3, 4, 5]);
    expect(points.value[4]).toBe(50);
  });

  it('is cut where a run goes on, and breaks there', () => {
    const points = new PointArrays();
    points.load(curve([1, 2, 3, 4, 5], [2]));
    points.rewind(3);
    expect(stepsOf(points)).toEqual([1, 2, 3]);
    expect(points.resumedAt).toEqual([2, 3]);
    points.append({ step: 4, time: 1 }, Float64Array.of(44));
    expect(points.value[3]).toBe(44);
  });

  it('forgets breaks that lie in what is void, and has none when a run starts anew', () => {
    const points = new PointArrays();
    points.load(curve([1, 2, 3, 4], [2, 3]));
    points.rewind(2);
    expect(points.resumedAt).toEqual([2]);
    points.rewind(0);
    expect([points.length, points.resumedAt]).toEqual([0, []]);
  });

  it('never runs backwards in time', () => {
    const points = new PointArrays();
    points.load({ ...curve([1, 2]), time: Float64Array.of(5000, 4000) });
    points.append({ step: 3, time: 100 }, Float64Array.of(1));
    expect([...points.time.subarray(0, 3)]).toEqual([5000, 5000, 5000]);
  });
});
