import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../scripts/setup/context.mjs';
import { mainBundleSize } from '../../scripts/setup/renderer-size.mjs';
import { checkRenderer, setupRenderer } from '../../scripts/setup/renderer.mjs';
import { failureOf, quietContext, temporaryFolder } from './helpers.ts';

const BUILT = fileURLToPath(new URL('../../out/renderer', import.meta.url));
/** What a window loads before it shows anything: so much, packed, at most. */
const MAIN_BUNDLE_BYTES = 400_000;

/** A project with a page, a part that is loaded late, and a package that the page contains. */
function project(): Context {
  const root = temporaryFolder();
  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  const packages = {
    '': {},
    'node_modules/inside': { version: '1.2.3', dev: true, license: 'MIT' },
    'node_modules/runs': { version: '4.5.6', license: 'ISC' },
    'node_modules/builds': { version: '7.8.9', dev: true, license: 'MIT' },
    'node_modules/absent': { version: '1.0.0', license: 'MIT' },
  };
  write('package.json', '{"name":"small","version":"0.0.1","license":"Apache-2.0"}');
  write('package-lock.json', JSON.stringify({ packages }));
  write('LICENSE', 'our own terms');
  for (const name of ['tsconfig.json', 'tsconfig.renderer.json']) write(name, '{}');
  write('node_modules/inside/package.json', '{"name":"inside","version":"1.2.3","main":"index.js"}');
  write('node_modules/inside/index.js', 'export const inside = "inside";');
  write('node_modules/inside/LICENSE', 'terms of inside');
  write('node_modules/runs/package.json', '{}');
  write('node_modules/builds/LICENSE', 'terms of builds');
  write('src/shared/word.ts', 'export const word: string = "first";');
  write(
    'src/renderer/vite.config.ts',
    'export default { root: import.meta.dirname, build: { assetsInlineLimit: 0 } };',
  );
  write(
    'src/renderer/index.html',
    '<!doctype html><link rel="stylesheet" href="./style.css"><script type="module" src="./main.ts"></script>',
  );
  write('src/renderer/style.css', 'body { color: black }');
  write('src/renderer/late.ts', `export const late = ${JSON.stringify('x'.repeat(5000))};`);
  write(
    'src/renderer/main.ts',
    "import { inside } from 'inside';\nimport { word } from '../shared/word.ts';\n" +
      "document.title = word + inside;\nvoid import('./late.ts').then(({ late }) => document.body.append(late));",
  );
  return quietContext({}, root);
}

const tensorflow = () => {
  const dir = temporaryFolder();
  fs.mkdirSync(path.join(dir, 'licenses'));
  fs.writeFileSync(path.join(dir, 'licenses', 'THIRD_PARTY_NOTICES.txt'), 'notices of TensorFlow');
  return { dir, version: '2.0.0', variant: 'cpu' as const };
};

describe('what the windows show', () => {
  it('is built once, and again after a change of its sources alone', async () => {
    const context = project();
    const nodeEnv = process.env['NODE_ENV'];
    expect(checkRenderer(context)).toBeUndefined();
    await setupRenderer(context, tensorflow());
    expect(checkRenderer(context)).toBe(true);
    expect(process.env['NODE_ENV']).toBe(nodeEnv);
    fs.mkdirSync(path.join(context.root, 'src', 'engine'));
    fs.writeFileSync(path.join(context.root, 'src', 'engine', 'new.ts'), '');
    expect(checkRenderer(context)).toBe(true);
    fs.writeFileSync(path.join(context.root, 'src', 'shared', 'word.ts'), 'export const word = "second";');
    expect(checkRenderer(context)).toBeUndefined();
  });

  it('keeps the files of yesterday’s build for windows that are open, and not older ones', async () => {
    const context = project();
    await setupRenderer(context, tensorflow());
    const folder = path.join(context.out, 'renderer');
    const before = mainBundleSize(folder).files.map((name) => path.join(folder, name));
    fs.writeFileSync(path.join(folder, 'assets', 'ancient.js'), '');
    fs.utimesSync(path.join(folder, 'assets', 'ancient.js'), new Date(1), new Date(1));
    fs.writeFileSync(path.join(context.root, 'src', 'shared', 'word.ts'), 'export const word = "second";');
    await setupRenderer(context, tensorflow());
    expect(before.every((file) => fs.existsSync(file))).toBe(true);
    expect(fs.existsSync(path.join(folder, 'assets', 'ancient.js'))).toBe(false);
    expect(mainBundleSize(folder).files.map((name) => path.join(folder, name))).not.toEqual(before);
    expect(fs.readdirSync(context.out).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is measured by what the page names, and not by what comes later', async () => {
    const context = project();
    await setupRenderer(context, tensorflow());
    const { bytes, files } = mainBundleSize(path.join(context.out, 'renderer'));
    expect(files.map((name) => path.extname(name)).sort()).toEqual(['.css', '.js']);
    expect(bytes).toBeGreaterThan(100);
    expect(bytes).toBeLessThan(2500);
  });

  it('names the place of a mistake, says it in one sentence, and leaves the last build alone', async () => {
    const context = project();
    await setupRenderer(context, tensorflow());
    fs.writeFileSync(path.join(context.root, 'src', 'renderer', 'main.ts'), "import './nowhere.ts';");
    const error = await failureOf(() => setupRenderer(context, tensorflow()));
    expect(error.code).toBe('bundle-failed');
    expect(error.sentence).toMatch(/^The windows could not be built: correct the sources/);
    expect(error.detail).toContain('nowhere.ts');
    expect(checkRenderer(context)).toBeUndefined();
    expect(fs.existsSync(path.join(context.out, 'renderer', 'index.html'))).toBe(true);
    expect(fs.readdirSync(context.out).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('comes with the licences of what runs and what it contains, and of nothing else', async () => {
    const context = project();
    await setupRenderer(context, tensorflow());
    const text = fs.readFileSync(path.join(context.out, 'renderer', 'licences.txt'), 'utf8');
    const list = text.split('\n').filter((line) => line.startsWith('  '));
    expect(list).toEqual([
      '  Gradient Lab 0.0.1 (Apache-2.0)',
      '  TensorFlow 2.0.0 (Apache-2.0)',
      '  inside 1.2.3 (MIT)',
      '  runs 4.5.6 (ISC)',
    ]);
    expect(text).toContain('our own terms');
    expect(text).toContain('notices of TensorFlow');
    expect(text).toContain('terms of inside');
    expect(text).toContain('Licensed under ISC; the package brings no licence text along.');
    expect(text).not.toContain('terms of builds');
  });
});

describe('the app’s own windows', () => {
  it(`load at most ${MAIN_BUNDLE_BYTES / 1000} kB of scripts and styles before they show anything`, () => {
    if (!fs.existsSync(BUILT)) throw new Error('The windows are not built: run `npm run build` first.');
    const { bytes, files } = mainBundleSize(BUILT);
    expect(files.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThanOrEqual(MAIN_BUNDLE_BYTES);
  });
});
