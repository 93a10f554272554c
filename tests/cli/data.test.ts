import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Home } from './helpers.ts';

const home = new Home();
afterAll(() => home.remove());

it('a table of texts is previewed, imported by the columns that are named, trained on and shown', async () => {
  const path = join(home.path, 'notes.tsv');
  const rows = Array.from({ length: 20 }, (_, i) => `${i % 2 === 0 ? 'work' : 'home'}\tnote ${i}\t${i}`);
  writeFileSync(path, [...rows, 'too\tfew'].join('\n'));
  const flags = ['--text-column', '2', '--label-column', '1', '--no-header'];

  const preview = await home.run('data', 'preview', path, ...flags);
  expect(preview.code).toBe(0);
  expect(preview.stdout).toMatch(
    /^tsv, utf-8, delimiter "\\t", without a header, \d+ B\nTexts {3}"2"\nLabels {2}"1"\n/,
  );
  expect(preview.stdout).toMatch(/\n {2}home: 10\n {2}work: 10\nline 21: Expected 3 cells, got 2\.\n$/);

  const imported = await home.run(
    'data',
    'import',
    path,
    '--as',
    'my-notes',
    '--test-share',
    '0.25',
    ...flags,
  );
  expect(imported.stdout).toBe(
    'Imported my-notes: train 14, test 6.\nClasses: home, work.\nLeft out 1 rows or files:\n  line 21: Expected 3 cells, got 2.\n',
  );
  const trained = await home.run(
    ...[
      'train',
      'imdb-rnn',
      '--data',
      'my-notes',
      '--epochs',
      '1',
      '--plan',
      'graph',
      '--batch-size',
      '4',
      '--json',
    ],
  );
  expect(trained.code).toBe(0);
  expect(trained.lines).toContainEqual(expect.objectContaining({ kind: 'completed' }));
  const [run = ''] = readdirSync(join(home.path, 'runs'));
  const vocabulary = readFileSync(join(home.path, 'runs', run, 'vocabulary.json'), 'utf8');
  expect(vocabulary).toContain('"<eos>",\n"note",');

  const shown = await home.run('data', 'show', 'my-notes');
  expect(shown.stdout).toMatch(/Words a text +train +test/);
  expect(shown.stdout).toMatch(/Classes +home, work\n/);
  expect(shown.stdout).toMatch(/\n {2}longest +2 +2\n/);
});

it('data import says which columns there are when one is not there', async () => {
  const path = join(home.path, 'reviews.csv');
  writeFileSync(path, 'review,sentiment\na,x\nb,y\n');
  const { code, stderr } = await home.run('data', 'import', path, '--as', 'mine', '--text-column', 'body');
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/Expected a column "body" in ".*reviews\.csv", got "review", "sentiment"\./);
});

it('data show tells a program about the reviews that come with the app', async () => {
  const { code, lines } = await home.run('data', 'show', 'made-up-reviews', '--json');
  expect(code).toBe(0);
  expect(lines).toEqual([
    expect.objectContaining({
      kind: 'data-set',
      origin: 'built-in',
      state: 'present',
      texts: expect.objectContaining({ distinct: 145 }) as unknown,
    }),
  ]);
});
