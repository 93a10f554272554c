import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/shared/app.ts';
import { codeOf, freshHistory } from './helpers.ts';

const lab = freshHistory();

describe('settings', () => {
  it('are the defaults at first, and keep what is changed', async () => {
    expect(await lab.history.settings()).toEqual(DEFAULT_SETTINGS);
    const changed = { ...DEFAULT_SETTINGS, theme: 'dark', runsAtOnce: 3 };
    expect(await lab.history.changeSettings({ theme: 'dark', runsAtOnce: 3, threads: undefined })).toEqual(
      changed,
    );
    expect(await (await lab.reopen()).settings()).toEqual(changed);
  });

  it.each([
    ['theme', '"blue"'],
    ['theme', 'not JSON'],
    ['runsAtOnce', '5'],
    ['runsAtOnce', '1.5'],
    ['threads', '-1'],
    ['singleKeys', '"yes"'],
    ['constructor', '"dark"'],
    ['ofTheFuture', 'true'],
  ])('give way to the defaults where %s is stored as %s', async (name, value) => {
    await lab.history.changeSettings({ density: 'comfortable' });
    await lab.sql(`INSERT INTO settings (name, value) VALUES ('${name}', '${value}')`);
    expect(await lab.history.settings()).toEqual({ ...DEFAULT_SETTINGS, density: 'comfortable' });
  });

  it('refuse what is not possible, all of it', async () => {
    const changes = { theme: 'light', runsAtOnce: 9 } as const;
    expect(await codeOf(lab.history.changeSettings(changes))).toBe('settings/invalid');
    expect(await lab.history.settings()).toEqual(DEFAULT_SETTINGS);
  });
});
