/** The device is settled once in a process, so each case runs in one of its own. */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot, readSetupRecord } from '../../../src/engine/runtime/index.ts';

// Below the package, where its dependencies are found, and where set-up's record is.
const out = join(packageRoot(), 'out');
let folder: string;

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  folder = mkdtempSync(join(out, 'test-devices-'));
  await build({
    entryPoints: [join(packageRoot(), 'src/engine/runtime/index.ts')],
    outfile: join(folder, 'runtime.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `program` with everything that the runtime exports as `r`, and returns what it printed as JSON. */
function alone(program: string, env: NodeJS.ProcessEnv = {}): Record<string, unknown> {
  const file = join(folder, `case-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(
    file,
    `import * as r from './runtime.mjs';
     const attempt = (act) => { try { return act(); } catch (e) { return { code: e.code, message: e.message, hint: e.hint }; } };
     console.log(JSON.stringify(${program}));`,
  );
  const child = spawnSync(process.execPath, [file], { encoding: 'utf8', env: { ...process.env, ...env } });
  expect(child.stderr).toBe('');
  return JSON.parse(child.stdout) as Record<string, unknown>;
}

const isCpuBuild = readSetupRecord()?.tensorflow.variant === 'cpu';

describe('startRuntime', () => {
  it('takes the processor when it is asked for, and says so', () => {
    expect(alone(`r.startRuntime({ device: 'cpu', intraOpThreads: 1 })`)).toMatchObject({
      device: 'cpu',
      why: 'The CPU was asked for.',
      tensorflow: readSetupRecord()?.tensorflow.version,
    });
  });

  it.runIf(isCpuBuild)('falls back to the processor by itself, and says why', () => {
    expect(alone('r.startRuntime()')).toMatchObject({
      device: 'cpu',
      why: 'This is the CPU build of TensorFlow.',
    });
  });

  it.runIf(isCpuBuild)('refuses a GPU that it does not have, and says how to get one', () => {
    const error = alone(`attempt(() => r.startRuntime({ device: 'gpu' }))`);
    expect(error).toMatchObject({ code: 'device/no-gpu', message: 'This is the CPU build of TensorFlow.' });
    expect(error['hint']).toContain('npm run setup -- --device cuda');
  });

  it('is settled by the first call', () => {
    const both = `[r.startRuntime({ device: 'cpu' }), r.startRuntime({ device: 'gpu' })].map((info) => info.why)`;
    expect(alone(both)).toEqual(['The CPU was asked for.', 'The CPU was asked for.']);
  });
});
