import type { Settings } from '../../shared/app.ts';

export type Theme = 'light' | 'dark';

/** The theme that a setting means on a system that wants it dark or not. */
export function resolveTheme(setting: Settings['theme'], systemDark: boolean): Theme {
  if (setting !== 'system') return setting;
  return systemDark ? 'dark' : 'light';
}
