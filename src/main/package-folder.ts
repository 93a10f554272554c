/** Where this code is installed: the checkout, or the package, with its `out` and its `resources`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../shared/errors.ts';

/** The folder with our package.json, above this code or the bundle that it is part of. */
export function packageFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) throw new LabError('setup/no-package', 'Expected a package.json above the code.');
  }
}

/** Gradient Lab's own version. */
export function packageVersion(): string {
  const text = readFileSync(join(packageFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
