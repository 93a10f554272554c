import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recallPlan, rememberPlan } from '../../../src/engine/runs/plan-memory.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-plans-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const choice = { plan: 'graph', milliseconds: {} } as Parameters<typeof rememberPlan>[2];

describe('the memory of plans', () => {
  it('recalls what was fastest, by its key, and makes its folder', () => {
    const folder = join(home, 'new');
    rememberPlan(folder, 'a', choice);
    rememberPlan(folder, 'b', { ...choice, plan: 'eager' });
    expect(['a', 'b', 'c'].map((key) => recallPlan(folder, key))).toEqual(['graph', 'eager', undefined]);
    expect(readdirSync(folder)).toEqual(['plans.json']);
  });

  it('forgets, and throws nothing, where it cannot be written', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    rememberPlan(file, 'a', choice);
    expect(recallPlan(file, 'a')).toBeUndefined();
    // The folder can be written, but a folder has the file's name.
    mkdirSync(join(home, 'plans.json'));
    rememberPlan(home, 'a', choice);
    expect(recallPlan(home, 'a')).toBeUndefined();
    expect(readdirSync(home).sort()).toEqual(['file', 'plans.json']);
  });
});
