/** Finds the files of the renderer's bundle: what both hosts serve, and nothing else of the disk. */
import { lstatSync } from 'node:fs';
import { extname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { packageFolder } from '../package-folder.ts';

export interface RendererFile {
  /** On this machine, absolute. */
  readonly path: string;
  readonly type: string;
  /** Its name holds a hash of its content: it may be kept forever. */
  readonly hashed: boolean;
}

/** What the bundle consists of. A file with another ending is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Plain names only: no dot in front, no percent sign, no backslash, so that no path can leave the folder. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200})+$/;
const LONGEST_PATH = 1000;

/**
 * The file that an address's path asks for, or null. There is one page; its places are behind the address's hash.
 *
 * `pathname` is taken as it came, not normalised: a path that needs normalising is none of ours.
 */
export function findRendererFile(folder: string, pathname: string): RendererFile | null {
  if (pathname.length > LONGEST_PATH) return null;
  const name = pathname === '/' ? '/index.html' : pathname;
  const type = TYPES[extname(name)];
  if (type === undefined || !PLAIN_PATH.test(name)) return null;
  const path = join(folder, name);
  // Links are not followed: the bundle has none.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  return { path, type, hashed: name.startsWith('/assets/') };
}

/** Where the bundle lies: `out/renderer` of the checkout or the installed package that this code belongs to. */
export function rendererFolder(): string {
  return join(packageFolder(), 'out', 'renderer');
}

/** Refuses to serve a bundle that is not there: every window would stay empty. */
export function requireRenderer(folder: string): void {
  if (findRendererFile(folder, '/') !== null) return;
  throw new LabError(
    'setup/no-renderer',
    `Expected the window's files in "${folder}", and they are missing.`,
    {
      hint: 'Run `npm run setup` in the folder of Gradient Lab.',
    },
  );
}
