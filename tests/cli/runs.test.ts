import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, type StoredTensor } from '../../src/engine/training/safetensors.ts';
import { Home, signalOnce, TINY, type Finished, type Line } from './helpers.ts';

let home: Home;
let completed: Line;
beforeAll(async () => {
  home = new Home();
  completed = last(await home.run('train', 'mnist-mlp', ...TINY, '--epochs', '2', '--json'));
}, 120_000);
afterAll(() => home.remove());

const last = (finished: Finished): Line => finished.lines.at(-1) as Line;

describe('gradient-lab runs', () => {
  it('lists runs, the newest first, and shows one', async () => {
    const failed = last(await home.run('train', 'mnist-mlp', ...TINY, '--batch-size', '8000', '--json'));
    expect(failed['code']).toBe('train/batch-too-large');
    const { lines } = await home.run('runs', '--json');
    expect(lines.map((line) => [line.kind, line['number'], line['state']])).toEqual([
      ['run', 2, 'failed'],
      ['run', 1, 'completed'],
    ]);
    expect(lines[0]?.['reason']).toMatch(
      /^A batch of 8000 .* Choose a smaller batch size, or a larger data set\.$/,
    );
    expect(lines[1]).toMatchObject({
      ...{ id: completed['run'], step: completed['steps'], metrics: completed['metrics'] },
      ...{ weightsSha256: completed['weightsSha256'], pid: null, checkpointStep: completed['steps'] },
    });
    expect((await home.run('runs', 'list', '--state', 'failed', '--json')).lines).toHaveLength(1);
    expect((await home.run('runs', '--limit', '1')).stdout).toMatch(
      /^run +state +name.*\n2 +failed .*\n1 more/,
    );

    const shown = await home.run('runs', 'show', '1');
    expect(shown.stdout).toMatch(
      /^Run 1 \(\d{8}-\d{6}-mnist-mlp-[0-9a-f]{4}\)\nmnist-mlp, completed, seed 1, cpu, plan graph\n/,
    );
    expect(shown.stdout).toMatch(/\ntest: accuracy [\d.]+ % {2}loss [\d.]+\n/);
    const { lines: one } = await home.run('runs', 'show', String(completed['run']), '--json');
    expect(one).toEqual([lines[1]]);
  });

  it('deletes runs, and takes it back', async () => {
    const deleted = await home.run('runs', 'delete', '1');
    expect(deleted.stdout).toMatch(
      /^Deleted run 1 \(.*\)\. Take it back with: gradient-lab runs restore 1\n$/,
    );
    expect((await home.run('runs', '--json')).lines.map((line) => line['number'])).toEqual([2]);
    expect((await home.run('eval', '1', '--json')).code).toBe(2);
    expect((await home.run('runs', 'restore', '1', '--json')).lines).toEqual([
      { kind: 'restored', run: completed['run'], number: 1 },
    ]);
    expect((await home.run('runs', '--json')).lines.map((line) => line['number'])).toEqual([2, 1]);
  });

  it.each([
    [['runs', 'show', '99', '--json'], 'run/unknown', 2],
    [['runs', 'delete', '99', '--json'], 'run/unknown', 2],
    [['runs', 'restore', 'last', '--json'], 'usage', 2],
    [['runs', '--limit', '0', '--json'], 'usage', 2],
    [['export', '99', '--json'], 'run/unknown', 2],
    [['import', 'no-such-file', '--json'], 'import/unreadable', 1],
    [['import', 'package.json', '--json'], 'import/not-a-run', 1],
    [['serve', '--port', '70000', '--json'], 'usage', 2],
  ])('%s is refused', async (args, code, exit) => {
    const finished = await home.run(...args);
    expect([finished.code, last(finished)['code']]).toEqual([exit, code]);
    expect(last(finished)['hint']).toBeTruthy();
  });

  it('says where runs that a killed process left stand', async () => {
    const { finished } = home.start(['train', 'mnist-mlp', ...TINY, '--epochs', '1000', '--json'], {
      onLine: signalOnce('SIGKILL', (line) => line.kind === 'metrics'),
    });
    await finished;
    expect((await home.run('runs', 'show', 'last', '--json')).lines[0]).toMatchObject({
      ...{ state: 'interrupted', pid: null },
    });
  });
});

describe('gradient-lab export and import', () => {
  it('write the trained weights alone, under their names', async () => {
    const file = join(home.path, 'weights.safetensors');
    const written = await home.run('export', '1', '--format', 'safetensors', '--out', file, '--json');
    expect(written.lines).toEqual([
      { kind: 'exported', run: completed['run'], format: 'safetensors', path: file },
    ]);
    const { tensors, metadata } = decode(readFileSync(file), file);
    expect(metadata).toMatchObject({ lab: 'mnist-mlp', step: String(completed['steps']) });
    expect(Object.keys(tensors)).toContain('weights1');
    const hash = createHash('sha256');
    for (const name of Object.keys(tensors).sort()) {
      const { shape, bytes } = tensors[name] as StoredTensor;
      hash.update(`${name}\0${shape.join(',')}\0`).update(bytes);
    }
    expect(hash.digest('hex')).toBe(completed['weightsSha256']);

    const refused = await home.run('export', '1', '--format', 'keras', '--json');
    expect([refused.code, last(refused)['code']]).toEqual([1, 'export/no-layers']);
  });

  it('write a run to stdout, a file, or a folder, and bring it to another lab', async () => {
    const csv = await home.run('export', '1');
    expect(csv.stdout.split('\n')).toHaveLength((completed['steps'] as number) + 2);
    const file = join(home.path, 'run.json');
    const written = await home.run('export', '1', '--format', 'json', '--out', file, '--json');
    expect(written.lines).toEqual([{ kind: 'exported', run: completed['run'], format: 'json', path: file }]);
    const folder = last(await home.run('export', '1', '--format', 'folder', '--json'))['path'] as string;
    expect(folder).toBe(join(home.path, 'exports', String(completed['run'])));
    expect(readdirSync(folder).sort()).toEqual(['checkpoints', 'metrics.csv', 'run.gradient-lab.json']);
    expect(readFileSync(join(folder, 'metrics.csv'), 'utf8')).toBe(csv.stdout);
    expect(readFileSync(join(folder, 'run.gradient-lab.json'), 'utf8')).toBe(readFileSync(file, 'utf8'));

    const other = new Home();
    expect((await other.run('import', file, '--json')).lines).toEqual([
      { kind: 'imported', run: completed['run'], number: 1 },
    ]);
    expect((await other.run('export', '1')).stdout).toBe(csv.stdout);
    expect(last(await other.run('eval', '1', '--json'))['code']).toBe('run/no-checkpoint');
    const large = join(other.path, 'large.gradient-lab.json');
    writeFileSync(large, '');
    truncateSync(large, 200_000_001);
    expect(last(await other.run('import', large, '--json'))['code']).toBe('import/too-large');
    other.remove();
  });
});

describe('gradient-lab train --no-history', () => {
  it('keeps nothing, and trains to the same weights', async () => {
    const other = new Home();
    const finished = await other.run(
      'train',
      'mnist-mlp',
      ...TINY,
      '--epochs',
      '2',
      '--no-history',
      '--json',
    );
    expect(finished.code).toBe(0);
    expect(last(finished)).toMatchObject({
      ...{ kind: 'completed', weightsSha256: completed['weightsSha256'], metrics: completed['metrics'] },
    });
    expect(finished.lines.some((line) => line.kind === 'checkpoint')).toBe(false);
    for (const name of ['history.sqlite', 'runs']) expect(existsSync(join(other.path, name))).toBe(false);
    other.remove();
  });
});
