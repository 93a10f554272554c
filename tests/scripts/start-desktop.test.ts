import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runDesktop } from '../../scripts/start-desktop.mjs';
import { RUN_FILE_ENDING } from '../../src/shared/run-files.ts';
import { temporaryFolder, writeProgram } from './helpers.ts';

/** A program in Electron's place that notes how it was started. */
function fakeElectron(body: string): { program: string; notes: () => string } {
  const folder = temporaryFolder();
  const notes = path.join(folder, 'notes');
  writeProgram(folder, 'electron', `echo "$@ node:$ELECTRON_RUN_AS_NODE" > ${notes}\n${body}`);
  return { program: path.join(folder, 'electron'), notes: () => fs.readFileSync(notes, 'utf8') };
}

describe('opening the desktop app', () => {
  it('takes files that end as exports do, which a script cannot import', () => {
    const script = fs.readFileSync(new URL('../../scripts/start.mjs', import.meta.url), 'utf8');
    expect(script).toContain(`argument.endsWith('${RUN_FILE_ENDING}')`);
  });

  it('gives it the bundle and the files to open, and is as it ends', async () => {
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1');
    const { program, notes } = fakeElectron('exit 0');
    expect(await runDesktop(program, ['a.gradient-lab.json'])).toBe(0);
    expect(notes()).toMatch(/\/out\/desktop\.mjs a\.gradient-lab\.json node:\n$/);
    vi.unstubAllEnvs();
  });

  it('says so when no window could be opened, and leaves the signals as they were', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const before = process.listenerCount('SIGINT');
    expect(await runDesktop(fakeElectron('kill -TRAP $$').program, [])).toBeUndefined();
    expect(await runDesktop('/no/such/program', [])).toBeUndefined();
    expect(said.mock.calls.flat()).toEqual([
      'The window could not be opened: opening in the browser.',
      'The window could not be opened: opening in the browser.',
    ]);
    expect(process.listenerCount('SIGINT')).toBe(before);
    said.mockRestore();
  });
});
