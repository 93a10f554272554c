import { describe, expect, it } from 'vitest';
import { COLUMNS, fittingColumns, templateOf, type ColumnId } from '../../../src/renderer/runs/columns.ts';

const ids = (hidden: ColumnId[], room: number): ColumnId[] =>
  fittingColumns(new Set(hidden), room).map(({ id }) => id);

describe('fittingColumns', () => {
  it('has all of them where there is room, in their order', () => {
    expect(ids([], 5000)).toEqual(COLUMNS.map(({ id }) => id));
  });

  it('leaves out first what says least', () => {
    const some = ids([], 700);
    expect(some).toContain('best');
    expect(some).not.toContain('plan');
    expect(some.indexOf('run')).toBe(0);
  });

  it('always has the run, however narrow and whatever is hidden', () => {
    expect(ids([], 10)).toEqual(['run']);
    expect(ids(['run', 'best'], 5000)).toContain('run');
    expect(ids(['run', 'best'], 5000)).not.toContain('best');
  });

  it('fits into the room that there is', () => {
    for (let room = 100; room < 1500; room += 50) {
      const used = fittingColumns(new Set(), room).reduce((sum, { width }) => sum + width, 0);
      expect(used).toBeLessThanOrEqual(Math.max(room, 96));
    }
  });
});

describe('templateOf', () => {
  it('has a place for the checkbox, and lets columns grow that have a use for it', () => {
    expect(templateOf(fittingColumns(new Set(), 220))).toBe('32px minmax(96px, 1fr) 108px');
  });
});
