import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cacheFolder,
  findPackage,
  isInstalledPackage,
  moveIntoPlace,
  partialName,
  removePartials,
} from '../../scripts/setup/paths.mjs';
import {
  contentHashOfFolder,
  hashOf,
  hashOfFile,
  quickHashOfFolder,
  readJson,
  writeJson,
} from '../../scripts/setup/stamp.mjs';
import { temporaryFolder } from './helpers.ts';

describe('stamps', () => {
  it('are read back as written, and one that is absent or cut short counts as none', () => {
    const file = path.join(temporaryFolder(), 'a', 'stamp.json');
    expect(readJson(file)).toBeUndefined();
    writeJson(file, { lock: 'abc' });
    expect(readJson(file)).toEqual({ lock: 'abc' });
    expect(fs.readdirSync(path.dirname(file))).toEqual(['stamp.json']);
    fs.writeFileSync(file, '{"lock": "a');
    expect(readJson(file)).toBeUndefined();
  });

  it('hash files as any other tool does', async () => {
    const file = path.join(temporaryFolder(), 'data');
    fs.writeFileSync(file, 'gradient'.repeat(300_000));
    const expected = crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
    expect(await hashOfFile(file)).toBe(expected);
  });

  it('tell ["ab", "c"] from ["a", "bc"]', () => {
    expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'));
  });

  it('change with a name and a content, and not with the folder or a skipped file', () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    for (const folder of [one, two]) {
      fs.mkdirSync(path.join(folder, 'src'));
      fs.writeFileSync(path.join(folder, 'src', 'a.cc'), 'int a;');
    }
    const isBuild = (name: string) => name === 'build';
    const hash = contentHashOfFolder(one, isBuild);
    expect(contentHashOfFolder(two, isBuild)).toBe(hash);
    fs.mkdirSync(path.join(two, 'build'));
    fs.writeFileSync(path.join(two, 'build', 'a.o'), 'object');
    expect(contentHashOfFolder(two, isBuild)).toBe(hash);
    fs.renameSync(path.join(two, 'src', 'a.cc'), path.join(two, 'src', 'b.cc'));
    expect(contentHashOfFolder(two, isBuild)).not.toBe(hash);
  });

  it('notice a file that was only saved again', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, 'a.ts'), 'a');
    const hash = quickHashOfFolder(folder);
    expect(quickHashOfFolder(folder)).toBe(hash);
    fs.utimesSync(path.join(folder, 'a.ts'), new Date(1), new Date(1));
    expect(quickHashOfFolder(folder)).not.toBe(hash);
  });
});

describe('places', () => {
  it('put the cache where the variables say, else where the system keeps caches', () => {
    expect(cacheFolder({ GRADIENT_LAB_CACHE: '/big/disk' }, 'linux', '/home/a')).toBe('/big/disk');
    expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, 'linux', '/home/a')).toBe('/xdg/gradient-lab');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/a')).toBe(
      '/home/a/.cache/gradient-lab',
    );
    expect(cacheFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/gradient-lab');
  });

  it('find a package beside us as well as below us', () => {
    const root = path.join(temporaryFolder(), 'node_modules', 'gradient-lab');
    const beside = path.join(root, '..', 'esbuild');
    for (const folder of [root, beside]) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(beside, 'package.json'), '{}');
    expect(findPackage(root, 'esbuild')).toBe(beside);
    expect(findPackage(root, 'no-such-package-here')).toBeUndefined();
    expect(isInstalledPackage(root)).toBe(true);
    expect(isInstalledPackage('/home/a/gradient-lab')).toBe(false);
  });

  it('replace a finished folder in one step and sweep away what was half-made', () => {
    const folder = temporaryFolder();
    const target = path.join(folder, 'tensorflow');
    fs.mkdirSync(target);
    fs.writeFileSync(path.join(target, 'old'), '');
    const [finished, abandoned] = [partialName(target), partialName(target)];
    for (const partial of [finished, abandoned]) fs.mkdirSync(partial);
    fs.writeFileSync(path.join(finished, 'new'), '');
    moveIntoPlace(finished, target);
    removePartials(folder);
    expect(fs.readdirSync(folder)).toEqual(['tensorflow']);
    expect(fs.readdirSync(target)).toEqual(['new']);
  });
});
