import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../shared/errors.ts';

/**
 * The folder of a built-in data set, `resources/<folder>`.
 *
 * Looked for upwards from this file, so that it is found from the sources, from a bundle and from a package. A packaged desktop app
 * keeps resources beside the program instead: `GRADIENT_LAB_RESOURCES` names that folder and comes first.
 */
export function builtInFolder(folder: string): string {
  const tried: string[] = [];
  if (process.env.GRADIENT_LAB_RESOURCES) tried.push(join(process.env.GRADIENT_LAB_RESOURCES, folder));
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    tried.push(join(at, 'resources', folder));
    if (at === dirname(at)) break;
  }
  const found = tried.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new LabError(
    'data/damaged',
    `Expected the built-in data in one of ${tried.map((path) => `"${path}"`).join(', ')}, got nothing there.`,
    { hint: 'Install Gradient Lab again.' },
  );
}
