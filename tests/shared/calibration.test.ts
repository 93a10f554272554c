import { describe, expect, it } from 'vitest';
import { calibrationOf, type Answers } from '../../src/shared/calibration.ts';

/** A thousand answers whose share of right ones falls short of what they say, from a fixed sequence. */
function answers(count = 1000): Answers {
  let state = 12345;
  const random = (): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const probability = Float64Array.from({ length: count }, () => 0.1 + 0.9 * random());
  const labels = Int32Array.from({ length: count }, () => Math.floor(10 * random()));
  const predicted = labels.map((label, row) =>
    random() < (probability[row] as number) ** 2 ? label : (label + 1) % 10,
  );
  return { labels, predicted, probability };
}

describe('calibration', () => {
  it('is what a plain loop over each bin gives', () => {
    const given = answers();
    const bins = 15;
    const { bins: made, expectedError, largestError, count } = calibrationOf(given, bins);
    let [sum, largest] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      let [n, right, sure] = [0, 0, 0];
      for (let row = 0; row < 1000; row++) {
        const p = given.probability[row] as number;
        const isIn = p >= bin / bins && (p < (bin + 1) / bins || (bin === bins - 1 && p <= 1));
        if (!isIn) continue;
        n++;
        sure += p;
        if (given.labels[row] === given.predicted[row]) right++;
      }
      expect(made[bin]?.count).toBe(n);
      if (n === 0) {
        expect(made[bin]?.accuracy).toBeNaN();
        continue;
      }
      expect(made[bin]?.accuracy).toBeCloseTo(right / n, 12);
      expect(made[bin]?.confidence).toBeCloseTo(sure / n, 12);
      sum += Math.abs(right - sure);
      largest = Math.max(largest, Math.abs(right - sure) / n);
    }
    expect(count).toBe(1000);
    expect(expectedError).toBeCloseTo(sum / 1000, 12);
    expect(largestError).toBeCloseTo(largest, 12);
    // p squared are right: too sure by p - p * p, which is 0.18 on average from 0.1 to 1.
    expect(expectedError).toBeGreaterThan(0.12);
    expect(expectedError).toBeLessThan(0.22);
  });

  it('is 0 for a model that is right as often as it says', () => {
    const exact = calibrationOf(
      { labels: [0, 0, 0, 0], predicted: [0, 0, 0, 1], probability: [0.75, 0.75, 0.75, 0.75] },
      10,
    );
    expect(exact).toMatchObject({
      expectedError: 0,
      largestError: 0,
      accuracy: 0.75,
      confidence: 0.75,
      count: 4,
    });
  });

  it('has bins of equal count that hold every answer once, in the order of their probability', () => {
    const { bins, expectedError } = calibrationOf(answers(1003), 10, 'count');
    expect(bins.map(({ count }) => count).reduce((a, b) => a + b, 0)).toBe(1003);
    for (const { count } of bins) expect(Math.abs(count - 100.3)).toBeLessThan(1);
    for (let i = 1; i < bins.length; i++) {
      expect(bins[i]?.low).toBeGreaterThanOrEqual(bins[i - 1]?.high as number);
      expect(bins[i]?.low).toBeLessThanOrEqual(bins[i]?.confidence as number);
    }
    expect(expectedError).toBeGreaterThan(0.12);
    expect(calibrationOf(answers(3), 10, 'count').bins).toHaveLength(3);
  });

  it('says how far a share can be off with so few examples', () => {
    // 8 of 10: the published Wilson interval is 0.490 to 0.943.
    const right = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
    const { bins } = calibrationOf(
      { labels: right.map(() => 1), predicted: right, probability: right.map(() => 0.5) },
      1,
    );
    expect(bins[0]?.from).toBeCloseTo(0.49, 3);
    expect(bins[0]?.to).toBeCloseTo(0.943, 3);
  });

  it('takes a probability of 1 into the last bin, and leaves out what is not a number', () => {
    const { bins, count } = calibrationOf(
      { labels: [1, 1, 1], predicted: [1, 1, 1], probability: [1, 0, NaN] },
      4,
    );
    expect(count).toBe(2);
    expect(bins.map((bin) => bin.count)).toEqual([1, 0, 0, 1]);
  });

  it('of nothing is not a number, and needs a bin', () => {
    const none = calibrationOf({ labels: [], predicted: [], probability: [] }, 5);
    expect([none.expectedError, none.largestError, none.accuracy, none.count]).toEqual([NaN, NaN, NaN, 0]);
    expect(calibrationOf({ labels: [], predicted: [], probability: [] }, 5, 'count').bins).toEqual([]);
    expect(() => calibrationOf(answers(), 0)).toThrow('Expected 1 bin or more, got 0.');
  });
});
