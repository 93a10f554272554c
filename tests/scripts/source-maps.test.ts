import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SOURCE_MAPS = new URL('../../scripts/source-maps.mjs', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-maps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program whose map says that all of it is line 1 of `source`. */
function mapped(code: string, source: string): string {
  const map = { version: 3, sources: [source], names: [], mappings: 'AAAA' };
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  return `${code}\n//# sourceMappingURL=${url}\n`;
}

it('maps traces of modules to their sources, and reads no maps of packages', () => {
  writeFileSync(join(folder, 'inner.cjs'), mapped('module.exports = () => new Error().stack;', 'inner.ts'));
  const outer = "const inner = require('./inner.cjs'); module.exports = () => inner();";
  writeFileSync(join(folder, 'outer.js'), mapped(outer, 'outer.ts'));
  writeFileSync(join(folder, 'own.mjs'), mapped('export const stack = () => new Error().stack;', 'own.ts'));
  const main = join(folder, 'main.mjs');
  writeFileSync(
    main,
    `import ${JSON.stringify(SOURCE_MAPS)};
     import { createRequire } from 'node:module';
     const foreign = createRequire(import.meta.url)('./outer.js');
     const { stack } = await import(${JSON.stringify(pathToFileURL(join(folder, 'own.mjs')).href)});
     console.log(JSON.stringify([stack(), foreign()]));`,
  );
  const output = execFileSync(process.execPath, [main], { encoding: 'utf8' });
  const [own, foreign] = JSON.parse(output) as [string, string];
  expect(own).toContain('own.ts:1:');
  expect(foreign).toContain('inner.cjs:1:');
  expect(foreign).toContain('outer.js:1:');
  expect(foreign).not.toMatch(/inner\.ts|outer\.ts/);
});
