import { describe, expect, it } from 'vitest';
import {
  requireCLibrary,
  requireNode,
  requirePlatform,
  requireProcessor,
} from '../../scripts/setup/platform.mjs';
import { requireSpace } from '../../scripts/setup/space.mjs';
import { failureOf, temporaryFolder } from './helpers.ts';

const cpuinfo = (flags: string) => `processor\t: 0\nmodel name\t: Old Chip 2000\nflags\t\t: ${flags}\n`;

describe('what the set-up asks of a computer', () => {
  it('takes Linux x64 as verified, and Linux and macOS on arm64 as not', () => {
    expect(requirePlatform({ platform: 'linux', arch: 'x64' }).verified).toBe(true);
    expect(requirePlatform({ platform: 'linux', arch: 'arm64' }).verified).toBe(false);
    expect(requirePlatform({ platform: 'darwin', arch: 'arm64' }).verified).toBe(false);
  });

  it.each([
    ['win32', 'x64', /^Windows is not supported yet: run Gradient Lab inside WSL 2/],
    ['darwin', 'x64', /^macOS on "x64" is not supported, .*: use a Mac with Apple silicon/],
    ['linux', 'riscv64', /^"linux-riscv64" is not supported: use one of Linux x64, /],
    ['freebsd', 'x64', /^"freebsd-x64" is not supported: /],
  ])('says in one sentence that %s on %s will not do', async (platform, arch, sentence) => {
    const error = await failureOf(() => requirePlatform({ platform, arch }));
    expect(error.code).toBe('unsupported-platform');
    expect(error.sentence).toMatch(sentence);
    expect(error.sentence).toMatch(/^[^\n]*\.$/);
  });

  it('refuses an x64 processor without AVX by its name', async () => {
    const system = { platform: 'linux', arch: 'x64' };
    const error = await failureOf(() => requireProcessor(system, () => cpuinfo('fpu sse4_2 avx512_fake')));
    expect(error.code).toBe('unsupported-processor');
    expect(error.sentence).toContain('"Old Chip 2000"');
    expect(() => requireProcessor(system, () => cpuinfo('fpu avx sse4_2'))).not.toThrow();
  });

  it('asks neither arm64 nor a system without /proc for AVX', () => {
    const missing = () => {
      throw new Error('ENOENT');
    };
    expect(() =>
      requireProcessor({ platform: 'linux', arch: 'arm64' }, () => cpuinfo('fp asimd')),
    ).not.toThrow();
    expect(() => requireProcessor({ platform: 'linux', arch: 'x64' }, missing)).not.toThrow();
  });

  it('refuses musl and an old GNU C library, and takes 2.27 and newer', async () => {
    expect((await failureOf(() => requireCLibrary('linux', () => undefined))).sentence).toContain(
      'GNU C library',
    );
    expect((await failureOf(() => requireCLibrary('linux', () => '2.17'))).sentence).toContain(
      '2.17 is too old',
    );
    expect(() => requireCLibrary('linux', () => '2.27')).not.toThrow();
    expect(() => requireCLibrary('linux')).not.toThrow();
    expect(() => requireCLibrary('darwin', () => undefined)).not.toThrow();
  });

  it('refuses Node before 20.19', async () => {
    expect((await failureOf(() => requireNode('v18.20.8'))).code).toBe('node-too-old');
    expect((await failureOf(() => requireNode('v20.18.3'))).sentence).toMatch(
      /^Node v20\.18\.3 is too old, 20\.19/,
    );
    expect(() => requireNode('v20.19.0')).not.toThrow();
    expect(() => requireNode('v22.0.0')).not.toThrow();
  });

  it('compares free space with both numbers in the sentence, also for a folder that does not exist yet', async () => {
    const folder = `${temporaryFolder()}/not/there/yet`;
    const statfs = () => ({ bavail: 1000, bsize: 4096 });
    const error = await failureOf(() => requireSpace(folder, 2e9, 'TensorFlow', statfs));
    expect(error.code).toBe('no-space');
    expect(error.sentence).toContain('needs 2.0 GB');
    expect(error.sentence).toContain('only 4 MB are free');
    expect(() => requireSpace(folder, 4_000_000, 'TensorFlow', statfs)).not.toThrow();
  });
});
