/** Where the native binary is looked for. The binary itself is tested in tests/native. */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot, packageVersion, readSetupRecord } from '../../../src/engine/runtime/index.ts';

/** A package of its own, with the loader in it and nothing set up. */
let root: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'gradient-lab-binding-'));
  writeFileSync(join(root, 'package.json'), '{"version":"9.8.7"}');
  await build({
    entryPoints: [join(packageRoot(), 'src/engine/runtime/binding.ts')],
    outfile: join(root, 'deep', 'inside', 'binding.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const real = readSetupRecord()?.native as string;

function recordsNative(native: string): void {
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(join(root, 'out', 'setup.json'), JSON.stringify({ native, tensorflow: {} }));
}

/** What loading the binding gives in that package: TensorFlow's version, or the error. */
function load(env: Record<string, string> = {}): {
  version?: string;
  code?: string;
  message?: string;
  hint?: string;
} {
  const program = `
    import { loadBinding } from ${JSON.stringify(join(root, 'deep', 'inside', 'binding.mjs'))};
    try { console.log(JSON.stringify({ version: loadBinding().TF_Version })); }
    catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint })); }`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, GRADIENT_LAB_NATIVE: '', ...env },
  });
  expect(child.stderr).toBe('');
  return JSON.parse(child.stdout) as ReturnType<typeof load>;
}

describe('loadBinding', () => {
  it('takes the binary that set-up recorded, unless another one is named', () => {
    recordsNative(real);
    expect(load().version).toMatch(/^\d+\.\d+\.\d+$/);
    recordsNative(join(root, 'nowhere.node'));
    expect(load({ GRADIENT_LAB_NATIVE: real }).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('passes over a named place where nothing is', () => {
    recordsNative(real);
    expect(load({ GRADIENT_LAB_NATIVE: join(root, 'nowhere.node') }).version).toBeDefined();
  });

  it('says what to run when nothing was set up, and where it looked', () => {
    expect(load()).toMatchObject({ code: 'setup/native-missing', hint: 'Run `npm run setup`.' });
    recordsNative(join(root, 'gone.node'));
    expect(load().message).toContain(`Looked in: ${join(root, 'gone.node')}`);
  });

  it('reports a broken binary as it is, though a sound one stands behind it', () => {
    recordsNative(real);
    const broken = join(root, 'broken.node');
    writeFileSync(broken, 'no library');
    const error = load({ GRADIENT_LAB_NATIVE: broken });
    expect(error.code).toBe('setup/native-broken');
    expect(error.message).toContain(broken);
    expect(error.hint).toContain('npm run setup');
  });

  it('says so when the record itself is damaged', () => {
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out', 'setup.json'), '{"native":');
    expect(load()).toMatchObject({ code: 'setup/record-damaged', hint: 'Run `npm run setup`.' });
  });
});

it('knows the package by its package.json', () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
