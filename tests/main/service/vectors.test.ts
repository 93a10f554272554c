/** Word vectors over the contract, with a real engine: imported, planned, started from, and told of in what is exported. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLab, type Lab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.remove());

it(
  'word vectors are imported, planned with, and told of with the run that started from them',
  { timeout: 120_000 },
  async () => {
    const { vectors, runs, data } = lab.client;
    await data.fetch({ id: 'made-up-reviews' });
    const path = join(lab.home, 'tiny.vec');
    writeFileSync(path, '3 2\nthe 1 2\nnever 3 4\nabsent 5 6\n');
    const set = await vectors.import({ path });
    expect(set).toMatchObject({ id: 'tiny', kind: 'word2vec', words: 3, width: 2 });
    expect(await vectors.list()).toEqual([set]);

    const settings = {
      ...{ data: 'made-up-reviews', vectors: 'tiny', vocabularySize: 100, length: 8, units: 2 },
      ...{ epochs: 1, batchSize: 1000, batching: 'fixed' },
    };
    const plan = await runs.planStart({ lab: 'imdb-lstm', settings });
    expect(plan?.origin).toEqual({ kind: 'vectors', id: 'tiny', source: 'tiny.vec', words: 96, covered: 2 });
    expect(
      await runs.planStart({ lab: 'imdb-lstm', settings: { ...settings, vectors: 'random' } }),
    ).toBeNull();

    const { number } = await runs.start({ lab: 'imdb-lstm', settings, seed: 1, plan: 'graph' });
    const run = await lab.until(number, 'completed', 'failed');
    expect(run).toMatchObject({ state: 'completed', start: plan, config: { vectors: 'tiny', embedding: 2 } });
    const { text } = await runs.export({ run: number, format: 'json' });
    expect((await runs.import({ text })).start).toEqual(plan);

    await vectors.remove({ id: 'tiny' });
    await expect(runs.planStart({ lab: 'imdb-lstm', settings })).rejects.toMatchObject({
      data: { code: 'vectors/unknown' },
    });
    expect(await vectors.list()).toEqual([]);
  },
);
