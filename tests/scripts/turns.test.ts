import { describe, expect, it } from 'vitest';
import { readSteps, readWindows, takeTurns, type Starter } from '../bench/turns.mjs';

/** Does its work in rounds of 10 ms and tells how many examples a second that would be. */
const program = (rate: number) =>
  `setInterval(() => console.log(JSON.stringify({ kind: 'window', examples_per_s: ${rate} + Math.sin(performance.now()) })), 10)`;

const starter = (name: string, script: string): Starter => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  env: process.env,
  readRates: readWindows,
});

describe.runIf(process.platform !== 'win32')('turns', () => {
  it('give each contender its median in each round, with nobody else at work', async () => {
    const notes: string[] = [];
    const rounds = await takeTurns([starter('slow', program(100)), starter('fast', program(300))], {
      rounds: 3,
      turnMs: 200,
      note: (text) => notes.push(text),
    });
    expect(rounds).toHaveLength(3);
    for (const round of rounds) {
      expect(Math.abs((round.get('slow') as number) - 100)).toBeLessThan(2);
      expect(Math.abs((round.get('fast') as number) - 300)).toBeLessThan(2);
    }
    expect(notes[0]).toMatch(/^round 1 of 3: fast \d+, slow \d+ examples/);
  });

  it('fail with the last words of a contender that ends early', async () => {
    const ends = starter('short', 'console.error("no data"); process.exit(4)');
    const turns = takeTurns([starter('other', program(1)), ends], { rounds: 1, turnMs: 100, note: () => {} });
    await expect(turns).rejects.toThrow(/short ended with 4[^]*no data/);
  });
});

describe('rates from the steps of our own command', () => {
  const metrics = { kind: 'metrics', values: { loss: 1 } };

  it('are the steps of a call by the time since the call before', () => {
    const read = readSteps(64)();
    const rates: (number | undefined)[] = [];
    for (const [atMs, steps] of [
      [1000, 2],
      [1100, 50],
      [1200, 40],
      [1300, 1],
    ] as const) {
      for (let step = 0; step < steps; step++) rates.push(read(metrics, atMs + step * 0.05));
    }
    // The 50 steps that came at 1100 took 100 ms, the 40 at 1200 as well; the first call says nothing.
    const known = rates.filter((rate) => rate !== undefined);
    expect(known).toHaveLength(2);
    expect(known[0]).toBeCloseTo((50 * 64 * 1000) / 100, 6);
    expect(known[1]).toBeCloseTo((40 * 64 * 1000) / 100, 6);
  });

  it('pass over what is no step', () => {
    const read = readSteps(64)();
    expect(read({ kind: 'started' }, 0)).toBeUndefined();
    expect(read({ kind: 'metrics', values: { 'validation/loss': 1 } }, 100)).toBeUndefined();
  });
});
