import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requireCompiler } from '../../scripts/setup/addon.mjs';
import { checkBundle, PROGRAM_SOURCES, setupBundle } from '../../scripts/setup/bundle.mjs';
import { chooseInstaller, findChromium, setupChromium } from '../../scripts/setup/chromium.mjs';
import { makeContext } from '../../scripts/setup/context.mjs';
import { checkDependencies, matchesLock, setupDependencies } from '../../scripts/setup/dependencies.mjs';
import type { SetupError } from '../../scripts/setup/fail.mjs';
import { explainFileError } from '../../scripts/setup/fail.mjs';
import { makeProgress } from '../../scripts/setup/progress.mjs';
import { checkNative, nativeFile } from '../../scripts/setup/native.mjs';
import { failureOf, quietContext, temporaryFolder, writeProgram } from './helpers.ts';

const SETUP = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

/** A project with one small dependency that is installed already, as npm notes it. */
function smallProject(): string {
  const root = temporaryFolder();
  const entry = { version: '1.0.0', integrity: 'sha512-abc' };
  const optional = { version: '2.0.0', integrity: 'sha512-def', optional: true };
  const packages = { '': { name: 'small' }, 'node_modules/one': entry, 'node_modules/elsewhere': optional };
  fs.mkdirSync(path.join(root, 'node_modules', 'one'), { recursive: true });
  fs.writeFileSync(path.join(root, 'package.json'), '{"name":"small","dependencies":{"one":"1.0.0"}}');
  fs.writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  fs.writeFileSync(
    path.join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/one': entry } }),
  );
  return root;
}

