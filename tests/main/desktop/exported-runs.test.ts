import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportedRunsIn, readExportedRun } from '../../../src/main/desktop/exported-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-exported-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('exported runs on a command line', () => {
  it('are found by their names, from the folder where it was typed', () => {
    const argv = [
      'out/desktop.mjs',
      '--flag',
      'run-41.gradient-lab.json',
      '/a/b.gradient-lab.json',
      'c.json',
    ];
    expect(exportedRunsIn(argv, '/home/me')).toEqual([
      '/home/me/run-41.gradient-lab.json',
      '/a/b.gradient-lab.json',
    ]);
    expect(exportedRunsIn(['--x=.gradient-lab.json'], '/')).toEqual([]);
  });
});

describe('reading an exported run', () => {
  it('gives its text', async () => {
    const file = join(folder, 'run-41.gradient-lab.json');
    writeFileSync(file, '{"run": "é"}');
    expect(await readExportedRun(file)).toBe('{"run": "é"}');
  });

  it('refuses what is too large without reading it', async () => {
    const file = join(folder, 'large.gradient-lab.json');
    writeFileSync(file, '');
    // A file with a hole: it has this size and takes no room.
    truncateSync(file, 200_000_001);
    await expect(readExportedRun(file)).rejects.toMatchObject({
      code: 'import/too-large',
      message: 'Expected at most 200 MB, and "large.gradient-lab.json" has 201 MB.',
    });
  });

  it('refuses another kind of file, a folder, and one that is gone', async () => {
    const other = join(folder, 'notes.txt');
    writeFileSync(other, 'x');
    await expect(readExportedRun(other)).rejects.toMatchObject({ code: 'import/not-a-run' });
    const directory = join(folder, 'a.gradient-lab.json');
    mkdirSync(directory);
    await expect(readExportedRun(directory)).rejects.toMatchObject({ code: 'import/not-a-run' });
    await expect(readExportedRun(join(folder, 'gone.gradient-lab.json'))).rejects.toMatchObject({
      code: 'import/unreadable',
    });
  });
});
