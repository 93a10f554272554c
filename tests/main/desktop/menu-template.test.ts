import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate, type MenuState } from '../../../src/main/desktop/menu-template.ts';

const done: string[] = [];
const actions = {
  command: (name: string) => void done.push(`command ${name}`),
  show: (place: string) => void done.push(`show ${place}`),
  openRun: () => void done.push('open run'),
  goBack: () => void done.push('go back'),
  showLicences: () => void done.push('licences'),
};

function itemsOf(state: Partial<MenuState>): MenuItemConstructorOptions[] {
  const template = menuTemplate(actions, {
    platform: 'linux',
    connectedTo: null,
    developer: false,
    ...state,
  });
  return template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
}

/** Chooses an item as the system would. */
function choose(items: readonly MenuItemConstructorOptions[], label: string): string | undefined {
  const item = items.find((each) => each.label === label);
  if (item === undefined) throw new Error(`There is no "${label}" in the menu.`);
  done.length = 0;
  (item.click as (() => void) | undefined)?.();
  return done[0];
}

const labels = (items: readonly MenuItemConstructorOptions[]) =>
  items.map(({ label, role }) => label ?? role);

describe('the menu', () => {
  it('does what its words say', () => {
    const items = itemsOf({});
    expect(choose(items, 'New run')).toBe('command new-run');
    expect(choose(items, 'Settings')).toBe('command settings');
    expect(choose(items, 'Find a lab, a run, a command')).toBe('command find');
    expect(choose(items, 'Keys')).toBe('command keys');
    expect(choose(items, 'Open an exported run…')).toBe('open run');
    expect(choose(items, 'Connect to a lab…')).toBe('show #/settings');
    expect(choose(items, 'Runs')).toBe('show #/runs');
    expect(choose(items, 'Licences')).toBe('licences');
  });

  it('leads back from a lab elsewhere, and offers nothing that would reach this machine’s history', () => {
    const here = itemsOf({});
    const there = itemsOf({ connectedTo: '127.0.0.1:8080' });
    const enabled = (items: readonly MenuItemConstructorOptions[], label: string) =>
      items.find((each) => each.label === label)?.enabled;
    expect(enabled(here, 'Back to this machine’s lab')).toBe(false);
    expect(enabled(here, 'Open an exported run…')).toBe(true);
    expect(enabled(there, 'Open an exported run…')).toBe(false);
    expect(enabled(there, 'Connect to a lab…')).toBe(false);
    expect(choose(there, 'Leave 127.0.0.1:8080 for this machine’s lab')).toBe('go back');
  });

  it('shows the tools of developers to developers', () => {
    expect(labels(itemsOf({ developer: true }))).toContain('toggleDevTools');
    expect(labels(itemsOf({}))).not.toContain('toggleDevTools');
  });

  it('has each thing where the system’s users look for it', () => {
    const linux = labels(itemsOf({}));
    const mac = labels(itemsOf({ platform: 'darwin' }));
    for (const items of [linux, mac]) {
      expect(items.filter((each) => each === 'Settings')).toHaveLength(1);
      expect(items.filter((each) => each === 'about')).toHaveLength(1);
      expect(items.filter((each) => each === 'quit')).toHaveLength(1);
    }
    expect(mac.indexOf('Settings')).toBeLessThan(mac.indexOf('New run'));
    expect(linux.indexOf('Settings')).toBeGreaterThan(linux.indexOf('New run'));
  });

  it('gives each key to one item', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const keys = itemsOf({ platform }).flatMap(({ accelerator }) => accelerator ?? []);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
