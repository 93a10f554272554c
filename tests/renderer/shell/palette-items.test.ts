import { describe, expect, it } from 'vitest';
import { paletteRows, withRecent, type PaletteItem } from '../../../src/renderer/shell/palette-items.ts';

const item = (group: PaletteItem['group'], label: string, detail = ''): PaletteItem => ({
  id: `${group}:${label}`,
  group,
  label,
  detail,
  keys: '',
  choose: () => undefined,
});
const items = [
  item('Commands', 'Settings'),
  item('Commands', 'Runs'),
  item('Labs', '1 Let the tensors flow'),
  item('Runs', 'Run 4', 'failed, learning rate 0.5'),
  item('Settings', 'Theme: dark'),
];
const labels = (query: string, recent: readonly string[] = []): string[] =>
  paletteRows(items, query, recent).map((each) => each.label);

describe('the palette', () => {
  it('lists commands, labs, runs, settings when nothing is typed', () => {
    expect(labels('')).toEqual(['Settings', 'Runs', '1 Let the tensors flow', 'Run 4', 'Theme: dark']);
  });

  it('puts the group with the best answer first', () => {
    expect(labels('tensors')).toEqual(['1 Let the tensors flow']);
    expect(labels('run 4')[0]).toBe('Run 4');
  });

  it('looks into what stands behind the label, too', () => {
    expect(labels('failed')).toEqual(['Run 4']);
  });

  it('shows what was chosen lately first in its group', () => {
    expect(labels('', ['Commands:Runs']).slice(0, 2)).toEqual(['Runs', 'Settings']);
  });

  it('remembers each item once, the newest first', () => {
    expect(withRecent(['a', 'b', 'c'], 'c', 3)).toEqual(['c', 'a', 'b']);
    expect(withRecent(['a', 'b', 'c'], 'd', 3)).toEqual(['d', 'a', 'b']);
  });
});
