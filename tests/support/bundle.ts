import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Engines and the command line run from the bundle: brings it up to date with the sources. */
export function bundle(): void {
  const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));
  execFileSync(process.execPath, [script], { stdio: 'ignore' });
}
