import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabList } from '../../../src/main/service/lab-list.ts';
import type { LabInfo } from '../../../src/shared/labs.ts';

const LABS = [{ id: 'mnist-mlp', number: 1 }] as unknown as readonly LabInfo[];
let home: string;
let program: string;
let asked: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-labs-'));
  program = join(home, 'engine.mjs');
  writeFileSync(program, 'one');
  asked = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const list = (folder = home): LabList =>
  new LabList({ home: folder, program, ask: () => Promise.resolve((asked++, LABS)) });

describe('the list of labs', () => {
  it('is asked of an engine once, and kept for the next start', async () => {
    expect(await list().get()).toEqual(LABS);
    expect(await list().get()).toEqual(LABS);
    expect(asked).toBe(1);
    expect(readdirSync(home).sort()).toEqual(['engine.mjs', 'labs.json']);
  });

  it('is asked again of another program, or when what was kept is damaged', async () => {
    await list().get();
    writeFileSync(program, 'another');
    await list().get();
    expect(asked).toBe(2);
    writeFileSync(join(home, 'labs.json'), '{"program": "7');
    expect(await list().get()).toEqual(LABS);
    expect(asked).toBe(3);
  });

  it('is told all the same where it cannot be kept', async () => {
    expect(await list('/dev/null/nowhere').get()).toEqual(LABS);
    rmSync(program);
    expect(await list().get()).toEqual(LABS);
    expect(readdirSync(home)).toEqual([]);
  });

  it('throws what keeps the engine from starting', async () => {
    const broken = new LabList({ home, program, ask: () => Promise.reject(new Error('no TensorFlow')) });
    await expect(broken.get()).rejects.toThrow('no TensorFlow');
  });
});
