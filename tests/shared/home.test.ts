import { describe, expect, it } from 'vitest';
import { homeFolder } from '../../src/shared/home.ts';

const home = (platform: string, env: Record<string, string> = {}, userHome = '/home/me') =>
  homeFolder({ platform, env, userHome });

describe('the folder of everything that is kept', () => {
  it('is the one that was named, on any system', () => {
    expect(home('linux', { GRADIENT_LAB_HOME: '/big/disk', XDG_DATA_HOME: '/xdg' })).toBe('/big/disk');
    expect(home('darwin', { GRADIENT_LAB_HOME: '/big/disk' })).toBe('/big/disk');
  });

  it('is the system’s own place else', () => {
    expect(home('linux')).toBe('/home/me/.local/share/gradient-lab');
    expect(home('linux', { XDG_DATA_HOME: '/xdg' })).toBe('/xdg/gradient-lab');
    expect(home('linux', { XDG_DATA_HOME: '/xdg/' })).toBe('/xdg/gradient-lab');
    expect(home('linux', { XDG_DATA_HOME: 'relative' })).toBe('/home/me/.local/share/gradient-lab');
    expect(home('linux', { GRADIENT_LAB_HOME: '', XDG_DATA_HOME: '' })).toBe(
      '/home/me/.local/share/gradient-lab',
    );
    expect(home('darwin', {}, '/Users/me')).toBe('/Users/me/Library/Application Support/Gradient Lab');
    expect(home('win32', {}, 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Roaming\\Gradient Lab');
    expect(home('win32', { APPDATA: 'D:\\Roaming' })).toBe('D:\\Roaming\\Gradient Lab');
  });
});