describe('dependencies', () => {
  it('are not installed again when npm has just done so', async () => {
    const context = quietContext({ PATH: '' }, smallProject());
    expect(checkDependencies(context)).toBeUndefined();
    await setupDependencies(context);
    expect(checkDependencies(context)).toBe(true);
  });

  it('are stale after a change of the lock file', () => {
    const root = smallProject();
    expect(matchesLock(root)).toBe(true);
    const file = path.join(root, 'package-lock.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('1.0.0', '1.0.1'));
    expect(matchesLock(root)).toBe(false);
  });

  it('are stale when a package’s folder is missing', () => {
    const root = smallProject();
    fs.rmdirSync(path.join(root, 'node_modules', 'one'));
    expect(matchesLock(root)).toBe(false);
  });

  it('say so when there is no network, and leave what was installed alone', async () => {
    const root = smallProject();
    const file = path.join(root, 'package-lock.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('1.0.0', '1.0.1'));
    fs.writeFileSync(path.join(root, 'package.json'), '{"name":"small","dependencies":{"one":"1.0.1"}}');
    const offline = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    const error = await failureOf(() => setupDependencies(quietContext(offline, root)));
    expect(error.sentence).toMatch(/^npm could not reach the network for the dependencies: connect to it/);
    expect(fs.existsSync(path.join(root, 'node_modules', 'one'))).toBe(true);
  });
});

describe('compilers', () => {
  it('are asked for by what is missing', async () => {
    const folder = temporaryFolder();
    const sentence = async (platform: string) =>
      (await failureOf(() => requireCompiler({ PATH: folder }, platform))).sentence;
    expect(await sentence('linux')).toMatch(
      /^A C\+\+ compiler and make is missing: .*`apt-get install build-essential`/,
    );
    writeProgram(folder, 'g++', '');
    expect(await sentence('linux')).toMatch(/^make is missing: /);
    expect(await sentence('darwin')).toMatch(/`xcode-select --install`/);
    writeProgram(folder, 'make', '');
    expect(() => requireCompiler({ PATH: folder }, 'linux')).not.toThrow();
  });
});

describe('the native binding', () => {
  it('has one place for the same sources in every checkout, and another after a change', () => {
    const tensorflow = { dir: '/cache/tensorflow', version: '1', variant: 'cpu' as const };
    const cache = temporaryFolder();
    const checkout = () => {
      const root = temporaryFolder();
      fs.mkdirSync(path.join(root, 'native', 'build'), { recursive: true });
      fs.writeFileSync(path.join(root, 'native', 'build', 'addon.o'), root);
      fs.writeFileSync(path.join(root, 'native', 'addon.cc'), 'int a;');
      return quietContext({ GRADIENT_LAB_CACHE: cache }, root);
    };
    const one = checkout();
    const file = nativeFile(one, tensorflow);
    expect(nativeFile(checkout(), tensorflow)).toBe(file);
    expect(nativeFile(one, { ...tensorflow, dir: '/other' })).not.toBe(file);
    expect(checkNative(one, tensorflow)).toBeUndefined();
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '');
    expect(checkNative(one, tensorflow)).toBe(file);
    fs.writeFileSync(path.join(one.root, 'native', 'addon.cc'), 'int b;');
    expect(checkNative(one, tensorflow)).toBeUndefined();
  });
});

describe('the bundle', () => {
  const project = () => {
    const root = temporaryFolder();
    for (const source of PROGRAM_SOURCES) {
      fs.mkdirSync(path.dirname(path.join(root, source)), { recursive: true });
      fs.writeFileSync(path.join(root, source), 'process.stdout.write(import.meta.url ?? "a script");');
    }
    fs.writeFileSync(path.join(root, 'tsconfig.json'), '{}');
    fs.writeFileSync(path.join(root, 'src', 'cli', 'late.ts'), 'export const late: number = 42;');
    const main = "const { late } = await import('./late.ts'); process.stdout.write(String(late));";
    fs.writeFileSync(path.join(root, 'src', 'cli', 'main.ts'), main);
    return quietContext({}, root);
  };

  it('runs, loads its late parts, and is made again only after a change', async () => {
    const context = project();
    expect(checkBundle(context)).toBeUndefined();
    await setupBundle(context);
    expect(checkBundle(context)).toBe(true);
    const { stdout } = spawnSync(process.execPath, [path.join(context.out, 'cli.mjs')], { encoding: 'utf8' });
    expect(stdout).toBe('42');
    // Electron's sandbox loads no modules.
    const preload = spawnSync(process.execPath, [path.join(context.out, 'preload.cjs')], {
      encoding: 'utf8',
    });
    expect(preload.stdout).toBe('a script');
    fs.appendFileSync(path.join(context.root, 'src', 'cli', 'main.ts'), '\n// changed');
    expect(checkBundle(context)).toBeUndefined();
  });

  it('names the place of a mistake in the sources, and says it in one sentence', async () => {
    const context = project();
    fs.writeFileSync(
      path.join(context.root, 'src', 'cli', 'main.ts'),
      "import { a } from './nowhere.ts';\na(;",
    );
    const error = await failureOf(() => setupBundle(context));
    expect(error.code).toBe('bundle-failed');
    expect(error.detail).toMatch(/^src\/cli\/main\.ts:2:2: /);
    expect(checkBundle(context)).toBeUndefined();
  });

  it('says so when a program’s source is missing', async () => {
    const context = project();
    fs.rmSync(path.join(context.root, 'src', 'cli', 'main.ts'));
    expect((await failureOf(() => setupBundle(context))).detail).toContain('src/cli/main.ts');
  });

  it('keeps yesterday’s parts for programs that still run, and not older ones', async () => {
    const context = project();
    const chunks = path.join(context.out, 'chunks');
    fs.mkdirSync(chunks, { recursive: true });
    for (const name of ['young.mjs', 'old.mjs']) fs.writeFileSync(path.join(chunks, name), '');
    fs.utimesSync(path.join(chunks, 'old.mjs'), new Date(1), new Date(1));
    await setupBundle(context);
    expect(fs.readdirSync(chunks)).toContain('young.mjs');
    expect(fs.readdirSync(chunks)).not.toContain('old.mjs');
  });
});

describe('Chromium', () => {
  it('is taken from the search path first', async () => {
    const folder = temporaryFolder();
    expect(findChromium({ PATH: folder })).toBeUndefined();
    writeProgram(folder, 'google-chrome', '');
    expect(await setupChromium(quietContext({ PATH: folder }))).toBe(path.join(folder, 'google-chrome'));
  });

  it('comes from apt-get for root, else from Playwright, else from the reader', async () => {
    const none = { isRoot: false, hasApt: false, hasPlaywright: false };
    expect(chooseInstaller({ ...none, isRoot: true, hasApt: true, hasPlaywright: true })).toBe('apt');
    expect(chooseInstaller({ ...none, hasApt: true, hasPlaywright: true })).toBe('playwright');
    expect(chooseInstaller({ ...none, hasApt: true })).toBe('none');
    const error = await failureOf(() => setupChromium(quietContext({ PATH: temporaryFolder() })));
    expect(error.sentence).toMatch(/^Chromium is missing, which the tests of the windows need: install it/);
  });
});

describe('what a person sees', () => {
  it('is the disk’s error as a sentence, and other errors unchanged', () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    const closed = Object.assign(new Error('EROFS'), { code: 'EROFS', path: '/somewhere' });
    const other = new Error('a mistake of ours');
    expect((explainFileError(full) as SetupError).sentence).toBe(
      'The disk became full: make room, then run the same command again.',
    );
    expect((explainFileError(closed) as SetupError).sentence).toMatch(/^"\/somewhere" cannot be written: /);
    expect(explainFileError(other)).toBe(other);
  });

  it('is one sentence on the error stream and exit code 1, and nothing on the output', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SETUP, '--device', 'toaster'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Unknown device "toaster": give "cpu" or "cuda".\n',
    });
  });

  it('is plain lines in a log and one rewritten line on a terminal', () => {
    const show = (isTTY: boolean) => {
      let text = '';
      const progress = makeProgress({ stream: { isTTY, write: (part) => (text += part) }, now: () => 0 });
      const task = progress.start('Unpacking');
      task.update('50 %');
      task.done();
      return text;
    };
    expect(show(false)).toBe('Unpacking ...\nUnpacking: done (0.0 s)\n');
    expect(show(true)).toBe('Unpacking: done (0.0 s)\n');
  });

  it('asks for a device once: the last set-up’s is remembered', () => {
    const root = temporaryFolder();
    fs.mkdirSync(path.join(root, 'out'));
    fs.writeFileSync(path.join(root, 'out', 'setup.json'), '{"device":"cuda"}');
    expect(makeContext({ root, env: {} }).device).toBe('cuda');
    expect(makeContext({ root, env: { GRADIENT_LAB_DEVICE: 'cpu' } }).device).toBe('cpu');
    expect(makeContext({ root, env: { GRADIENT_LAB_DEVICE: 'cpu' }, device: 'cuda' }).device).toBe('cuda');
    expect(makeContext({ root: temporaryFolder(), env: {} }).device).toBe('cpu');
  });
});
