/** What TensorFlow writes to the error stream while it is loaded and started, in processes of their own. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readSetupRecord } from '../../src/engine/runtime/index.ts';

/** The error stream of a process that loads the binding and starts TensorFlow. */
function stderrWith(env: NodeJS.ProcessEnv): string {
  const native = JSON.stringify(readSetupRecord()?.native);
  const program = `const b = require(${native}); console.log(b.devices().length)`;
  const child = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
  expect(child.stdout).toMatch(/^[1-9]/);
  return child.stderr;
}

const env: NodeJS.ProcessEnv = { ...process.env };
delete env['TF_CPP_MIN_LOG_LEVEL'];

describe('what TensorFlow logs', () => {
  it('keeps to itself what is no error', () => {
    expect(stderrWith(env)).toBe('');
  });

  it('says it all when TF_CPP_MIN_LOG_LEVEL is 0', () => {
    expect(stderrWith({ ...env, TF_CPP_MIN_LOG_LEVEL: '0' })).toMatch(/^I\d{4} /m);
  });

  it('lets errors through alone when TF_CPP_MIN_LOG_LEVEL is 2', () => {
    expect(stderrWith({ ...env, TF_CPP_MIN_LOG_LEVEL: '2' })).toBe('');
  });
});
