/** Texts over the contract, with a real engine: what the app's browser and its import ask for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TextEncoding } from '../../../src/shared/texts.ts';
import { openLab, type Lab } from './lab.ts';

const ENCODING: TextEncoding = { tokenizer: 'word', vocabularySize: 200, length: 20, keep: 'first' };
let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.remove());

it('pages, details, padding and statistics of the reviews that come with the app reach a window', async () => {
  const { data } = lab.client;
  const dataSet = 'made-up-reviews';
  const filter = { label: 1, search: 'tuesday', minTokens: null, maxTokens: 30 };
  const page = await data.texts({
    dataSet,
    split: 'test',
    encoding: ENCODING,
    ...filter,
    offset: 0,
    count: 5,
  });
  expect(page.total).toBeGreaterThan(20);
  expect(page.snippets).toHaveLength(5);
  expect(page.snippets.every((text) => text.includes('Tuesday'))).toBe(true);
  expect(page.lengths.every((length) => length <= 30)).toBe(true);
  expect([...page.labels]).toEqual([1, 1, 1, 1, 1]);

  const index = page.indices[0] as number;
  const detail = await data.text({ dataSet, split: 'test', index, encoding: ENCODING });
  expect(detail.ids).toHaveLength(page.lengths[0] as number);
  expect(detail.ids.every((id) => id > 3)).toBe(true);
  expect(detail.text.slice(detail.starts[0], detail.ends[0]).toLowerCase()).toBe(detail.pieces[0]);
  expect(detail.twins).toEqual([]);

  const padding = await data.textPadding({
    dataSet,
    encoding: ENCODING,
    batching: 'bucketed',
    batchSize: 32,
    seed: 0,
  });
  expect(padding.waste.bucketed).toBeLessThan(padding.waste.fixed);

  const statistics = await data.textStatistics({ dataSet, encoding: ENCODING });
  expect([...(statistics.classCounts.train ?? [])]).toEqual([3000, 3000]);
  expect([statistics.distinct, statistics.vocabulary]).toEqual([145, 149]);
});

it('a table of one’s own is previewed, imported with the columns that were chosen, and there from then on', async () => {
  const folder = join(lab.home, 'files');
  mkdirSync(folder);
  const path = join(folder, 'notes.csv');
  const rows = Array.from({ length: 20 }, (_, i) => `note ${i};${i % 2 === 0 ? 'work' : 'home'};${i}`);
  writeFileSync(path, ['body;kind;stars', ...rows, 'one cell'].join('\n'));
  const preview = await lab.client.data.preview({ path });
  expect(preview).toMatchObject({ delimiter: ';', textColumn: 'body', labelColumn: 'kind', looked: 21 });
  expect(preview.problems).toEqual([{ name: 'line 22', problem: 'Expected 3 cells, got 1.' }]);

  const texts = { textColumn: 'body', labelColumn: 'kind', testShare: 0.25, seed: 3 };
  const report = await lab.client.data.import({ path, as: 'my-notes', texts });
  expect(report).toMatchObject({ skippedCount: 1, info: { id: 'my-notes', classes: ['home', 'work'] } });
  await lab.when(() => lab.events.some((event) => event.kind === 'data' && event.id === 'my-notes'));
  const { coverage } = await lab.client.data.textStatistics({ dataSet: 'my-notes', encoding: ENCODING });
  expect(coverage.at(-1)?.train).toBe(1);
});

it('what is wrong reaches the window as a problem with a hint', async () => {
  const ask = lab.client.data.textStatistics({ dataSet: 'drawn-digits', encoding: ENCODING });
  await expect(ask).rejects.toMatchObject({
    data: { code: 'data/no-feature', hint: 'Choose a data set of texts.' },
  });
  const preview = lab.client.data.preview({ path: join(lab.home, 'nowhere.csv') });
  await expect(preview).rejects.toMatchObject({ data: { code: 'data/not-found' } });
});
