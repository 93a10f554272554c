import { describe, expect, it } from 'vitest';
import { checkRunName, exportedRunsIn } from '../../../src/main/desktop/exported-runs.ts';

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

it('a file is no exported run by another name', () => {
  expect(() => checkRunName('/a/run-41.gradient-lab.json')).not.toThrow();
  expect(() => checkRunName('/a/notes.txt')).toThrow('Expected an exported run, got "notes.txt".');
});
