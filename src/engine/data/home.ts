import { homedir } from 'node:os';
import { join, posix, win32 } from 'node:path';

/**
 * The person's folder for everything that Gradient Lab keeps: data, history, checkpoints.
 *
 * `GRADIENT_LAB_HOME` decides when it is set. Otherwise the platform's own place: `~/Library/Application Support/Gradient Lab`
 * on macOS, `%APPDATA%\Gradient Lab` on Windows, `$XDG_DATA_HOME/gradient-lab` or `~/.local/share/gradient-lab` elsewhere.
 * Makes nothing: whoever writes there makes the folder.
 */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  userHome: string = homedir(),
): string {
  if (env.GRADIENT_LAB_HOME) return env.GRADIENT_LAB_HOME;
  if (platform === 'darwin') {
    return posix.join(userHome, 'Library', 'Application Support', 'Gradient Lab');
  }
  if (platform === 'win32') {
    return win32.join(env.APPDATA || win32.join(userHome, 'AppData', 'Roaming'), 'Gradient Lab');
  }
  // The XDG specification: a relative path there is invalid and is to be ignored.
  const xdg = env.XDG_DATA_HOME && posix.isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : undefined;
  return posix.join(xdg ?? posix.join(userHome, '.local', 'share'), 'gradient-lab');
}

/** The folder of all data sets: one folder each, named by id. */
export function dataFolder(): string {
  return join(homeFolder(), 'data');
}
