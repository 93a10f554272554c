import { describe, expect, it } from 'vitest';
import { browserOpener } from '../../../src/main/web/browser.ts';

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
