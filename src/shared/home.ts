/** What decides where Gradient Lab keeps its things. */
export interface HomeSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As Node names it: "linux", "darwin", "win32". */
  readonly platform: string;
  /** The person's own folder. */
  readonly userHome: string;
}

/**
 * The person's folder for everything that Gradient Lab keeps: data, history, checkpoints.
 *
 * `GRADIENT_LAB_HOME` decides when it is set. Otherwise the platform's own place: `~/Library/Application Support/Gradient Lab`
 * on macOS, `%APPDATA%\Gradient Lab` on Windows, `$XDG_DATA_HOME/gradient-lab` or `~/.local/share/gradient-lab` elsewhere.
 * Makes nothing: whoever writes there makes the folder.
 */
export function homeFolder({ env, platform, userHome }: HomeSources): string {
  if (env['GRADIENT_LAB_HOME']) return env['GRADIENT_LAB_HOME'];
  if (platform === 'darwin') return `${userHome}/Library/Application Support/Gradient Lab`;
  if (platform === 'win32') return `${env['APPDATA'] || `${userHome}\\AppData\\Roaming`}\\Gradient Lab`;
  // The XDG specification: a relative path there is invalid and is to be ignored.
  const xdg = env['XDG_DATA_HOME']?.startsWith('/') ? env['XDG_DATA_HOME'].replace(/\/+$/, '') : undefined;
  return `${xdg ?? `${userHome}/.local/share`}/gradient-lab`;
}
