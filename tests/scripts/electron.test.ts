import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../scripts/setup/context.mjs';
import { findElectron, hasDisplay, setupElectron, triedElectron } from '../../scripts/setup/electron.mjs';
import { quietContext } from './helpers.ts';

/** A project with an Electron whose install script is `script`. */
function projectWith(script: string): Context {
  const context = quietContext({ ELECTRON_OVERRIDE_DIST_PATH: undefined });
  const folder = path.join(context.root, 'node_modules', 'electron');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"version":"45.0.0"}');
  fs.writeFileSync(path.join(folder, 'install.js'), script);
  return context;
}

const INSTALLS = `
  const fs = require('node:fs');
  const path = require('node:path');
  fs.mkdirSync(path.join(__dirname, 'dist'));
  fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), process.env.TMPDIR);
  fs.writeFileSync(path.join(__dirname, 'dist', 'version'), '45.0.0');
  fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');`;

describe('a display', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['linux', { DISPLAY: '' }, false],
    ['linux', {}, false],
    ['darwin', {}, true],
    ['darwin', { SSH_CONNECTION: '10.0.0.1 5 10.0.0.2 22' }, false],
  ] as const)('on %s with %o: %s', (platform, env, expected) => {
    expect(hasDisplay({ platform, env })).toBe(expected);
  });
});

describe('Electron’s runtime', () => {
  it('is fetched by its own script into its own folder, and found from then on', async () => {
    const context = projectWith(INSTALLS);
    expect(findElectron(context)).toBeUndefined();
    expect(triedElectron(context)).toBe(false);
    const program = path.join(context.root, 'node_modules', 'electron', 'dist', 'electron');
    expect(await setupElectron(context)).toBe(program);
    expect(findElectron(context)).toBe(program);
    // What it downloads lies below out/ meanwhile, and is gone afterwards.
    expect(fs.readFileSync(program, 'utf8')).toMatch(new RegExp(`^${context.out}/electron\\.partial-`));
    expect(fs.readdirSync(context.out)).toEqual([]);
  });

  it('of another version than the package counts as none', async () => {
    const context = projectWith(INSTALLS);
    await setupElectron(context);
    const folder = path.join(context.root, 'node_modules', 'electron');
    fs.writeFileSync(path.join(folder, 'package.json'), '{"version":"46.0.0"}');
    expect(findElectron(context)).toBeUndefined();
  });

  it('is not asked for again today where it could not be reached, unless the version is another', async () => {
    const context = projectWith('process.exit(1)');
    expect(await setupElectron(context)).toBeUndefined();
    expect(triedElectron(context)).toBe(true);
    expect(triedElectron(context, Date.now() + 25 * 60 * 60 * 1000)).toBe(false);
    fs.writeFileSync(
      path.join(context.root, 'node_modules', 'electron', 'package.json'),
      '{"version":"46.0.0"}',
    );
    expect(triedElectron(context)).toBe(false);
  });

  it('is given up when nothing comes any more, and waited for while something does', async () => {
    const hanging = projectWith('setInterval(() => {}, 1000)');
    const began = performance.now();
    expect(await setupElectron(hanging, { stallMs: 700 })).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(15_000);

    const slow = projectWith(`
      const fs = require('node:fs');
      const file = require('node:path').join(process.env.TMPDIR, 'electron.zip');
      let left = 8;
      const timer = setInterval(() => {
        fs.appendFileSync(file, 'more');
        if (--left > 0) return;
        clearInterval(timer);
        (() => { ${INSTALLS} })();
      }, 300);`);
    expect(await setupElectron(slow, { stallMs: 1500 })).toBeDefined();
  });

  it('is not looked for where the package is not installed', async () => {
    const context = quietContext();
    expect(findElectron(context)).toBeUndefined();
    expect(await setupElectron(context)).toBeUndefined();
    expect(triedElectron(context)).toBe(true);
  });
});
