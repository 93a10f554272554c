import { beforeEach, describe, expect, it } from 'vitest';
import type { RunQuery, RunSort } from '../../../src/shared/runs.ts';
import { freshHistory, newRun, numbers } from './helpers.ts';

const lab = freshHistory();
const listed = async (query: RunQuery): Promise<number[]> => numbers((await lab.history.list(query)).runs);

describe('search', () => {
  beforeEach(async () => {
    const { history } = lab;
    await history.create(newRun({ config: { learningRate: 0.05, optimizer: 'adam' } }));
    await history.create(newRun({ lab: 'cifar-resnet', config: { learningRate: 0.1 } }));
    await history.create(newRun({ config: { learningRate: 0.1 } }));
    await history.change(1, {
      name: 'Ångström 100% under_score',
      note: 'it\'s "fine" 😀',
      tags: ['Wide Net'],
    });
    await history.change(2, { tags: ['\\back%slash'], note: 'FAST' });
  });

  it.each([
    ['', [3, 2, 1]],
    ['   ', [3, 2, 1]],
    ['100%', [1]],
    ['%', [2, 1]],
    ['_', [1]],
    ['under_score', [1]],
    ['underxscore', []],
    ['\\', [2]],
    ['"fine"', [1]],
    ["it's", [1]],
    ['😀', [1]],
    ['😁', []],
    ['wide', [1]],
    ['WIDE net', [1]],
    ['net wide', [1]],
    ['wide fast', []],
    ['fast', [2]],
    ['ångström', [1]],
    ['A\u030angstro\u0308m', [1]],
    ['resnets', [2]],
    ['mnist-mlp', [3, 1]],
    ['adam', [1]],
    ['learningRate=0.1', [3, 2]],
    ['learning rate 0.05', [1]],
    ['run 3', [3]],
    ["'); DROP TABLE runs; --", []],
    ['\0', []],
  ])('%j finds runs %j', async (text, expected) => {
    expect(await listed({ text })).toEqual(expected);
  });

  it('counts what fits and what there is', async () => {
    expect(await lab.history.list({ text: 'mnist-mlp', limit: 1 })).toMatchObject({ total: 2, all: 3 });
  });

  it('follows changes of the name and of the settings', async () => {
    await lab.history.change(1, { name: 'other' });
    expect(await listed({ text: 'ångström' })).toEqual([]);
    expect(await listed({ text: 'other' })).toEqual([1]);
    await lab.history.update(1, { config: { optimizer: 'sgd' } });
    expect(await listed({ text: 'adam' })).toEqual([]);
    expect(await listed({ text: 'sgd wide' })).toEqual([1]);
  });
});

describe('filters', () => {
  beforeEach(async () => {
    const { history } = lab;
    await history.create(newRun());
    await history.create(newRun({ lab: 'mnist-cnn' }));
    await history.create(newRun({ lab: 'word2vec' }));
    await history.update(1, { state: 'completed' });
    await history.update(3, { state: 'failed' });
    await history.change(2, { pinned: true });
  });

  it.each<[RunQuery, number[]]>([
    [{ labs: ['mnist-cnn', 'word2vec'] }, [3, 2]],
    [{ states: ['completed', 'failed'] }, [3, 1]],
    [{ labs: ['word2vec'], states: ['completed'] }, []],
    [{ labs: [], states: [] }, [3, 2, 1]],
    [{ pinnedOnly: true }, [2]],
    [{ pinnedOnly: false }, [3, 2, 1]],
  ])('%j keeps %j', async (query, expected) => {
    expect(await listed(query)).toEqual(expected);
  });

  it('leave out deleted runs, which do not count either', async () => {
    await lab.history.delete([3]);
    expect(await lab.history.list({})).toMatchObject({ total: 2, all: 2 });
    expect(await listed({ states: ['failed'] })).toEqual([]);
  });
});

describe('order', () => {
  beforeEach(async () => {
    const { history } = lab;
    const metrics = [
      { train: { loss: 9 }, validation: { loss: 0.5, accuracy: 0.9 }, test: {} },
      { train: { loss: 0.7 }, validation: {}, test: { accuracy: 0.95 } },
      { train: {}, validation: { loss: NaN, accuracy: NaN }, test: {} },
      { train: {}, validation: {}, test: {} },
      { train: {}, validation: { loss: Infinity, accuracy: 0.97 }, test: { accuracy: 0.96 } },
      { train: { loss: 0.7 }, validation: {}, test: { accuracy: 0.95 } },
    ];
    for (const value of metrics) {
      const { number } = await history.create(
        newRun({ lab: metrics.indexOf(value) % 2 === 0 ? 'word2vec' : 'mnist-mlp' }),
      );
      await history.update(number, { metrics: value, seconds: 10 - number });
    }
    await history.update(1, { state: 'completed', examplesPerSecond: 20 });
    await history.update(2, { state: 'failed', examplesPerSecond: 100 });
    await history.update(3, { state: 'running' });
  });

  it.each<[RunSort, number[], number[]]>([
    ['number', [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]],
    ['created', [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]],
    ['lab', [6, 4, 2, 5, 3, 1], [5, 3, 1, 6, 4, 2]],
    ['state', [6, 5, 4, 3, 1, 2], [2, 1, 3, 6, 5, 4]],
    ['loss', [1, 6, 2, 5, 4, 3], [5, 6, 2, 1, 4, 3]],
    ['best', [1, 6, 2, 5, 4, 3], [5, 6, 2, 1, 4, 3]],
    ['seconds', [6, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 6]],
    ['rate', [1, 2, 6, 5, 4, 3], [2, 1, 6, 5, 4, 3]],
  ])('by %s: equal ones newest first, those without a figure last', async (sort, rising, falling) => {
    // Created within a millisecond, perhaps: then the number alone would decide.
    await lab.history.flush();
    await lab.sql('UPDATE runs SET created_at = created_at + number');
    expect(await listed({ sort })).toEqual(rising);
    expect(await listed({ sort, descending: true })).toEqual(falling);
  });

  it('is the newest first where nothing is said', async () => {
    expect(await listed({})).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await listed({ descending: false })).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('pages', () => {
  it('cover every run once, in one order, whatever is sorted by', async () => {
    for (let i = 0; i < 25; i++) {
      const { number } = await lab.history.create(newRun());
      await lab.history.update(number, { seconds: i % 3 });
    }
    const seen: number[] = [];
    for (let offset = 0; offset < 30; offset += 7) {
      const page = await lab.history.list({ sort: 'seconds', offset, limit: 7 });
      expect(page.total).toBe(25);
      seen.push(...numbers(page.runs));
    }
    expect(seen).toEqual(await listed({ sort: 'seconds' }));
    expect(new Set(seen).size).toBe(25);
    expect(await listed({ offset: 100 })).toEqual([]);
    expect(await listed({ limit: 0 })).toEqual([]);
  });

  it('have 100 runs where nothing is said, and 1,000 at most', async () => {
    await lab.history.create(newRun());
    await lab.sql(`
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
      INSERT INTO runs (id, lab, state, created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow,
        config, metrics, search)
      SELECT 'run-' || i, lab, 'completed', created_at, heartbeat_at, seed, device, plan, threads, gradient_lab, tensorflow,
        config, metrics, search FROM n, runs`);
    expect(await listed({})).toHaveLength(100);
    expect(await listed({ limit: 5000 })).toHaveLength(1000);
  });
});
