import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { browserOpener, openBrowser } from '../../../src/main/web/browser.ts';

describe('opening the browser', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['linux', {}, null],
    ['linux', { DISPLAY: '' }, null],
    ['linux', { SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22' }, null],
    ['linux', { SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22', DISPLAY: 'localhost:10.0' }, 'xdg-open'],
    ['darwin', {}, 'open'],
    ['darwin', { SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22' }, null],
    ['freebsd', { DISPLAY: ':0' }, null],
  ] as const)('on %s with %o uses %s', (platform, env, expected) => {
    expect(browserOpener({ platform, env })).toBe(expected);
  });
});

describe('the page that leads to the lab', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-browser-'));
  const desk = { platform: 'linux', env: { DISPLAY: ':0' } } as const;
  const url = 'http://127.0.0.1:4747/?token=SECRET';
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the token out of the arguments, and is for this user alone', () => {
    let started: string[] = [];
    const page = openBrowser(url, folder, { desk, start: (...all) => (started = all) });
    expect(started[0]).toBe('xdg-open');
    expect(started[1]).toMatch(/^file:/);
    expect(started.join(' ')).not.toContain('SECRET');
    const file = fileURLToPath(started[1] as string);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).toContain(`content="0; url=${url}"`);
    page?.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes by itself after a while', async () => {
    openBrowser(url, folder, { desk, start: () => undefined, pageMs: 20 });
    expect(readdirSync(folder)).toHaveLength(1);
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  it('is not written where there is no browser or no folder', () => {
    expect(openBrowser(url, folder, { desk: { platform: 'linux', env: {} } })).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
    const start = (): never => {
      throw new Error('Nothing is to be opened.');
    };
    expect(openBrowser(url, join(folder, 'gone'), { desk, start })).toBeNull();
  });
});
