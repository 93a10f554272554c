import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../scripts/setup/context.mjs';
import { hashOfFile } from '../../scripts/setup/stamp.mjs';
import {
  checkTensorflow,
  chooseWheel,
  setupTensorflow,
  TENSORFLOW_VERSION,
  unpackRules,
  WHEELS,
} from '../../scripts/setup/tensorflow.mjs';
import type { TensorflowWheel } from '../../scripts/setup/tensorflow.mjs';
import { failureOf, moduleUrl, quietContext, temporaryFolder, writeZip } from './helpers.ts';

const LIBRARY_CHARACTERS = 32_000_000;
/** Nobody listens on the discard port. */
const NO_NETWORK = {
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
  PIP_RETRIES: '1',
  PIP_FIND_LINKS: '',
  PIP_NO_INDEX: '',
};

/** A wheel with TensorFlow's name and the members that the set-up wants, in a folder that pip takes for an index. */
async function fakeTensorflow(): Promise<{ wheel: TensorflowWheel; env: NodeJS.ProcessEnv }> {
  const index = temporaryFolder();
  const version = '0.0.7';
  const file = path.join(index, `tensorflow_cpu-${version}-cp311-cp311-manylinux_2_27_x86_64.whl`);
  const info = `tensorflow_cpu-${version}.dist-info`;
  writeZip(file, [
    { name: 'tensorflow/libtensorflow_cc.so.2', text: '0123456789abcdef', repeat: LIBRARY_CHARACTERS / 16 },
    { name: 'tensorflow/libtensorflow_framework.so.2', text: 'framework' },
    { name: 'tensorflow/python/large.so', text: 'not kept' },
    { name: 'tensorflow/include/tensorflow/c/c_api.h', text: '// C' },
    { name: 'tensorflow/include/tensorflow/core/platform/ctstring.h', text: '// string' },
    { name: 'tensorflow/include/tsl/platform/ctstring.h', text: '// string' },
    { name: 'tensorflow/include/xla/tsl/c/tsl_status.h', text: '// status' },
    { name: 'tensorflow/THIRD_PARTY_NOTICES.txt', text: 'notices' },
    { name: `${info}/METADATA`, text: `Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: ${version}\n` },
    { name: `${info}/WHEEL`, text: 'Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_27_x86_64\n' },
    { name: `${info}/RECORD`, text: '' },
  ]);
  const real = chooseWheel({ platform: 'linux', arch: 'x64', device: 'cpu' });
  const wheel = {
    ...real,
    version,
    sha256: await hashOfFile(file),
    downloadBytes: fs.statSync(file).size,
    unpackedBytes: LIBRARY_CHARACTERS,
  };
  return { wheel, env: { PIP_NO_INDEX: '1', PIP_FIND_LINKS: index } };
}

/** Runs the TensorFlow step in a child of its own and kills it as hard as can be, when it prints a line or after a time. */
function killedSetup(context: Context, wheel: TensorflowWheel, when: RegExp | number): Promise<void> {
  const program = `
    import { makeContext } from ${JSON.stringify(moduleUrl('context'))};
    import { setupTensorflow } from ${JSON.stringify(moduleUrl('tensorflow'))};
    const task = { update: (text) => console.log('at', text), done: () => {} };
    const progress = { start: (title) => { console.log(title); return task; }, note: () => {}, clear: () => {} };
    await setupTensorflow(makeContext({ root: ${JSON.stringify(context.root)}, progress }), ${JSON.stringify(wheel)});`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env: context.env });
    let output = '';
    const take = (data: Buffer) => {
      output += data.toString();
      if (when instanceof RegExp && when.test(output)) child.kill('SIGKILL');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    if (typeof when === 'number') setTimeout(() => child.kill('SIGKILL'), when);
    child.on('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`Expected to be killed, and ended by itself:\n${output}`));
    });
  });
}

