/** Opens the person's browser, where there is one to open. */
import { spawn } from 'node:child_process';

/** What the decision rests on; the defaults are the machine's own. */
export interface Desk {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/** The program that opens an address here, or null without a desktop in front of the person. */
export function browserOpener({ platform, env }: Desk): string | null {
  // On a machine reached through SSH the browser would open where nobody sits.
  if (env['SSH_CONNECTION'] !== undefined && env['DISPLAY'] === undefined) return null;
  if (platform === 'darwin') return 'open';
  const hasDisplay = (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
  return platform === 'linux' && hasDisplay ? 'xdg-open' : null;
}

/** Opens `url` in the browser. False where there is none; a browser that fails to open is not waited for. */
export function openBrowser(
  url: string,
  desk: Desk = { platform: process.platform, env: process.env },
): boolean {
  const opener = browserOpener(desk);
  if (opener === null) return false;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // The address is printed as well: whoever has no opener can still use it.
  child.on('error', () => {});
  child.unref();
  return true;
}
