/** Opens the person's browser, where there is one to open. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the decision rests on; the defaults are the machine's own. */
export interface Desk {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/** A browser that starts from nothing takes a while to read the page. */
const PAGE_MS = 30_000;

/** The program that opens an address here, or null without a desktop in front of the person. */
export function browserOpener({ platform, env }: Desk): string | null {
  // On a machine reached through SSH the browser would open where nobody sits.
  if (env['SSH_CONNECTION'] !== undefined && env['DISPLAY'] === undefined) return null;
  if (platform === 'darwin') return 'open';
  const hasDisplay = (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
  return platform === 'linux' && hasDisplay ? 'xdg-open' : null;
}

export interface BrowserPage {
  /** Takes the page away that leads to the address. It goes by itself after a while. */
  remove(): void;
}

/**
 * Opens `url` in the browser, or returns null where there is none; a browser that fails to open is not waited for. Other users
 * of the machine can read the arguments of programs, and the address holds a secret: the browser is given a page in `folder`
 * that leads there and that this user alone may read.
 */
export function openBrowser(
  url: string,
  folder: string,
  {
    desk = { platform: process.platform, env: process.env },
    start = startProgram,
    pageMs = PAGE_MS,
  }: {
    readonly desk?: Desk;
    readonly start?: (program: string, argument: string) => void;
    readonly pageMs?: number;
  } = {},
): BrowserPage | null {
  const opener = browserOpener(desk);
  if (opener === null) return null;
  const own = writePage(url, folder);
  if (own === null) return null;
  const remove = (): void => {
    clearTimeout(timer);
    rmSync(own, { recursive: true, force: true });
  };
  const timer = setTimeout(remove, pageMs).unref();
  start(opener, pathToFileURL(join(own, 'open.html')).href);
  return { remove };
}

/** A new folder with the page in it, for this user alone; null where nothing can be written. */
function writePage(url: string, folder: string): string | null {
  try {
    const own = mkdtempSync(join(folder, 'open-'));
    const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
    const page = `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Gradient Lab</title>
<p><a href="${address}">Open Gradient Lab</a></p>
`;
    writeFileSync(join(own, 'open.html'), page, { mode: 0o600, flag: 'wx' });
    return own;
  } catch {
    return null; // A disk that is full: the address is printed as well.
  }
}

function startProgram(program: string, argument: string): void {
  const child = spawn(program, [argument], { stdio: 'ignore', detached: true });
  // The address is printed as well: whoever has no opener can still use it.
  child.on('error', () => {});
  child.unref();
}
