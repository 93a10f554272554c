import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constant, cosine, stepDecay, transformer, warmUp } from '../../../src/engine/training/schedules.ts';

const reference = JSON.parse(
  readFileSync(new URL('./reference/reference.json', import.meta.url), 'utf8'),
) as {
  cosine: number[];
  warmUpCosine: number[];
  step: number[];
};

describe('schedules', () => {
  it('cosine falls as in Keras, and stays at its end', () => {
    const schedule = cosine(0.1, 20, 0.005);
    reference.cosine.forEach((rate, step) => expect(schedule(step)).toBeCloseTo(rate, 7));
  });

  it('warm-up rises in a straight line to the rate, then the schedule goes on as in Keras', () => {
    const schedule = warmUp(cosine(0.1, 20), 5);
    expect([0, 1, 2, 3, 4].map(schedule)).toEqual(
      [0.02, 0.04, 0.06, 0.08, 0.1].map((v) => expect.closeTo(v, 9) as number),
    );
    // Keras counts its warm-up from 0, so that its first step does nothing; from its end on, both agree.
    for (let step = 5; step < 27; step++)
      expect(schedule(step)).toBeCloseTo(reference.warmUpCosine[step] as number, 7);
  });

  it('step decay multiplies at each boundary', () => {
    const schedule = stepDecay(0.1, [10, 15], 0.1);
    reference.step.forEach((rate, step) => expect(schedule(step)).toBeCloseTo(rate, 8));
  });

  it("the Transformer's rises to its peak at the end of the warm-up and falls with the root of the step", () => {
    const schedule = transformer(512, 4000);
    expect(schedule(3999)).toBeCloseTo(512 ** -0.5 * 4000 ** -0.5, 12); // 7.0e-4, as in the paper
    expect(schedule(0)).toBeCloseTo(512 ** -0.5 * 4000 ** -1.5, 12);
    expect(schedule(15999) / schedule(3999)).toBeCloseTo(0.5, 9);
  });

  it('constant stays', () => {
    expect([0, 10, 1e6].map(constant(0.3))).toEqual([0.3, 0.3, 0.3]);
  });
});