describe('the TensorFlow of each system', () => {
  it('is one exact file with a hash of its own', () => {
    expect(WHEELS.map(({ platform, arch, variant }) => `${platform}-${arch}-${variant}`)).toEqual([
      'linux-x64-cpu',
      'linux-x64-cuda',
      'linux-arm64-cpu',
      'darwin-arm64-cpu',
    ]);
    expect(new Set(WHEELS.map(({ sha256 }) => sha256)).size).toBe(WHEELS.length);
    for (const { sha256, version } of WHEELS) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(version).toBe(TENSORFLOW_VERSION);
    }
  });

  it('is the small build by default and NVIDIA’s by choice', () => {
    expect(chooseWheel({ platform: 'linux', arch: 'x64', device: 'cpu' }).name).toBe('tensorflow-cpu');
    expect(chooseWheel({ platform: 'linux', arch: 'x64', device: 'cuda' }).name).toBe('tensorflow');
  });

  it('has no CUDA build off Linux x64, which is said in one sentence', async () => {
    const error = await failureOf(() => chooseWheel({ platform: 'darwin', arch: 'arm64', device: 'cuda' }));
    expect(error.sentence).toBe(
      'TensorFlow has no CUDA build for macOS arm64: run the set-up again with `--device cpu`.',
    );
  });

  it('keeps dynamic libraries under their macOS names', () => {
    const rules = unpackRules(chooseWheel({ platform: 'darwin', arch: 'arm64', device: 'cpu' }));
    expect(rules).toContainEqual({
      from: 'tensorflow/libtensorflow_cc.2.dylib',
      to: 'lib/libtensorflow_cc.2.dylib',
    });
  });
});

describe('taking TensorFlow', () => {
  let wheel: TensorflowWheel;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    ({ wheel, env } = await fakeTensorflow());
  });

  it('survives being killed in the download and twice in the unpacking, and ends whole', async () => {
    const context = quietContext(env);
    await killedSetup(context, wheel, /Downloading/);
    await killedSetup(context, wheel, /Unpacking/);
    await killedSetup(context, wheel, /Unpacking[^]*at \d+ %/);
    expect(checkTensorflow(context, wheel)).toBeUndefined();

    const { dir } = await setupTensorflow(context, wheel);
    expect(checkTensorflow(context, wheel)).toEqual({ dir, version: wheel.version, variant: 'cpu' });
    expect(fs.statSync(path.join(dir, 'lib', 'libtensorflow_cc.so')).size).toBe(LIBRARY_CHARACTERS);
    expect(fs.readdirSync(path.join(dir, 'lib')).sort()).toEqual([
      'libtensorflow_cc.so',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so',
      'libtensorflow_framework.so.2',
    ]);
    expect(fs.existsSync(path.join(dir, 'include', 'tensorflow', 'c', 'c_api.h'))).toBe(true);
    expect(fs.readdirSync(path.join(dir, 'licenses'))).toEqual(['THIRD_PARTY_NOTICES.txt']);
    // Nothing half-made stays behind, and the wheel is not kept twice.
    expect(fs.readdirSync(path.dirname(dir))).toEqual([path.basename(dir)]);
    expect(fs.readdirSync(path.join(context.cache, 'downloads'))).toEqual([]);

    // A library that was deleted later is noticed.
    fs.rmSync(path.join(dir, 'lib', 'libtensorflow_framework.so.2'));
    expect(checkTensorflow(context, wheel)).toBeUndefined();
  });

  it('refuses a file whose hash differs', async () => {
    const other = { ...wheel, sha256: '0'.repeat(64) };
    const context = quietContext(env);
    const error = await failureOf(() => setupTensorflow(context, other));
    expect(error.code).toBe('hash-mismatch');
    expect(error.sentence).toMatch(/^The downloaded tensorflow-cpu 0\.0\.7 is not the published one/);
    expect(checkTensorflow(context, other)).toBeUndefined();
  });

  it('does not trust a download that it finds from last time either', async () => {
    const context = quietContext(NO_NETWORK);
    const folder = path.join(context.cache, 'downloads');
    const left = path.join(folder, `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 16)}.whl`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(left, 'changed');
    expect((await failureOf(() => setupTensorflow(context, wheel))).code).toBe('no-network');
    expect(fs.existsSync(left)).toBe(false);
  });

  it('says so when there is no network', async () => {
    const context = quietContext(NO_NETWORK);
    const error = await failureOf(() => setupTensorflow(context));
    expect(error.code).toBe('no-network');
    expect(error.sentence).toMatch(
      /^pip could not reach the network for tensorflow(-cpu)? 2\.21\.0: connect to it/,
    );
  });
});
